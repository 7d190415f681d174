"""Paired cases of fixed_days_off: days agreed to be free."""

from tests.paired import Case
from tests.small_rosters import ana
from tests.working_cases.common import hard

HARD: tuple[Case, ...] = (
    *hard(
        "fixed_days_off",
        "begins, and not what reaches in",
        "N-N --- E-E",
        "-E- NN-",
        shifts="EN",
        days=3,
        agents=[ana(fixed_days_off=[1, 1])],
    ),
)
