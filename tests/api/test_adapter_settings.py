"""The adapters' file: read at start, every bad key named, and the example of the documentation is one."""

import re
from pathlib import Path

import pytest

from api.adapters.settings import Adapters, AzureSettings, RocketChatSettings, TwilioSettings, read_adapters
from api.context import make_context
from api.errors import Invalid
from api.settings import Settings

DOCS = (Path(__file__).parents[2] / "docs" / "adapters.md").read_text(encoding="utf-8")


def written(folder: Path, text: str) -> Path:
    """A file of `text`."""
    path = folder / "adapters.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_nothing_is_mapped() -> None:
    assert read_adapters(None) == Adapters()


def test_the_context_has_what_the_file_says(tmp_path: Path) -> None:
    path = written(tmp_path, '[azure.workers]\n"w1" = "a01"\n')
    context = make_context(Settings(environment="test", data_dir=tmp_path, adapters=path))
    assert context.adapters.azure.workers == {"w1": "a01"}
    context.engine.dispose()


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("[twilio]\nworker = 1\n", "twilio.worker"),
        ("[twillio]\n", "twillio"),
        ("[twilio]\nwithin_points = -1\n", "found -1"),
        ('[twilio.activities]\nWA1 = "lunch"\n', "'lunch'"),
        ('[twilio]\ninstruction = "conference"\n', "'conference'"),
        ('[twilio]\ninstruction = "call"\ncall_from = "+1"\n', "expected twiml_url too"),
        ("[twilio]\npublish_load = true\n", "expected account_sid and workspace_sid too"),
        ('[twilio]\naccount_sid = "A"\nworkspace_sid = "W"\nprotected_activity = "WA1"\n', "available_activity"),
        ('[twilio.workers]\nWK1 = "a01"\nWK2 = "a01"\n', "workers names a01 twice"),
        ('[rocketchat.usernames]\nann = "a01"\nanna = "a01"\n', "usernames names a01 twice"),
        ('[rocketchat.entries.advice]\narrival_state = "furious"\n', "'furious'"),
        ("[rocketchat]\noffer_seconds = 1\n", "found 1"),
        ("[azure\n", "is no TOML"),
    ],
)
def test_what_makes_no_sense_is_refused_at_start(tmp_path: Path, text: str, quoted: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_adapters(written(tmp_path, text))
    assert quoted in caught.value.detail
    assert "adapters.toml" in caught.value.detail


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="can't be read"):
        read_adapters(tmp_path / "nowhere.toml")


def test_the_documentations_example_is_a_file_that_can_be_used(tmp_path: Path) -> None:
    found = re.findall(r"```toml\n(.*?)```", DOCS, re.DOTALL)
    assert len(found) == 1
    read = read_adapters(written(tmp_path, found[0]))
    assert read.twilio.writes
    assert read.rocketchat.departments
    assert read.azure.workers


@pytest.mark.parametrize(
    "name",
    [
        f"{table}.{field}"
        for table, model in (("twilio", TwilioSettings), ("rocketchat", RocketChatSettings), ("azure", AzureSettings))
        for field in model.model_fields
    ],
)
def test_every_key_is_documented(name: str) -> None:
    assert f"`{name.partition('.')[2]}`" in DOCS
