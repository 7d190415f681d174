"""Paired cases of average_minutes: minutes on average over weeks. Each shift pays 450."""

from tests.paired import Case
from tests.small_rosters import ana, past
from tests.working_cases.common import NEW_YEAR, hard

HARD: tuple[Case, ...] = (
    *hard(
        "average_minutes",
        "the week before and two weeks of the roster, two weeks each",
        "EE-----EE----- E------EEE---- -------EEEE---",
        "EEE----------- E------EEEE--- EE-----EEE----",
        days=14,
        start=NEW_YEAR,
        given={"average_minutes": {"week_minutes": 900, "reference_weeks": 2}},
        agents=[ana(history=past("EEEE---" + "E--E---"))],
    ),
    *hard(
        "average_minutes",
        "a part week is not judged",
        "EE-----EEE",
        "EEE----E--",
        days=10,
        given={"average_minutes": {"week_minutes": 900, "reference_weeks": 1}},
    ),
    *hard(
        "average_minutes",
        "leave is neutral",  # 900 less a fifth
        "-E----- -------",
        "-EE----",
        given={"average_minutes": {"week_minutes": 900, "reference_weeks": 1}},
        agents=[ana(time_off=[0])],
    ),
    *hard(
        "average_minutes",
        "leave of the past is neutral",  # 1800 less a whole week: 900
        "EE-----",
        "EEE----",
        given={"average_minutes": {"week_minutes": 900, "reference_weeks": 2}},
        agents=[ana(time_off=list(range(-7, 0)))],
    ),
    *hard(
        "average_minutes",
        "a past that was too much is no breach until more is added",
        "-------",
        "E------ ------E",
        given={"average_minutes": {"week_minutes": 900, "reference_weeks": 2}},
        agents=[ana(history=past("EEEEEEE"))],
    ),
)
