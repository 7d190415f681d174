"""What the solver knows of each rule: its posting and its scope, under the keys of `roster.rules.registry`.

Personal rules speak of one person's row and can live inside a generated column; team rules tie people together.
"""

from collections.abc import Callable, Collection

from optimizer.shifts.in_row import InRow
from optimizer.shifts.rules import (
    availability,
    consecutive_days,
    contract_minutes,
    cover,
    cover_by_shift,
    daily_rest,
    exposure_balance,
    one_shift_a_day,
    pins,
    preferences,
    time_off,
    weekly_rest,
)
from optimizer.shifts.variables import Grid, RosterModel
from roster.problem import PlannedAgent
from roster.rules.registry import RULES, Scope

Post = Callable[[RosterModel], None]

PERSONAL: dict[str, Post] = {
    one_shift_a_day.KEY: one_shift_a_day.post,
    daily_rest.KEY: daily_rest.post,
    weekly_rest.KEY: weekly_rest.post,
    consecutive_days.KEY: consecutive_days.post,
    contract_minutes.KEY: contract_minutes.post,
    availability.KEY: availability.post,
    time_off.KEY: time_off.post,
    pins.KEY: pins.post,
    preferences.KEY: preferences.post,
    exposure_balance.KEY: exposure_balance.post,
}

IN_ROW: dict[str, Callable[[Grid, PlannedAgent], InRow]] = {
    one_shift_a_day.KEY: one_shift_a_day.in_row,
    daily_rest.KEY: daily_rest.in_row,
    weekly_rest.KEY: weekly_rest.in_row,
    consecutive_days.KEY: consecutive_days.in_row,
    contract_minutes.KEY: contract_minutes.in_row,
    availability.KEY: availability.in_row,
    time_off.KEY: time_off.in_row,
    pins.KEY: pins.in_row,
    preferences.KEY: preferences.in_row,
    exposure_balance.KEY: exposure_balance.in_row,
}
"""How each personal rule says itself in a generated row; one that is on and not here raises `TooLarge`."""

TEAM: dict[str, Post] = {
    cover.KEY: cover.post,
    cover_by_shift.KEY: cover_by_shift.post,
}

POSTINGS: dict[str, Post] = {**PERSONAL, **TEAM}


def post_rules(
    roster: RosterModel,
    *,
    scopes: Collection[Scope] = tuple(Scope),
    hard: bool = True,
    soft: bool = True,
    without: Collection[str] = (),
) -> None:
    """Post every rule that is on, of these scopes and kinds; `without` leaves some out (tests, explanations)."""
    for rule in RULES:
        wanted = rule.scope in scopes and (hard if rule.is_hard(roster.problem) else soft) and rule.key not in without
        if wanted and rule.applies(roster.problem):
            POSTINGS[rule.key](roster)
