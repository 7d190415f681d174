"""`breather simulate`: the promised keys, the table, the page, and nothing written where the input is bad."""

import json
from pathlib import Path

import pytest

from api.cli.main import run
from optimizer.simulation.described import SimulationReport

KEYS = [
    "served",
    "abandoned",
    "mean_wait_seconds",
    "p95_wait_seconds",
    "service_level",
    "occupancy",
    "heavy_total",
    "max_heavy_per_agent_day_mean",
    "share_agent_days_heavy_ge4",
    "gini_heavy",
    "share_next_contact_within_5min_after_heavy",
    "share_next_contact_within_10min_after_heavy",
    "back_to_back_heavy",
    "rest_minutes_given",
    "rest_debt_minutes",
    "peak_acute_load_p95",
    "max_carried_load",
]
ROUTINGS = [
    "breather",
    "longest-idle",
    "round-robin",
    "random",
    "fewest-contacts",
    "least-occupied",
    "fewest-heavy-first",
]
TRACE = """contact,queue,arrived_at,handle_seconds,patience_seconds,difficulty,heavy
c1,<q>,2026-11-24T09:00:00,300,,70,1
c2,<q>,2026-11-24T09:01:00,300,30,10,
c3,<q>,2026-11-24T09:02:00,60,,60,0
c4,<q>,2026-11-25T09:00:00,60,,80,
c5,other,2026-11-25T09:00:00,60,5,0,
"""
DUTY = """agent,start,end,skills
a,2026-11-24T08:00:00,2026-11-24T12:00:00,<q>
a,2026-11-25T08:00:00,2026-11-25T12:00:00,<q>
b,2026-11-25T08:00:00,2026-11-25T12:00:00,<q>
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """The arguments for two small files and a report."""
    (tmp_path / "TRACE.csv").write_text(TRACE)
    (tmp_path / "DUTY.csv").write_text(DUTY)
    names = {"--trace": "TRACE.csv", "--duty": "DUTY.csv", "--report": "out.json"}
    return ["simulate", *(part for option, name in names.items() for part in (option, str(tmp_path / name)))]


def test_the_report_has_every_promised_key_for_every_policy(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = [part for name in ROUTINGS for part in ("--policy", name)]
    assert run([*files, *chosen]) == 0
    report = json.loads((tmp_path / "out.json").read_text())
    assert list(report) == ROUTINGS
    for figures in report.values():
        assert list(figures) == KEYS
        # The second of the first day gives up before a is free; the last needs a skill that nobody has.
        assert (figures["served"], figures["abandoned"], figures["heavy_total"]) == (3, 2, 2)
        # c3 waits for a: three minutes of contact and five of rest are left. Then 30 and 5 s of giving up.
        assert figures["mean_wait_seconds"] == (480 + 30 + 5) / 5
        assert figures["service_level"] == 0.4
    shown = capsys.readouterr()
    assert [line.split()[0] for line in shown.out.splitlines()] == ["routing", *ROUTINGS]
    assert "warning: nobody on duty has the skill for queue 'other'" in shown.err


@pytest.mark.parametrize(("document", "text"), [("trace", TRACE), ("duty", DUTY)])
def test_the_files_are_described(document: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", document]) == 0
    described = json.loads(capsys.readouterr().out)
    assert list(described["properties"]) == described["required"] == text.splitlines()[0].split(",")


def test_the_report_is_described(files: list[str], tmp_path: Path) -> None:
    assert run(files) == 0
    assert list(SimulationReport.model_fields) == KEYS
    for figures in json.loads((tmp_path / "out.json").read_text()).values():
        SimulationReport.model_validate(figures, strict=True)


def test_without_a_policy_ours_stands_beside_longest_idle(files: list[str], tmp_path: Path) -> None:
    assert run(files) == 0
    assert list(json.loads((tmp_path / "out.json").read_text())) == ["breather", "longest-idle"]


def test_rests_can_be_left_out_and_targets_set(files: list[str], tmp_path: Path) -> None:
    assert run([*files, "--policy", "longest-idle", "--no-rests", "--target-seconds", "180"]) == 0
    figures = json.loads((tmp_path / "out.json").read_text())["longest-idle"]
    assert figures["rest_minutes_given"] == 0
    assert figures["share_next_contact_within_5min_after_heavy"] == 0.5
    assert figures["service_level"] == 0.6


def test_the_limit_is_printed(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*files, "--limit"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "most heavy a day, lowest possible in hindsight: 1"


def test_the_page_stands_alone_and_escapes_names(files: list[str], tmp_path: Path) -> None:
    (tmp_path / "<b>TRACE.csv").write_text(TRACE)
    files[files.index("--trace") + 1] = str(tmp_path / "<b>TRACE.csv")
    assert run([*files, "--page", str(tmp_path / "out.html"), "--limit"]) == 0
    page = (tmp_path / "out.html").read_text()
    assert "&lt;b&gt;TRACE.csv" in page
    assert "<b>" not in page
    assert page.count("<polyline") == 2 + 2 + 3
    for outside in ("http://", "https://", "<script", "<link", "@import", "url("):
        assert outside not in page
    assert "prefers-color-scheme: dark" in page
    assert "1.00 on average" in " ".join(page.split())
    assert '<th scope="row">Served within the target</th><td>40.0 %</td><td>40.0 %</td>' in page


@pytest.mark.parametrize(
    ("file", "bad", "told"),
    [
        ("TRACE.csv", TRACE.replace("300,30", "300,x"), "TRACE.csv:3: patience_seconds: value 'x': expected seconds"),
        (
            "DUTY.csv",
            DUTY.replace("a,2026-11-24T08", "a,2026-11-24T13"),
            "DUTY.csv:2: end: value '2026-11-24T12:00:00'",
        ),
        ("DUTY.csv", "", "DUTY.csv: expected a header and rows, the file is empty"),
    ],
)
def test_bad_files_are_told_and_nothing_is_written(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, bad: str, told: str
) -> None:
    (tmp_path / file).write_text(bad)
    assert run([*files, "--page", str(tmp_path / "out.html")]) == 2
    assert told in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["DUTY.csv", "TRACE.csv"]


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--policy", "psychic", "'psychic' is not one of 'breather', 'longest-idle'"),
        ("--report", "out.txt", "expected a name ending in .json"),
        ("--page", "nowhere/out.html", "expected an existing folder"),
        ("--slowing", "-1", "greater than or equal to 0"),
        ("--trace", "none.csv", "expected a file that can be read"),
    ],
)
def test_bad_options(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str, told: str
) -> None:
    path = str(tmp_path / value) if "." in value else value
    assert run([*files, option, path]) == 2
    assert told in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["DUTY.csv", "TRACE.csv"]


def test_a_report_that_can_not_be_finished_leaves_nothing(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out.json").write_text("the former one")
    monkeypatch.setattr("web.evidence.page", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run([*files, "--page", str(tmp_path / "out.html")])
    assert (tmp_path / "out.json").read_text() == "the former one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["DUTY.csv", "TRACE.csv", "out.json"]
