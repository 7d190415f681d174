"""Paired cases of weekends: how many weekends are worked."""

from tests.paired import Case, Priced
from tests.small_rosters import ana, past
from tests.working_cases.common import NEW_YEAR, SUNDAY, hard, soft

HARD: tuple[Case, ...] = (
    *hard(
        "weekends",
        "one of two",
        "-----EE------- ------E------- EEEEE--EEEEEE- -----------EE-",
        "-----E-------E ------E-----EE",
        days=14,
        given={"weekends": {"maximum": 1}},
    ),
    *hard(
        "weekends",
        "none by contract, from New Year's Eve",
        "NN--NNN",
        "--N---- ---N---",
        shifts="N",
        start=NEW_YEAR,
        agents=[ana(contract={"max_weekends": 0})],
    ),
    *hard(
        "weekends",
        "from a Sunday whose Saturday was worked",
        "E------- -EEEEE--",
        "------E- -------E E-----EE",
        days=8,
        start=SUNDAY,
        agents=[ana(history=past("E"), contract={"max_weekends": 1})],
    ),
    *hard(
        "weekends",
        "from a Sunday whose Saturday was not worked",
        "E------- ------EE",
        "E-----E-",
        days=8,
        start=SUNDAY,
        agents=[ana(history=past("E-"), contract={"max_weekends": 1})],
    ),
    *hard(
        "weekends",
        "a weekend that the past began is no breach by itself",
        "E------- --------",
        "------E-",
        days=8,
        start=SUNDAY,
        given={"weekends": {"maximum": 0}},
        agents=[ana(history=past("E"))],
    ),
)

SOFT: tuple[Priced, ...] = (
    *soft(
        "weekends",
        "weekends beyond",
        {"-----EE-------": 0, "-----E-------E": 7, "EEEEEEEEEEEEEE": 7},
        {"maximum": 1},
        days=14,
    ),
    *soft(
        "weekends",
        "one that the past began is not charged",
        {"E-------": 0, "--------": 0, "------E-": 7},
        {"maximum": 0},
        days=8,
        start=SUNDAY,
        agents=[ana(history=past("E"))],
    ),
)
