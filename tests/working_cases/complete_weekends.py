"""Paired cases of complete_weekends: weekends worked in whole or not at all."""

from tests.paired import Case, Priced
from tests.small_rosters import ana, past
from tests.working_cases.common import NEW_YEAR, SUNDAY, hard, soft

HARD: tuple[Case, ...] = (
    *hard(
        "complete_weekends",
        "both or neither",
        "EEEEEEE EEEEE-- -----EL",
        "-----E- ------L",
    ),
    *hard(
        "complete_weekends",
        "the last Saturday waits for its Sunday, over New Year",
        "--EE-----E --EE------ ----------",
        "--E------- ---E------",
        days=10,
        start=NEW_YEAR,
    ),
    *hard(
        "complete_weekends",
        "from a Sunday whose Saturday was worked",
        "E- EE",
        "-- -E",
        days=2,
        start=SUNDAY,
        agents=[ana(history=past("E"))],
    ),
    *hard(
        "complete_weekends",
        "from a Sunday whose Saturday was not worked",
        "-- -E",
        "E-",
        days=2,
        start=SUNDAY,
        agents=[ana(history=past("E-"))],
    ),
    *hard(
        "complete_weekends",
        "from a Sunday whose Saturday nobody knows",
        "E------- -------- E-----EE",
        "E-----E-",
        days=8,
        start=SUNDAY,
    ),
)

SOFT: tuple[Priced, ...] = (
    *soft(
        "complete_weekends",
        "half a weekend",
        {"-----EE-------": 0, "-----E-------L": 2 * 7, "------E----EEE": 7},
        days=14,
    ),
)
