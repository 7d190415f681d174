"""Paired cases of contract_minutes: weeks of exactly so many shifts, which pay 450 minutes each."""

from tests.paired import Case
from tests.small_rosters import ana, shift
from tests.working_cases.common import hard

EXACTLY_2250 = {"min_week_minutes": 2250, "max_week_minutes": 2250}

HARD: tuple[Case, ...] = (
    *hard(
        "contract_minutes",
        "exactly five shifts a week, in three days two",  # 964 to 965: nothing between
        "EE- -EL",
        "E-- EEE",
        days=3,
        agents=[ana(contract=EXACTLY_2250)],
    ),
    *hard(
        "contract_minutes",
        "exactly 2400 in shifts of 600, with a day of leave three",  # 1920
        "EEE---- --E-EE-",
        "EE----- EEEE---",
        shifts=[shift("E", minutes=630)],
        agents=[ana(contract={"min_week_minutes": 2400, "max_week_minutes": 2400}, time_off=[6])],
    ),
)
