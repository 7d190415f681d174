"""`breather doctor` and the adapters' file: what keeps it from being used, on one line, and secrets never shown."""

from pathlib import Path

import pytest

from api.cli.main import run

TWILIO, ROCKETCHAT, AZURE = "BREATHER_TWILIO_AUTH_TOKEN", "BREATHER_ROCKETCHAT_TOKEN", "BREATHER_AZURE_FUNCTION_KEY"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A place where all else is well."""
    monkeypatch.setenv("BREATHER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BREATHER_PORT", "0")
    for name in (TWILIO, ROCKETCHAT, AZURE):
        monkeypatch.delenv(name, raising=False)


def told(capsys: pytest.CaptureFixture[str], status: int) -> str:
    """What the doctor says of the adapters; nothing else is wrong."""
    assert run(["doctor"]) == status
    lines = capsys.readouterr().out.splitlines()
    [found] = [line for line in lines if line.partition(":")[0].split()[-1] == "adapters"]
    bad = [line for line in lines if line.startswith("not ok")]
    assert bad == ([found] if status else [])
    return found


def written(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> Path:
    """The file that the settings name."""
    path = folder / "adapters.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.setenv("BREATHER_ADAPTERS", str(path))
    return path


def test_without_a_file_none_is_set_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, 0) == "ok      adapters: none is set up"


def test_those_with_a_secret_are_named_and_the_secret_is_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, monkeypatch, '[azure.workers]\nw1 = "a01"\n')
    monkeypatch.setenv(AZURE, "hush")
    monkeypatch.setenv(ROCKETCHAT, "hush")
    assert told(capsys, 0) == "ok      adapters: rocketchat, azure"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("[azure\n", ("is no TOML", "line 1")),
        ('[azure]\nqueue_label = "q"\nworkers = {\n', ("is no TOML", "line 3")),
        (b"[azure]\nqueue_label = '\xff'\n", ("is no TOML", "0xff")),
        ("[azzure]\n", ("azzure", "Extra inputs are not permitted")),
        ('[azure]\nlabel = "q"\n', ("azure.label", "(found 'q')")),
        (
            "[rocketchat]\noffer_seconds = 1\n[azure]\nqueues = 3\n",
            ("(found 1)", "; ", "azure.queues"),
        ),
    ],
)
def test_a_file_that_cannot_be_used(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str | bytes,
    quoted: tuple[str, ...],
) -> None:
    path = written(tmp_path, monkeypatch, text)
    found = told(capsys, 1)
    for each in (str(path), *quoted):
        assert each in found


def test_a_file_that_is_not_there_or_is_a_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BREATHER_ADAPTERS", str(tmp_path / "nowhere.toml"))
    assert told(capsys, 1).endswith("nowhere.toml: can't be read: No such file or directory")
    monkeypatch.setenv("BREATHER_ADAPTERS", str(tmp_path))
    assert told(capsys, 1).endswith("can't be read: Is a directory")


def test_a_file_that_may_not_be_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, monkeypatch, "[azure]\n")
    read = Path.read_text

    def refused(self: Path, *args: str | None, **more: str | None) -> str:
        # Not by its mode: whoever runs the tests as root may read everything.
        if self == path:
            raise PermissionError(13, "Permission denied", str(path))
        return read(self, *args, **more)

    monkeypatch.setattr(Path, "read_text", refused)
    assert told(capsys, 1) == f"not ok  adapters: {path}: can't be read: Permission denied"


@pytest.mark.parametrize(("table", "variable"), [("twilio", TWILIO), ("rocketchat", ROCKETCHAT), ("azure", AZURE)])
@pytest.mark.parametrize("empty", [True, False])
def test_a_table_without_its_secret(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    table: str,
    variable: str,
    empty: bool,
) -> None:
    path = written(tmp_path, monkeypatch, f"[{table}]\n")
    if empty:
        monkeypatch.setenv(variable, "")
    assert told(capsys, 1).startswith(f"not ok  adapters: {path}: [{table}] is there, and {variable} is empty")
    monkeypatch.setenv(variable, "hush")
    assert told(capsys, 0) == f"ok      adapters: {table}"
