"""What the solver knows of each rule: its posting and its scope, under the keys of `roster.rules.registry`.

Personal rules speak of one person's row and can live inside a generated column; team rules tie people together.
"""

from collections.abc import Callable, Collection

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import RosterModel
from optimizer.shifts.rows.in_row import InRow
from optimizer.shifts.rules import (
    availability,
    average_minutes,
    complete_weekends,
    consecutive_days,
    consecutive_nights,
    contract_minutes,
    cover,
    cover_by_shift,
    daily_rest,
    exposure_balance,
    fairness,
    fixed_days_off,
    forbidden_successions,
    heavy_shift_budget,
    heavy_successions,
    keep_apart,
    keep_together,
    max_days_off,
    min_consecutive_days,
    min_days_off,
    night_limits,
    notice,
    one_shift_a_day,
    period_minutes,
    pins,
    preferences,
    recovery_day,
    rest_after_nights,
    role_cover,
    shift_counts,
    stability,
    time_off,
    weekends,
    weekly_rest,
)
from roster.problem import PlannedAgent
from roster.rules.registry import RULES, Scope

Post = Callable[[RosterModel], None]

PERSONAL: dict[str, Post] = {
    one_shift_a_day.KEY: one_shift_a_day.post,
    daily_rest.KEY: daily_rest.post,
    forbidden_successions.KEY: forbidden_successions.post,
    weekly_rest.KEY: weekly_rest.post,
    consecutive_days.KEY: consecutive_days.post,
    min_consecutive_days.KEY: min_consecutive_days.post,
    min_days_off.KEY: min_days_off.post,
    max_days_off.KEY: max_days_off.post,
    consecutive_nights.KEY: consecutive_nights.post,
    night_limits.KEY: night_limits.post,
    rest_after_nights.KEY: rest_after_nights.post,
    contract_minutes.KEY: contract_minutes.post,
    period_minutes.KEY: period_minutes.post,
    average_minutes.KEY: average_minutes.post,
    shift_counts.KEY: shift_counts.post,
    weekends.KEY: weekends.post,
    complete_weekends.KEY: complete_weekends.post,
    availability.KEY: availability.post,
    time_off.KEY: time_off.post,
    fixed_days_off.KEY: fixed_days_off.post,
    pins.KEY: pins.post,
    preferences.KEY: preferences.post,
    heavy_shift_budget.KEY: heavy_shift_budget.post,
    heavy_successions.KEY: heavy_successions.post,
    recovery_day.KEY: recovery_day.post,
    exposure_balance.KEY: exposure_balance.post,
    fairness.KEY: fairness.post,
    stability.KEY: stability.post,
    notice.KEY: notice.post,
}

IN_ROW: dict[str, Callable[[Grid, PlannedAgent], InRow]] = {
    one_shift_a_day.KEY: one_shift_a_day.in_row,
    daily_rest.KEY: daily_rest.in_row,
    forbidden_successions.KEY: forbidden_successions.in_row,
    weekly_rest.KEY: weekly_rest.in_row,
    consecutive_days.KEY: consecutive_days.in_row,
    min_consecutive_days.KEY: min_consecutive_days.in_row,
    min_days_off.KEY: min_days_off.in_row,
    max_days_off.KEY: max_days_off.in_row,
    consecutive_nights.KEY: consecutive_nights.in_row,
    night_limits.KEY: night_limits.in_row,
    rest_after_nights.KEY: rest_after_nights.in_row,
    contract_minutes.KEY: contract_minutes.in_row,
    period_minutes.KEY: period_minutes.in_row,
    average_minutes.KEY: average_minutes.in_row,
    shift_counts.KEY: shift_counts.in_row,
    weekends.KEY: weekends.in_row,
    complete_weekends.KEY: complete_weekends.in_row,
    availability.KEY: availability.in_row,
    time_off.KEY: time_off.in_row,
    fixed_days_off.KEY: fixed_days_off.in_row,
    pins.KEY: pins.in_row,
    preferences.KEY: preferences.in_row,
    heavy_shift_budget.KEY: heavy_shift_budget.in_row,
    heavy_successions.KEY: heavy_successions.in_row,
    recovery_day.KEY: recovery_day.in_row,
    exposure_balance.KEY: exposure_balance.in_row,
    fairness.KEY: fairness.in_row,
    stability.KEY: stability.in_row,
    notice.KEY: notice.in_row,
}
"""How each personal rule says itself in a generated row; one that is on and not here raises `TooLarge`."""

TEAM: dict[str, Post] = {
    cover.KEY: cover.post,
    cover_by_shift.KEY: cover_by_shift.post,
    role_cover.KEY: role_cover.post,
    keep_together.KEY: keep_together.post,
    keep_apart.KEY: keep_apart.post,
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
