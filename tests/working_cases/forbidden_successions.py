"""Paired cases of forbidden_successions: what may not follow what."""

from tests.paired import Case
from tests.small_rosters import ana, past, small_problem
from tests.working_cases.common import LEAP, following, hard

HARD: tuple[Case, ...] = (
    *hard(
        "forbidden_successions",
        "what may not follow",
        "EEL N-E EN- --- L-L LE- -LN",
        "ELL -LL NE- -NL NN-",
        shifts=following(E="", L="L", N="ELN"),
        days=3,
        start=LEAP,
    ),
    *hard(
        "forbidden_successions",
        "after the past, not the day before that",
        "L- LL -E",
        "E- EL",
        shifts=following(E="", L="E"),
        days=2,
        agents=[ana(history=past("EL"))],
    ),
    Case(
        "forbidden_successions",
        "after either shift of a day",
        small_problem("forbidden_successions", shifts=following(E="E", L=""), days=2),
        ({"A": "[EL]L"}, {"A": "E-"}, {"A": "-[EL]"}),
        ({"A": "[EL]E"}, {"A": "E[EL]"}),
    ),
)
