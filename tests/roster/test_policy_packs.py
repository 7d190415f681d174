"""Packs of jurisdictions: every value cites its law, the stricter holds, conflicts name both, a site is never laxer."""

import tomllib
from pathlib import Path

import pytest

from roster.policy import (
    DEFAULT_PATH,
    PACKS_PATH,
    BreaksPolicy,
    Loaded,
    PolicyError,
    default_policy,
    known_packs,
    load_layers,
)
from roster.policy_directions import DIRECTIONS, ORDERED, has_direction
from roster.policy_layers import flat, nested
from roster.rules.parameters import Rules
from roster.rules.parameters.base import NightTerms

NAMES = ("california", "chicago", "eu", "illinois", "uk")


def site(folder: Path, text: str, packs: dict[str, str] | None = None) -> Loaded:
    """The policy of a site's file, with these packs instead of the shipped ones where any are given."""
    path = folder / "site.toml"
    path.write_text(text, encoding="utf-8")
    if packs is None:
        return load_layers(path)
    for name, pack in packs.items():
        (folder / "packs").mkdir(exist_ok=True)
        (folder / "packs" / f"{name}.toml").write_text(pack, encoding="utf-8")
    return load_layers(path, folder / "packs")


def refusal(folder: Path, text: str, packs: dict[str, str] | None = None) -> list[str]:
    """What is said of a site's file that can't be used, without the file's folder."""
    with pytest.raises(PolicyError) as caught:
        site(folder, text, packs)
    return [line.replace(f"{folder}/", "") for line in str(caught.value).splitlines()]


def test_these_packs_are_shipped() -> None:
    assert known_packs() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_and_setting_of_a_pack_cites_its_source(name: str) -> None:
    pack = tomllib.loads((PACKS_PATH / f"{name}.toml").read_text(encoding="utf-8"))
    assert set(pack) <= {"title", "rules", "breaks", "night", "sources"}
    assert pack["title"]
    for key, rule in pack["rules"].items():
        assert key in Rules.model_fields
        assert rule["mode"] in ("hard", "soft") and rule["source"], key
    settings = {key for key, _ in flat({table: pack.get(table, {}) for table in ("breaks", "night")})}
    assert set(pack.get("sources", {})) == settings
    assert all(pack.get("sources", {}).values())


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_alone_is_a_policy_that_loosens_nothing(tmp_path: Path, name: str) -> None:
    loaded = site(tmp_path, f'packs = ["{name}"]\n')
    assert loaded.policy.packs == (name,)
    ours, theirs = default_policy().rules, loaded.policy.rules
    assert theirs.daily_rest.minutes >= ours.daily_rest.minutes
    assert theirs.weekly_rest.minutes >= ours.weekly_rest.minutes
    assert theirs.average_minutes.week_minutes <= ours.average_minutes.week_minutes
    assert loaded.policy.breaks.meal_minutes >= default_policy().breaks.meal_minutes


def figures(name: str, table: str) -> dict[str, object]:
    """What a pack says in a table, without modes and sources."""
    pack = tomllib.loads((PACKS_PATH / f"{name}.toml").read_text(encoding="utf-8"))
    return {key: value for key, value in flat(pack.get(table, {})) if not key.endswith((".mode", ".source"))}


def test_the_figures_are_those_of_the_laws() -> None:
    rests = {"daily_rest.minutes": 11 * 60, "weekly_rest.minutes": (24 + 11) * 60}
    average = {"average_minutes.week_minutes": 48 * 60, "average_minutes.reference_weeks": 17}
    six_days = {"consecutive_days.maximum": 6}
    assert figures("eu", "rules") == figures("uk", "rules") == rests | average
    assert figures("california", "rules") == {"weekly_rest.minutes": 24 * 60} | six_days
    # In addition to the regular rest at the close of a working day.
    assert figures("illinois", "rules") == {"weekly_rest.minutes": (24 + 11) * 60} | six_days
    assert figures("chicago", "rules") == {
        "daily_rest.minutes": 10 * 60,
        "notice.days": 14,
        "notice.added_pay_minutes": 60,
        "notice.removed_pay_minutes": 60,
        "notice.removed_pay_percent": 50,
        "notice.late_days": 1,
    }
    assert figures("eu", "breaks") == {"meal_over_minutes": 6 * 60}
    assert figures("uk", "breaks") == {"meal_over_minutes": 6 * 60, "meal_minutes": 20, "edge_minutes": 5}
    assert figures("uk", "night") == {"from_minute": 23 * 60, "to_minute": 6 * 60, "minimum_minutes": 3 * 60}
    assert figures("california", "breaks") == {
        "meal_over_minutes": 5 * 60,
        "meal_minutes": 30,
        "meal_latest_minutes": 5 * 60 - 1,
        "second_meal_over_minutes": 10 * 60,
        "second_meal_latest_minutes": 10 * 60 - 1,
        "rest_minutes": 10,
        "rest_per_minutes": 4 * 60,
        "rest_part_minutes": 10,
    }
    assert figures("illinois", "breaks") == {
        "meal_over_minutes": 7 * 60 + 30 - 1,
        "meal_minutes": 20,
        "meal_latest_minutes": 5 * 60,
        "second_meal_over_minutes": 12 * 60 - 1,
    }


def test_all_packs_together_are_the_strictest_of_each(tmp_path: Path) -> None:
    loaded = site(tmp_path, f"packs = {list(NAMES)}\n".replace("'", '"'))
    rules, breaks = loaded.policy.rules, loaded.policy.breaks
    assert (rules.daily_rest.minutes, rules.weekly_rest.minutes) == (660, 2100)
    assert (rules.consecutive_days.maximum, rules.average_minutes.week_minutes) == (6, 2880)
    assert (breaks.meal_over_minutes, breaks.meal_minutes, breaks.meal_latest_minutes) == (300, 30, 299)
    assert (breaks.second_meal_over_minutes, breaks.rest_minutes) == (600, 15)
    assert loaded.origins["rules.daily_rest.minutes"] == ("pack eu", "pack uk")
    assert loaded.origins["breaks.meal_over_minutes"] == ("pack california",)
    assert loaded.origins["breaks.rest_minutes"] == ("default",)
    assert loaded.origins["rules.contract_minutes.mode"] == ("default",)


def test_the_source_of_a_value_is_that_of_the_law_that_holds(tmp_path: Path) -> None:
    loaded = site(tmp_path, 'packs = ["eu", "uk", "chicago"]\n')
    source = loaded.policy.rules.daily_rest.source
    assert source.startswith("pack eu: Directive 2003/88/EC art. 3")
    assert "; pack uk: Working Time Regulations 1998 reg. 10(1)" in source
    assert "chicago" not in source
    assert loaded.policy.sources["night.from_minute"].startswith("Working Time Regulations 1998 reg. 2(1)")
    stricter = site(tmp_path, 'packs = ["chicago"]\n')
    assert stricter.policy.rules.daily_rest.minutes == 660
    assert stricter.origins["rules.daily_rest.minutes"] == ("default",)


RULE = '[rules.{rule}]\nmode = "{mode}"\nsource = "law of {name}"\n{lines}\n'


def pack(name: str, rule: str, lines: str, mode: str = "hard") -> dict[str, str]:
    return {name: RULE.format(rule=rule, mode=mode, name=name, lines=lines)}


@pytest.mark.parametrize(
    ("rule", "key", "one", "other", "holds"),
    [
        ("weekly_rest", "minutes", 2400, 2880, 2880),
        ("consecutive_days", "maximum", 5, 4, 4),
        ("night_limits", "shift_minutes", 480, 540, 480),
        ("average_minutes", "reference_weeks", 12, 4, 4),
        ("rest_after_nights", "nights", 3, 2, 1),  # the default is stricter than both
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_stricter_of_two_packs_holds_in_either_order(
    tmp_path: Path, rule: str, key: str, one: int, other: int, holds: int, turned: bool
) -> None:
    packs = pack("a", rule, f"{key} = {one}") | pack("b", rule, f"{key} = {other}")
    names = '["b", "a"]' if turned else '["a", "b"]'
    loaded = site(tmp_path, f"packs = {names}\n", packs)
    assert getattr(getattr(loaded.policy.rules, rule), key) == holds
    origin = {one: "pack a", other: "pack b"}.get(holds, "default")
    assert loaded.origins[f"rules.{rule}.{key}"] == (origin,)


def test_a_rule_that_a_pack_makes_hard_stays_hard_beside_one_that_makes_it_soft(tmp_path: Path) -> None:
    packs = pack("a", "max_days_off", "maximum = 10", "soft") | pack("b", "max_days_off", "maximum = 20")
    loaded = site(tmp_path, 'packs = ["a", "b"]\n', packs)
    assert (loaded.policy.rules.max_days_off.mode, loaded.policy.rules.max_days_off.maximum) == ("hard", 10)
    assert loaded.policy.rules.max_days_off.source == "law of a"


def test_the_numbers_of_a_default_that_is_off_say_nothing(tmp_path: Path) -> None:
    assert (default_policy().rules.max_days_off.mode, default_policy().rules.max_days_off.maximum) == ("off", 14)
    loaded = site(tmp_path, 'packs = ["a"]\n', pack("a", "max_days_off", "maximum = 20"))
    assert loaded.policy.rules.max_days_off.maximum == 20


def test_packs_that_set_what_has_no_direction_differently_are_both_named(tmp_path: Path) -> None:
    packs = {"a": "[night]\nfrom_minute = 1320\n", "b": "[night]\nfrom_minute = 1380\n"}
    assert refusal(tmp_path, 'packs = ["a", "b"]\n', packs) == [
        "night.from_minute: pack a sets 1320 and pack b sets 1380, and neither is the stricter: they can't both hold"
    ]
    same = {"a": "[night]\nfrom_minute = 1320\n", "b": "[night]\nfrom_minute = 1320\n"}
    assert site(tmp_path, 'packs = ["a", "b"]\n', same).policy.night.from_minute == 1320


def test_a_least_above_anothers_most_names_both(tmp_path: Path) -> None:
    packs = pack("a", "min_consecutive_days", "minimum = 5") | pack("b", "consecutive_days", "maximum = 4")
    assert refusal(tmp_path, 'packs = ["a", "b"]\n', packs) == [
        "rules.min_consecutive_days.minimum is 5 by pack a and rules.consecutive_days.maximum is 4 by pack b:"
        " they can't both hold"
    ]


def test_a_site_may_be_stricter_than_its_packs(tmp_path: Path) -> None:
    loaded = site(tmp_path, 'packs = ["eu"]\n[rules.daily_rest]\nminutes = 720\n[rules.max_days_off]\nmode = "soft"\n')
    assert loaded.policy.rules.daily_rest.minutes == 720
    assert loaded.origins["rules.daily_rest.minutes"] == (str(tmp_path / "site.toml"),)
    assert loaded.policy.rules.max_days_off.mode == "soft"


def test_a_site_may_relax_a_default_down_to_its_packs(tmp_path: Path) -> None:
    text = 'packs = ["chicago"]\n[rules.daily_rest]\nminutes = {}\n'
    assert site(tmp_path, text.format(600)).policy.rules.daily_rest.minutes == 600
    assert refusal(tmp_path, text.format(599)) == [
        "site.toml: rules.daily_rest.minutes: 599 is laxer than 600, which pack chicago asks for"
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[rules.daily_rest]\nminutes = 480\n",
            ["site.toml: rules.daily_rest.minutes: 480 is laxer than 660, which pack uk asks for"],
        ),
        (
            '[rules.average_minutes]\nmode = "off"\n',
            ["site.toml: rules.average_minutes.mode: 'off' is laxer than 'hard', which pack uk asks for"],
        ),
        (
            "[rules.average_minutes]\nreference_weeks = 26\n",
            ["site.toml: rules.average_minutes.reference_weeks: 26 is laxer than 17, which pack uk asks for"],
        ),
        (
            "[night]\nfrom_minute = 1320\n",
            ["site.toml: night.from_minute: 1320 is not what pack uk sets, 1380, and neither is the stricter"],
        ),
        (
            "[breaks]\nmeal_minutes = 15\nedge_minutes = 0\n",
            [
                "site.toml: breaks.meal_minutes: 15 is laxer than 20, which pack uk asks for",
                "site.toml: breaks.edge_minutes: 0 is laxer than 5, which pack uk asks for",
            ],
        ),
    ],
)
def test_a_site_that_is_laxer_than_a_pack_is_refused_with_both_values(
    tmp_path: Path, text: str, told: list[str]
) -> None:
    assert refusal(tmp_path, 'packs = ["uk"]\n' + text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('packs = ["mars"]\n', "packs: 'mars' is no pack: expected a list of california, chicago, eu, illinois, uk"),
        ('packs = "eu"\n', "packs: expected a list of california, chicago, eu, illinois, uk (found 'eu')"),
        ('packs = ["eu", "eu"]\n', "packs: 'eu' is there twice"),
        ("rules = 5\n", "rules: expected a table (found 5)"),
        ('sources = "law"\npacks = ["uk"]\n', "sources: expected a table (found 'law')"),
        ("[name]\nfirst = 1\n", "name: expected a value such as 'default' (found a table)"),
        (
            "[breaks]\nmeal_earliest_minutes = 310\n",
            "breaks.meal_earliest_minutes is 310 by site.toml and breaks.meal_latest_minutes is 300 by default:"
            " they can't both hold",
        ),
        (
            "[rules.consecutive_nights]\nminimum = 4\n[rules.consecutive_days]\nmaximum = 3\n",
            "rules.consecutive_nights.minimum is 4 by site.toml and rules.consecutive_days.maximum is 3 by site.toml:"
            " they can't both hold",
        ),
        ('packs = ["eu"]\n[rules.daily_rest]\nminutes = "long"\n', "rules.daily_rest.minutes: Input should be a valid"),
    ],
)
def test_what_can_not_be_laid_over_is_told(tmp_path: Path, text: str, told: str) -> None:
    (line,) = refusal(tmp_path, text)
    assert told in line


def test_a_sites_own_source_stands_for_the_defaults(tmp_path: Path) -> None:
    loaded = site(tmp_path, '[rules.notice]\ndays = 21\nsource = "house agreement"\n')
    assert loaded.policy.rules.notice.source == "house agreement"
    alone = site(tmp_path, '[rules.pins]\nsource = "house agreement"\n')
    assert alone.policy.rules.pins.source == "house agreement"


def test_every_directed_key_is_a_number_of_the_policy() -> None:
    known = dict(flat(default_policy().model_dump(mode="json")))
    for key in {*DIRECTIONS, *(key for bounds in ORDERED for key in bounds)}:
        assert isinstance(known[key], int), key


def test_what_has_no_direction_is_known_by_name() -> None:
    tables = {"rules": Rules, "breaks": BreaksPolicy, "night": NightTerms}
    known = dict(flat({name: default_policy().model_dump(mode="json")[name] for name in tables}))
    undirected = {key for key in known if not has_direction(key) and not key.endswith((".source", "weight"))}
    assert undirected == {
        "breaks.meal_earliest_minutes",
        "night.from_minute",
        "night.to_minute",
        "night.minimum_minutes",
        "rules.night_limits.days",
        "rules.heavy_shift_budget.days",
        "rules.recovery_day.step_points",
        "rules.exposure_balance.tolerance_points",
        "rules.exposure_balance.steep_points",
        "rules.fairness.late_minute",
        "rules.notice.late_days",
    }


def test_flat_and_nested_are_each_others_inverse() -> None:
    values = tomllib.loads(DEFAULT_PATH.read_text(encoding="utf-8"))
    values["sources"] = {"breaks.meal_minutes": "law"}
    assert nested(dict(flat(values))) == values
