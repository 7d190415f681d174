"""Paired cases of the rules on days in a row, minutes, counts and weekends, a file a rule."""

from tests.paired import Case, Priced
from tests.working_cases import (
    average_minutes,
    complete_weekends,
    contract_minutes,
    fixed_days_off,
    forbidden_successions,
    max_days_off,
    min_consecutive_days,
    min_days_off,
    period_minutes,
    shift_counts,
    weekends,
)

WORKING_HARD: tuple[Case, ...] = (
    *forbidden_successions.HARD,
    *min_consecutive_days.HARD,
    *min_days_off.HARD,
    *max_days_off.HARD,
    *contract_minutes.HARD,
    *period_minutes.HARD,
    *average_minutes.HARD,
    *shift_counts.HARD,
    *weekends.HARD,
    *complete_weekends.HARD,
    *fixed_days_off.HARD,
)

WORKING_SOFT: tuple[Priced, ...] = (
    *min_consecutive_days.SOFT,
    *min_days_off.SOFT,
    *max_days_off.SOFT,
    *shift_counts.SOFT,
    *weekends.SOFT,
    *complete_weekends.SOFT,
)
