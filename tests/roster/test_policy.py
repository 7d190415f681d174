"""The policy file: defaults with their sources, overlays, and clear errors."""

import re
import tomllib
from pathlib import Path

import pytest

from roster.contacts import OutcomeMarker
from roster.policy import DEFAULT_PATH, PolicyError, default_policy, load_policy
from roster.rules.parameters import Rules


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_defaults_are_those_of_the_wellbeing_brief() -> None:
    policy = default_policy()
    rest = policy.rest
    minutes = (rest.demanding_minutes, rest.heavy_minutes, rest.severe_minutes, rest.traumatic_minutes)
    assert minutes == (0, 5, 15, 25)
    assert rest.light_only_minutes == 15
    assert policy.load.acute_half_life_minutes == 30
    assert policy.load.acute_half_life_resting_minutes == 10
    assert policy.load.carried_half_life_hours == 48
    assert (policy.debrief.earliest_hours, policy.debrief.latest_hours) == (24, 72)
    assert policy.rules.daily_rest.minutes == 11 * 60
    assert policy.rules.weekly_rest.minutes == (24 + 11) * 60
    assert policy.staffing.max_occupancy == 0.85


def test_every_rule_is_set_and_says_where_it_comes_from() -> None:
    rules = tomllib.loads(DEFAULT_PATH.read_text(encoding="utf-8"))["rules"]
    assert set(rules) == set(Rules.model_fields)
    assert all(rule["source"] for rule in rules.values())


def test_every_invented_number_is_called_an_assumption() -> None:
    text = DEFAULT_PATH.read_text(encoding="utf-8")
    for table in ("difficulty.arrival_state", "load", "rest", "debrief", "breaks", "routing"):
        above = text[: text.index(f"[{table}]")].rsplit("\n\n", 1)[-1]
        assert re.search("assumption", above, re.IGNORECASE), table


def test_an_overlay_changes_only_what_it_names(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, "[rest]\nheavy_minutes = 8\n"))
    assert policy.rest.heavy_minutes == 8
    assert policy.rest.severe_minutes == default_policy().rest.severe_minutes
    assert policy.difficulty == default_policy().difficulty


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[rest]\nheavy_minuets = 5\n", r"rest\.heavy_minuets.*not permitted"),
        ("[rest]\nheavy_minutes = -5\n", r"rest\.heavy_minutes.*greater than or equal to 0.*found -5"),
        ("[difficulty.tiers]\nheavy = 20\n", r"difficulty\.tiers.*tiers must rise"),
        ("[difficulty.outcomes]\nboredom = 3\n", r"difficulty\.outcomes.*boredom"),
        ("[rules.daily_rest]\nmode = 'soft'\n", r"rules\.daily_rest\.mode.*'hard' or 'off'.*found 'soft'"),
        ("[debrief]\nmandatory = true\n", r"debrief\.mandatory.*not permitted"),
        ("rest = [", "is no TOML"),
    ],
)
def test_a_bad_key_is_named_with_its_value(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(PolicyError, match=expected):
        load_policy(written(tmp_path, text))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        load_policy(written(tmp_path, "[rest]\nheavy_minutes = -5\nsevere_minutes = 'long'\n"))
    assert len(str(caught.value).splitlines()) == 2


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nowhere\.toml: can't be read"):
        load_policy(tmp_path / "nowhere.toml")


def test_no_key_can_make_a_debrief_mandatory() -> None:
    assert not [key for key in type(default_policy().debrief).model_fields if "mandatory" in key or "require" in key]


def test_each_outcome_has_points() -> None:
    assert set(default_policy().difficulty.outcomes) == set(OutcomeMarker)
