"""The policy: every number a site may choose, validated, with Breather's defaults and their sources.

A policy file is TOML laid over `policies/default.toml`, table by table; `packs` names jurisdictions whose packs lie
between the two (`roster/policy_layers.py`). Unknown keys are errors.
"""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from roster.contacts import ArrivalState, History, OutcomeMarker, Resolvability, Stake
from roster.people import Channel
from roster.policy_layers import Layer, LayerError, compose, flat, nested
from roster.protections import SOFT_PROTECTIONS, Protection
from roster.rules.parameters import Rules
from roster.rules.parameters.base import NightTerms

DEFAULT_PATH = Path(__file__).parent / "policies" / "default.toml"
PACKS_PATH = DEFAULT_PATH.parent / "packs"

Points = Annotated[int, Field(ge=0, le=100)]
Minutes = Annotated[int, Field(ge=0, le=1440)]
Share = Annotated[float, Field(ge=0, lt=1)]


class PolicyError(ValueError):
    """A policy file that can't be used; one line per fault, each naming the key, its value and what was expected."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PartiesPoints(_Table):
    """Points by how many parties are involved."""

    one: Points
    two: Points
    three_or_more: Points


class TierFloors(_Table):
    """The lowest score of each tier above routine."""

    demanding: Points
    heavy: Points
    severe: Points

    @model_validator(mode="after")
    def _ordered(self) -> "TierFloors":
        if not self.demanding < self.heavy < self.severe:
            raise ValueError("tiers must rise: demanding < heavy < severe")
        return self


class DifficultyPolicy(_Table):
    """Points of each factor of inherited difficulty."""

    arrival_state: dict[ArrivalState, Points]
    parties: PartiesPoints
    history: dict[History, Points]
    stakes: dict[Stake, Points]
    resolvability: dict[Resolvability, Points]
    outcomes: dict[OutcomeMarker, Points]
    felt: dict[int, Points]
    tiers: TierFloors

    @model_validator(mode="after")
    def _complete(self) -> "DifficultyPolicy":
        tables: tuple[tuple[str, dict[Any, int], list[Any]], ...] = (
            ("arrival_state", dict(self.arrival_state), list(ArrivalState)),
            ("history", dict(self.history), list(History)),
            ("stakes", dict(self.stakes), list(Stake)),
            ("resolvability", dict(self.resolvability), list(Resolvability)),
            ("outcomes", dict(self.outcomes), list(OutcomeMarker)),
            ("felt", dict(self.felt), [1, 2, 3, 4, 5]),
        )
        for name, table, expected in tables:
            if set(table) != set(expected):
                raise ValueError(f"{name} needs exactly: {', '.join(str(key) for key in expected)}")
        return self


class LoadPolicy(_Table):
    """How load fades, and how much of it a person should carry (points)."""

    acute_half_life_minutes: float = Field(gt=0)
    acute_half_life_resting_minutes: float = Field(gt=0)
    carried_half_life_hours: float = Field(gt=0)
    free_points: Points
    acute_budget: float = Field(gt=0)
    carried_budget: float = Field(gt=0)
    max_heavy_per_shift: int = Field(ge=1)
    max_heavy_per_7_days: int = Field(ge=1)


class RestPolicy(_Table):
    """Minutes of decompression by tier, and of light-only time after it."""

    routine_minutes: Minutes
    demanding_minutes: Minutes
    heavy_minutes: Minutes
    severe_minutes: Minutes
    traumatic_minutes: Minutes
    traumatic_outcomes: tuple[OutcomeMarker, ...]
    light_only_minutes: Minutes
    moment_minutes: Annotated[int, Field(ge=1, le=60)]
    postpone_minutes: Minutes
    repay_before_end_minutes: Minutes


class DebriefPolicy(_Table):
    """Peer debriefs. There is no key that makes one mandatory."""

    enabled: bool
    minutes: Annotated[int, Field(ge=10, le=60)]
    earliest_hours: int = Field(ge=0)
    latest_hours: int = Field(gt=0)
    max_sessions_per_peer_per_week: int = Field(ge=0)
    reminder_days: Annotated[int, Field(ge=0, le=365)]
    hot_minutes: Annotated[int, Field(ge=0, le=15)]
    signpost: str


class BreaksPolicy(_Table):
    """Meal and rest breaks inside a shift, minutes from its start where a window is meant."""

    meal_over_minutes: Minutes
    meal_minutes: Minutes
    meal_earliest_minutes: Minutes
    meal_latest_minutes: Minutes
    rest_minutes: Minutes
    rest_per_minutes: Annotated[int, Field(ge=30, le=1440)]
    edge_minutes: Minutes
    min_gap_minutes: Minutes
    second_meal_over_minutes: Minutes = 1440
    second_meal_latest_minutes: Minutes = 1440
    rest_part_minutes: Minutes = 1440


class DayPolicy(_Table):
    """What takes time in a day besides contacts and breaks; of a day under way, what stays where it was announced, and
    when what waits asks for more people.
    """

    announced_minutes: Minutes
    spike_contacts: Annotated[int, Field(ge=1, le=10_000)]
    spike_minutes: Annotated[int, Field(ge=15, le=480)]
    call_back_minutes: Annotated[int, Field(ge=1, le=120)]
    focus_minutes: Annotated[int, Field(ge=0, le=240)]


class GroupPolicy(_Table):
    """Monthly reflective groups, for those who switched them on. There is no key that makes one mandatory."""

    enabled: bool
    minutes: Annotated[int, Field(ge=45, le=60)]
    least: Annotated[int, Field(ge=3, le=8)]
    most: Annotated[int, Field(ge=3, le=8)]
    per_days: Annotated[int, Field(ge=7, le=366)]
    decide_minutes: Annotated[int, Field(ge=15, le=1440)]

    @model_validator(mode="after")
    def _ordered(self) -> "GroupPolicy":
        if self.least > self.most:
            raise ValueError(f"least {self.least} is more than most {self.most}: expected 3 <= least <= most <= 8")
        return self


class RoutingPolicy(_Table):
    """Weights of the routing decision, in points of cost, and its limits."""

    reservation_seconds: int = Field(ge=1)
    max_wait_seconds: int = Field(ge=1)
    max_wait_by_priority: dict[Annotated[int, Field(ge=1, le=9)], Annotated[int, Field(ge=1)]]
    yield_order: tuple[Protection, ...]
    life_at_risk_passes: tuple[Protection, ...]
    wait_weight: float = Field(ge=0)
    acute_weight: float = Field(ge=0)
    carried_weight: float = Field(ge=0)
    heavy_share_weight: float = Field(ge=0)
    heavy_week_weight: float = Field(ge=0)
    continuity_bonus: float = Field(ge=0)
    proficiency_weight: float = Field(ge=0)
    idle_weight: float = Field(ge=0)
    since_break_weight: float = Field(ge=0)
    before_break_minutes: Minutes
    before_break_weight: float = Field(ge=0)
    expected_handle_seconds: int = Field(ge=1)
    light_score_below: Points
    look_ahead_seconds: int = Field(ge=0)
    look_ahead_margin: float = Field(ge=0)
    wrap_up_seconds: int = Field(ge=0, le=3600)
    concurrency: dict[Channel, Annotated[int, Field(ge=1, le=10)]]

    @model_validator(mode="after")
    def _yields_in_order(self) -> "RoutingPolicy":
        for name, listed in (("yield_order", self.yield_order), ("life_at_risk_passes", self.life_at_risk_passes)):
            twice = sorted({each.value for each in listed if listed.count(each) > 1})
            if twice:
                raise ValueError(f"{name} names {', '.join(twice)} twice: expected each protection once")
        hard = [each.value for each in self.yield_order if each not in SOFT_PROTECTIONS]
        if hard:
            soft = ", ".join(sorted(SOFT_PROTECTIONS))
            raise ValueError(f"yield_order names {', '.join(hard)}: only {soft} yield to a long wait")
        return self

    def max_wait(self, priority: int) -> int:
        """Seconds after which soft protections yield to a contact of `priority` (1 = first, 9 = last)."""
        return self.max_wait_by_priority.get(priority, self.max_wait_seconds)


class StaffingPolicy(_Table):
    """What turns a workload into a requirement, beside each queue's own service level."""

    max_occupancy: Annotated[float, Field(gt=0, le=1)]
    break_shrinkage: Share
    absence_shrinkage: Share


class MemoryPolicy(_Table):
    """How far back a roster looks for fairness and for planned exposure that people carry in."""

    fairness_months: Annotated[int, Field(ge=0, le=24)]
    exposure_weeks: Annotated[int, Field(ge=0, le=12)]


class Policy(_Table):
    """Everything a site may choose."""

    name: str
    packs: tuple[str, ...] = ()
    sources: dict[str, str] = Field(default_factory=dict, description="of breaks and nights; they decide nothing")
    difficulty: DifficultyPolicy
    load: LoadPolicy
    rest: RestPolicy
    debrief: DebriefPolicy
    breaks: BreaksPolicy
    day: DayPolicy
    group: GroupPolicy
    night: NightTerms
    memory: MemoryPolicy
    rules: Rules
    routing: RoutingPolicy
    staffing: StaffingPolicy


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PolicyError(f"{path}: can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError(f"{path}: is no TOML: {error}") from error


@dataclass(frozen=True)
class Loaded:
    """A policy, and where each value of it comes from: names of layers by dotted key."""

    policy: Policy
    origins: dict[str, tuple[str, ...]]


def load_policy(path: Path | None = None) -> Policy:
    """The default policy, with packs and the file at `path` laid over it; raises `PolicyError` naming every bad key."""
    return load_layers(path).policy


def load_layers(path: Path | None = None, packs_path: Path = PACKS_PATH) -> Loaded:
    """The policy that the file at `path` makes, with the origin of every value; packs are those in `packs_path`."""
    site = None if path is None else Layer(str(path), dict(flat(_read(path))))
    packs = [] if site is None else _packs_named(site, packs_path)
    try:
        composed = compose(Layer("default", dict(flat(_read(DEFAULT_PATH)))), packs, site)
    except LayerError as error:
        raise PolicyError(str(error)) from error
    try:
        return Loaded(Policy.model_validate(nested(composed.values)), composed.origins)
    except ValidationError as error:
        lines = [
            f"{path or DEFAULT_PATH}: {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            + ("" if isinstance(fault["input"], dict) else f" (found {fault['input']!r})")
            for fault in error.errors()
        ]
        raise PolicyError("\n".join(lines)) from error


def known_packs(packs_path: Path = PACKS_PATH) -> tuple[str, ...]:
    """The names of the packs there are."""
    return tuple(sorted(path.stem for path in packs_path.glob("*.toml")))


def read_pack(name: str, packs_path: Path = PACKS_PATH) -> Layer:
    """The values of one pack; its title is for people and no part of a policy."""
    values = dict(flat(_read(packs_path / f"{name}.toml")))
    values.pop("title", None)
    return Layer(f"pack {name}", values)


def _packs_named(site: Layer, packs_path: Path) -> list[Layer]:
    names, known = site.values.get("packs", []), known_packs(packs_path)
    expected = f"expected a list of {', '.join(known)}"
    if not isinstance(names, list):
        raise PolicyError(f"{site.name}: packs: {expected} (found {names!r})")
    faults = [f"{site.name}: packs: {name!r} is no pack: {expected}" for name in names if name not in known]
    faults += [f"{site.name}: packs: {name!r} is there twice" for name in known if names.count(name) > 1]
    if faults:
        raise PolicyError("\n".join(faults))
    return [read_pack(name, packs_path) for name in names]


@lru_cache(maxsize=1)
def default_policy() -> Policy:
    """Breather's own defaults."""
    return load_policy()
