"""`breather webhook …`, and the whole way once: the scheduled job over a real connection."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from api.cli.main import run
from api.context import Context, make_context
from api.jobs import webhooks
from api.jobs.scheduler import JOBS
from api.services.webhooks.endpoints import keys_in_force
from api.services.webhooks.signing import verify
from api.settings import Settings
from roster.store.engine import reading
from roster.webhooks import DeliveryStatus
from tests.conftest import SetClock
from tests.webhooks import BROKEN, URL, Receiver, endpoint, round_of, row_of, stored, write

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def at_home(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command works on the test's own database."""
    monkeypatch.setenv("BREATHER_ENVIRONMENT", "test")
    monkeypatch.setenv("BREATHER_DATA_DIR", str(context.settings.data_dir))


def test_added_listed_switched_and_removed(context: Context, capsys: Output) -> None:
    assert run(["webhook", "add", URL, "--kind", "contact.*", "--kind", "roster.published"]) == 0
    secret = capsys.readouterr().out.strip()
    assert secret.startswith("whsec_")
    assert run(["webhook", "list"]) == 0
    listed = capsys.readouterr().out
    assert listed == f"1\tactive\t0 waiting\t0 dead\t{URL}\tcontact.* roster.published\n"
    assert run(["webhook", "disable", "1"]) == 0
    assert row_of(context, 1).disabled_why == "switched off by hand"
    assert run(["webhook", "enable", "1"]) == 0
    assert row_of(context, 1).disabled_at is None
    capsys.readouterr()
    assert run(["webhook", "rotate", "1", "--overlap-hours", "0"]) == 0
    assert capsys.readouterr().out.strip() not in ("", secret)
    assert run(["webhook", "dead", "1"]) == 0
    assert run(["webhook", "redeliver", "1"]) == 0
    assert capsys.readouterr().out == "0 will be sent again\n"
    assert run(["webhook", "remove", "1"]) == 0
    capsys.readouterr()
    assert run(["webhook", "list"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add", "ftp://x.example"], "'ftp://x.example'"),
        (["add", "https://x.example/" + "a" * 2000], "at most 2000 characters"),
        (["add", URL, "--kind", "rest.given"], "'rest.given'"),
        (["remove", "7"], "webhook 7 is not known"),
        (["rotate", "x"], "valid integer"),
    ],
)
def test_bad_input_is_one_clear_line(capsys: Output, arguments: list[str], words: str) -> None:
    assert run(["webhook", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert words in output.err


class _Listening(HTTPServer):
    heard: list[tuple[dict[str, str], bytes]]


class _Handler(BaseHTTPRequestHandler):
    server: _Listening

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append((dict(self.headers.items()), body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the test's output."""


def test_scheduled_jobs_send_over_a_real_connection_what_a_receiver_can_verify(
    context: Context, clock: SetClock
) -> None:
    jobs = {job.name: job for job in JOBS}
    settings = Settings(
        environment="test", data_dir=context.settings.data_dir, webhook_networks="127.0.0.1/32", event_source="urn:c:1"
    )
    here = make_context(settings, clock)
    with _Listening(("127.0.0.1", 0), _Handler) as server:
        server.heard = []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            one = endpoint(here, url=f"http://127.0.0.1:{server.server_address[1]}/")
            key = _key(here, one)
            write(here, "c1")
            round_of(here, Receiver(BROKEN))
            clock.forward(minutes=1)
            jobs["webhooks"].run(here)
            assert server.heard == [], "an endpoint that fails is the other job's"
            jobs["webhooks that fail"].run(here)
            write(here, "c2")
            jobs["webhooks"].run(here)
        finally:
            server.shutdown()
            thread.join()
            here.engine.dispose()
    assert [b'"subject":"c1"' in body for _, body in server.heard] == [True, False]
    for headers, body in server.heard:
        verify([key], headers, body, clock.now)
        assert b'"source":"urn:c:1"' in body
    assert {row.status for row in stored(context, one)} == {DeliveryStatus.DELIVERED}


def _key(context: Context, endpoint_id: int) -> str:
    with reading(context.engine) as session:
        [key] = keys_in_force(session, endpoint_id, context.now())
        return key.secret


def test_tidying_is_a_job(context: Context, clock: SetClock) -> None:
    one = endpoint(context)
    write(context, "c1")
    round_of(context, Receiver())
    clock.forward(days=15)
    webhooks.tidy(context)
    assert stored(context, one) == []
