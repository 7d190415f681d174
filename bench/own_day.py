"""Our own shape of day, generated: people on overlapping shifts around the clock, the same for the same seed.

Six queues and ten mixes of skills; meals and rests by the default policy; training, call-backs, absence and
decompression that are fixed already; time kept free for open invitations; debriefs asked for, of which a few can't
be. In every quarter-hour 86 to 92 % of those on shift are needed, and between them they could do it: what is short is
so by rest.
"""

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from bench.own_shape import MIXES, QUEUES
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import DayAgent, DayProblem, DebriefRequest, QueueDemand, Span
from roster.policy import default_policy
from roster.shifts import SegmentKind

ZONE = "Europe/Amsterdam"
START = datetime(2026, 11, 24, 5, tzinfo=UTC)
"""06:00 in Amsterdam."""

SHIFTS = (
    (0, 480, 14),
    (30, 360, 10),
    (60, 480, 12),
    (90, 240, 8),
    (120, 480, 16),
    (150, 300, 6),
    (180, 360, 14),
    (210, 600, 6),
    (240, 240, 10),
    (300, 360, 8),
    (360, 480, 12),
    (420, 240, 10),
    (480, 480, 14),
    (540, 360, 12),
    (600, 480, 10),
    (660, 240, 8),
    (720, 360, 8),
    (900, 600, 6),
    (960, 480, 14),
)
"""Begin (minutes from the day's start), length, and how many of each 198 people."""

QUARTERS = 102
"""Until 07:30 the next morning."""

LAST_NIGHT = (60, 90)
"""When those who worked through the night go home; they are on duty, and their breaks are behind them."""

NEEDED = (0.86, 0.92)
"""Share of those on shift that is needed, reserve included."""

HEAVY = {"complaints": 0.03, "crisis": 0.03}
"""Heavy contacts expected per person who works the queue and quarter-hour; severe ones are a third of it."""


def own_day(
    agents: int = 200, seed: int = 0, *, starts_at: datetime = START, heavy: Mapping[str, float] = HEAVY
) -> DayProblem:
    """A day of `agents` people to arrange, and one more in twenty who worked through the night."""
    draw = random.Random(seed)
    people = [_person(draw, starts_at, number, *_shift(number, agents)) for number in range(agents)]
    night = [
        _person(draw, starts_at, agents + number, 0, draw.choice(LAST_NIGHT), arranged=False)
        for number in range(max(1, agents // 20))
    ]
    policy = default_policy()
    day = DayProblem(
        on_date=starts_at.astimezone(ZoneInfo(ZONE)).date(),
        starts_at=starts_at,
        quarters=QUARTERS,
        agents=tuple(people),
        others=tuple(night),
        debriefs=_debriefs(draw, people, policy.debrief.minutes),
        breaks=policy.breaks,
        heavy_rest_minutes=policy.rest.heavy_minutes,
        severe_rest_minutes=policy.rest.severe_minutes,
    )
    return DayProblem.model_validate(day.model_copy(update={"demands": _demands(draw, day, heavy)}).model_dump())


def _shift(number: int, agents: int) -> tuple[int, int]:
    """Begin and length of the shift of the person with this number."""
    up_to = list(accumulate(count for _, _, count in SHIFTS))
    place = number * up_to[-1] // agents
    begin, minutes, _ = SHIFTS[next(index for index, most in enumerate(up_to) if place < most)]
    return begin, minutes


def _person(
    draw: random.Random, starts_at: datetime, number: int, begin: int, minutes: int, *, arranged: bool = True
) -> DayAgent:
    """Somebody with what is in their day already."""

    def at_minute(minute: int) -> datetime:
        return starts_at + minute * MINUTE

    fixed: list[SegmentSpan] = []
    plans = (
        (0.06, SegmentKind.TRAINING, (45, 60, 90), 15),
        (0.12, SegmentKind.CALL_BACK, (10, 15, 20), 5),
        (0.10, SegmentKind.DECOMPRESSION, (5, 15), 1),
        (0.02, SegmentKind.AWAY, (60, 120), 15),
    )
    for chance, kind, lengths, grid in plans:
        if draw.random() < chance:
            length = draw.choice(lengths)
            if length < minutes:
                at = begin + draw.randrange(0, minutes - length + 1, grid)
                span = SegmentSpan(kind, at_minute(at), at_minute(at + length))
                if not any(span.overlaps(one.starts_at, one.ends_at) for one in fixed):
                    fixed.append(span)
    kept = []
    if arranged and draw.random() < 0.06:
        at = begin + draw.randrange(60, minutes - 60, 15)
        if not any(one.overlaps(at_minute(at), at_minute(at + 25)) for one in fixed):
            kept = [Span(starts_at=at_minute(at), ends_at=at_minute(at + 25))]
    volunteer = draw.random() < 0.15
    return DayAgent(
        id=f"a{number:04}",
        zone=ZONE,
        skills=draw.choice(MIXES),
        starts_at=at_minute(begin),
        ends_at=at_minute(begin + minutes),
        fixed=tuple(sorted(fixed, key=lambda one: one.starts_at)),
        kept_free=tuple(kept),
        volunteer=volunteer,
        sessions_left=draw.choice((1, 2, 2)) if volunteer else 0,
    )


def _debriefs(draw: random.Random, people: Sequence[DayAgent], minutes: int) -> tuple[DebriefRequest, ...]:
    """One person in ten asks; peers in an order of their own, the window open at one end or both."""
    volunteers = [person.id for person in people if person.volunteer]
    found = []
    for number, person in enumerate(draw.sample(people, len(people) // 10)):
        others = [code for code in volunteers if code != person.id]
        chosen = draw.sample(others, min(len(others), draw.choice((1, 3, 6, 6))))
        opens = person.starts_at + draw.choice((60, 60, 120, 240)) * MINUTE
        closes = person.ends_at - draw.choice((0, 0, 60)) * MINUTE
        found.append(
            DebriefRequest(
                id=f"d{number:02}",
                agent=person.id,
                peers=tuple(chosen),
                barred=tuple(chosen[:1]) if len(chosen) > 3 else (),
                earliest=min(opens, closes - minutes * MINUTE),
                latest=closes,
                minutes=minutes,
            )
        )
    return tuple(found)


def _demands(draw: random.Random, day: DayProblem, expected_heavy: Mapping[str, float]) -> tuple[QueueDemand, ...]:
    """What each queue needs: everybody works for one of their queues, and of those on shift a share is needed."""
    people = [*day.agents, *day.others]
    shares = {key: share for key, _, _, share in QUEUES}
    works = [draw.choices(one.skills, [shares[key] for key in one.skills])[0] for one in people]
    required: dict[str, list[int]] = {key: [] for key in shares}
    heavy: dict[str, list[float]] = {key: [] for key in shares}
    share = draw.uniform(*NEEDED)
    for quarter in range(day.quarters):
        if quarter % 4 == 0:
            share = draw.uniform(*NEEDED)
        begin = day.starts_at + timedelta(minutes=15 * quarter)
        there = Counter(work for work, one in zip(works, people, strict=True) if one.starts_at <= begin < one.ends_at)
        expected = {key: expected_heavy.get(key, 0.0) * there[key] for key in shares}
        reserve = sum(
            round(each * day.heavy_rest_minutes + each / 3 * day.severe_rest_minutes) for each in expected.values()
        )
        # Whole agents between the limits where there is such a number, else the nearest.
        total = sum(there.values())
        wanted = max(0, round((share * total * 15 - reserve) / 15))
        exact = {key: wanted * there[key] / max(1, total) for key in shares}
        given = {key: math.floor(value) for key, value in exact.items()}
        order = sorted(shares, key=lambda key: given[key] - exact[key])
        for key in order[: wanted - sum(given.values())]:
            given[key] += 1
        for key in shares:
            required[key].append(given[key])
            heavy[key].append(expected[key])
    return tuple(
        QueueDemand(
            queue=key,
            required=tuple(required[key]),
            expected_heavy=tuple(heavy[key]),
            expected_severe=tuple(each / 3 for each in heavy[key]),
        )
        for key in shares
    )
