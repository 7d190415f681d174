"""Paired cases of period_minutes: the minutes of all days. Each shift pays 450."""

from tests.paired import Case
from tests.small_rosters import ana
from tests.working_cases.common import NEW_YEAR, hard

HARD: tuple[Case, ...] = (
    *hard(
        "period_minutes",
        "two or three shifts in all days",
        "E--------E EEE------- -E-L-L----",
        "E--------- EE------EE ----------",
        days=10,
        start=NEW_YEAR,
        agents=[ana(contract={"min_period_minutes": 900, "max_period_minutes": 1350})],
    ),
    *hard(
        "period_minutes",
        "a day of leave",  # a fifth of a week of 900: 1620 to 2070
        "-EEEE---------",
        "-EEE---------- -EEEE--------E",
        days=14,
        agents=[ana(contract={"min_period_minutes": 1800, "max_period_minutes": 2250}, time_off=[0])],
    ),
    *hard(
        "period_minutes",
        "exactly 2250 in 10 days, with a day of leave four shifts",  # 1935: the nearest below is 1800
        "-EEEE----- -E-L-L-L--",
        "-EEE------ -EEEEE----",
        days=10,
        agents=[ana(contract={"min_period_minutes": 2250, "max_period_minutes": 2250}, time_off=[0])],
    ),
    *hard(
        "period_minutes",
        "no most",
        "EE- EEE",
        "E-- ---",
        days=3,
        agents=[ana(contract={"min_period_minutes": 900}, time_off=[5], fixed_days_off=[2])],
    ),
)
