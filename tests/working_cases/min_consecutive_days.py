"""Paired cases of min_consecutive_days: the fewest days in a row."""

from tests.paired import Case, Priced
from tests.small_rosters import ana, past, small_problem
from tests.working_cases.common import NEW_YEAR, hard, soft

HARD: tuple[Case, ...] = (
    *hard(
        "min_consecutive_days",
        "both ends are free",
        "EE---EE E-EEE-E ---LEL- ------E E------ EEEEEEE -------",
        "-E----- EE-EE-E -EE-EEE ----EE-",
        given={"min_consecutive_days": {"minimum": 3}},
    ),
    *hard(
        "min_consecutive_days",
        "the contract asks for more",
        "-EE-",
        "-E-- --E-",
        days=4,
        start=NEW_YEAR,
        agents=[ana(contract={"min_consecutive_days": 2})],
    ),
    *hard(
        "min_consecutive_days",
        "a run that the history began",
        "E----EE EE-EEEE",
        "------- E-EE---",
        given={"min_consecutive_days": {"minimum": 3}},
        agents=[ana(history=past("E-EE"))],
    ),
    *hard(
        "min_consecutive_days",
        "a history that does not tell where its run began",
        "------- E--EEE-",
        "---EE--",
        given={"min_consecutive_days": {"minimum": 3}},
        agents=[ana(history=past("EE"))],
    ),
    *hard(
        "min_consecutive_days",
        "after a day off of the history",
        "-EE---- EEE---- ------E",
        "E------ E-EE---",
        given={"min_consecutive_days": {"minimum": 2}},
        agents=[ana(history=past("EE-"))],
    ),
    Case(
        "min_consecutive_days",
        "two shifts of one day are one day",
        small_problem("min_consecutive_days", days=4, given={"min_consecutive_days": {"minimum": 2}}),
        ({"A": "-E[EL]-"}, {"A": "-[EL]E-"}),
        ({"A": "-[EL]--"},),
    ),
)

SOFT: tuple[Priced, ...] = (
    *soft(
        "min_consecutive_days",
        "days short",
        {"E-EEE-E": 0, "-E-----": 2 * 7, "-EE-EEE": 7, "-E-E---": 4 * 7, "-------": 0},
        {"minimum": 3},
    ),
    *soft(
        "min_consecutive_days",
        "a run that the history began",
        {"EE-----": 0, "-------": 2 * 7, "E------": 7, "E-E---E": 7 + 2 * 7},
        {"minimum": 3},
        agents=[ana(history=past("E-E"))],
    ),
)
