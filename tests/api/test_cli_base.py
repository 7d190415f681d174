"""The command: one clear line for each known error, and what it does to accounts, tokens and policy."""

import io
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from api.cli import main as command
from api.cli import serve as serving
from api.cli.main import run
from api.context import Context, utc_now
from api.services.access.accounts import sign_in
from api.services.access.tokens import caller_of_token, use_link
from roster.accounts import Role
from roster.policy import default_policy
from tests.factories import make_centre
from tests.postgres import Cluster

PASSWORD = "correct horse battery"


def on_real_clock(context: Context) -> Context:
    """The same context by the clock that the command reads."""
    return replace(context, clock=utc_now)


Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def at_home(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command works on the test's own database."""
    monkeypatch.setenv("BREATHER_ENVIRONMENT", "test")
    monkeypatch.setenv("BREATHER_DATA_DIR", str(context.settings.data_dir))


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What stands on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def refused(capsys: Output, *arguments: str, status: int = 2) -> str:
    """The error lines of a command that must be refused; nothing on standard output, no traceback."""
    assert run(arguments) == status
    output = capsys.readouterr()
    assert output.out == ""
    assert "Traceback" not in output.err
    return output.err


def test_user_added_with_a_password_from_standard_input_can_sign_in(
    context: Context, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, PASSWORD + "\n")
    assert run(["user", "add", "Mara", "--role", "lead", "--name", "Mara L."]) == 0
    assert capsys.readouterr().out == "added lead mara\n"
    assert sign_in(context, "mara", PASSWORD, address="").caller.display_name == "Mara L."
    assert run(["user", "list"]) == 0
    assert capsys.readouterr().out == "mara\tlead\t-\topen\tMara L.\n"


def test_new_password_replaces_the_old(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, PASSWORD + "\n")
    run(["user", "add", "mara", "--role", "lead"])
    typed(monkeypatch, PASSWORD + " 2\n")
    assert run(["user", "password", "mara"]) == 0
    assert sign_in(context, "mara", PASSWORD + " 2", address="").caller.name == "mara"


def test_agent_account_needs_an_agent_that_exists(context: Context, capsys: Output) -> None:
    make_centre(context, agents=1, accounts=False)
    assert "expected the code of that agent" in refused(capsys, "user", "add", "x", "--role", "agent", "--by-link")
    assert "'zz'" in refused(capsys, "user", "add", "x", "--role", "agent", "--agent", "zz", "--by-link")
    assert run(["user", "add", "x", "--role", "agent", "--agent", "a01", "--by-link"]) == 0


def test_link_is_printed_whole_and_signs_in(context: Context, capsys: Output) -> None:
    run(["user", "add", "mara", "--role", "lead", "--by-link"])
    capsys.readouterr()
    assert run(["user", "link", "mara", "--base-url", "https://care.example/"]) == 0
    site, secret = capsys.readouterr().out.strip().split("/sign-in/link/")
    assert site == "https://care.example"
    assert use_link(on_real_clock(context), secret).caller.name == "mara"


def test_closed_account_has_no_way_in_until_it_is_opened(context: Context, capsys: Output) -> None:
    run(["user", "add", "mara", "--role", "lead", "--by-link"])
    run(["user", "link", "mara"])
    secret = capsys.readouterr().out.strip().rsplit("/", 1)[1]
    assert run(["user", "close", "mara"]) == 0
    with pytest.raises(command.ServiceError, match="closed"):
        use_link(on_real_clock(context), secret)
    assert run(["user", "open", "mara"]) == 0
    assert use_link(on_real_clock(context), secret).caller.name == "mara"


def test_token_is_shown_once_and_revoked(context: Context, capsys: Output) -> None:
    assert run(["token", "make", "phone"]) == 0
    secret = capsys.readouterr().out.strip()
    caller = caller_of_token(context, secret)
    assert caller is not None
    assert (caller.name, caller.role) == ("phone", Role.ROUTER)
    assert run(["token", "list"]) == 0
    listed = capsys.readouterr().out
    assert "phone\trouter" in listed
    assert secret not in listed
    assert run(["token", "revoke", "phone"]) == 0
    assert caller_of_token(context, secret) is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["bogus"], "No such command 'bogus'"),
        (["user"], "Missing command"),
        (["user", "add", "x", "--role", "boss", "--by-link"], "role 'boss': expected lead or agent"),
        (["user", "add", "a b", "--role", "lead", "--by-link"], "user name 'a b'"),
        (["user", "link", "nobody"], "no user is called 'nobody'"),
        (["token", "make", "x", "--role", "agent"], "token role 'agent': expected router or lead"),
        (["token", "revoke", "x"], "no token is called 'x'"),
        (["serve", "--port", "99999"], "--port"),
        (["serve", "--workers", "2"], "--workers 2: expected 1 with the embedded database"),
        (["policy", "check", "none.toml"], "none.toml: can't be read"),
    ],
)
def test_bad_input_is_one_line_and_status_two(capsys: Output, arguments: list[str], words: str) -> None:
    error = refused(capsys, *arguments)
    assert words in error
    assert error.count("\n") == 1


def test_short_password_is_refused_unquoted(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "sh0rt\n")
    error = refused(capsys, "user", "add", "mara", "--role", "lead")
    assert "5 characters" in error
    assert "sh0rt" not in error


def test_bad_settings_are_named(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREATHER_PORT", "many")
    monkeypatch.setenv("BREATHER_ENVIRONMENT", "moon")
    error = refused(capsys, "user", "list")
    assert "BREATHER_PORT='many'" in error
    assert "BREATHER_ENVIRONMENT='moon'" in error


def test_database_that_is_away_is_a_failed_run(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREATHER_DATABASE_URL", "postgresql://someone:secret@127.0.0.1:1/none?connect_timeout=1")
    error = refused(capsys, "user", "list", status=1)
    assert error.startswith("breather: database:")
    assert "secret" not in error


def test_unknown_kind_of_database_is_refused(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREATHER_DATABASE_URL", "oracle://x")
    assert "expected sqlite:///… or postgresql://…" in refused(capsys, "migrate")


def test_policy_shown_is_a_policy_file_of_the_same_meaning(tmp_path: Path, capsys: Output) -> None:
    assert run(["policy", "show"]) == 0
    shown = tmp_path / "shown.toml"
    shown.write_text(capsys.readouterr().out, encoding="utf-8")
    assert (
        tomllib.loads(shown.read_text(encoding="utf-8"))["rest"]["heavy_minutes"] == default_policy().rest.heavy_minutes
    )
    assert run(["policy", "diff", str(shown)]) == 0
    assert capsys.readouterr().out == ""


def test_policy_diff_and_check_name_the_keys(tmp_path: Path, capsys: Output) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text("[rest]\nheavy_minutes = 8\n", encoding="utf-8")
    assert run(["policy", "diff", str(ours)]) == 0
    assert capsys.readouterr().out == "rest.heavy_minutes: 5 -> 8\n"
    assert run(["policy", "check", str(ours)]) == 0
    capsys.readouterr()
    ours.write_text("[rest]\nheavy_minutes = -8\nheavy_hours = 2\n", encoding="utf-8")
    error = refused(capsys, "policy", "check", str(ours))
    assert "rest.heavy_minutes" in error and "(found -8)" in error
    assert "rest.heavy_hours" in error


def test_policy_commands_know_packs(tmp_path: Path, capsys: Output) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text('packs = ["uk", "california"]\n[rules.daily_rest]\nminutes = 700\n', encoding="utf-8")
    assert run(["policy", "show", str(ours)]) == 0
    shown = capsys.readouterr().out
    for line in (
        "meal_over_minutes = 300  # pack california",
        "minimum_minutes = 180  # pack uk",
        f"minutes = 700  # {ours}",
        "rest_minutes = 15  # default",
    ):
        assert line in shown.splitlines()
    again = tmp_path / "again.toml"
    again.write_text(shown, encoding="utf-8")
    assert run(["policy", "check", str(again)]) == 0
    assert capsys.readouterr().out == f"{again}: ok, with uk, california\n"
    assert run(["policy", "diff", str(ours)]) == 0
    differs = capsys.readouterr().out.splitlines()
    assert "breaks.meal_over_minutes: 360 -> 300 (pack california)" in differs
    assert "rules.daily_rest.minutes: 660 -> 700" in differs
    ours.write_text('packs = ["uk"]\n[rules.daily_rest]\nminutes = 600\n', encoding="utf-8")
    error = refused(capsys, "policy", "check", str(ours))
    assert error == f"breather: {ours}: rules.daily_rest.minutes: 600 is laxer than 660, which pack uk asks for\n"


def test_doctor_is_content_with_a_working_place(capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREATHER_PORT", "0")
    assert run(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    assert any("no lead can sign in yet" in line for line in lines)


def test_doctor_names_what_is_wrong(tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.toml"
    broken.write_text("[rest]\nnonsense = 1\n", encoding="utf-8")
    monkeypatch.setenv("BREATHER_POLICY", str(broken))
    monkeypatch.setenv("BREATHER_DATABASE_URL", "postgresql://a:secret@127.0.0.1:1/none?connect_timeout=1")
    monkeypatch.setenv("BREATHER_PORT", "0")
    assert run(["doctor"]) == 1
    bad = [line for line in capsys.readouterr().out.splitlines() if line.startswith("not ok")]
    assert [line.split(":")[0].removeprefix("not ok").strip() for line in bad] == ["policy", "database"]
    assert "rest.nonsense" in bad[0]
    assert "secret" not in bad[1]


def test_server_gets_the_pages_by_name_only(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    started: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(serving.uvicorn, "run", lambda name, **options: started.append((name, options)))
    assert run(["serve", "--port", "8123", "--host", "0.0.0.0"]) == 0
    [(name, options)] = started
    assert name == "web.app:create_default_app"
    assert (options["factory"], options["port"], options["host"]) == (True, 8123, "0.0.0.0")
    assert options["access_log"] is False


@pytest.mark.postgres
def test_serve_waits_for_the_migration_of_a_shared_database(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    cluster.execute("create database unmigrated")
    monkeypatch.setenv("BREATHER_DATABASE_URL", cluster.url("unmigrated"))
    assert "run breather migrate first" in refused(capsys, "serve", status=1)
    assert run(["migrate"]) == 0
    started: list[str] = []
    monkeypatch.setattr(serving.uvicorn, "run", lambda name, **_: started.append(name))
    assert run(["serve"]) == 0
    assert started == ["web.app:create_default_app"]
    cluster.execute("drop database unmigrated with (force)")


def test_help_is_shown_where_nothing_is_asked(capsys: Output) -> None:
    assert run([]) == 2
    assert "serve" in capsys.readouterr().out
