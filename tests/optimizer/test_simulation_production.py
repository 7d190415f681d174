"""The simulation asks the production decision about the floor as production would see it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from optimizer.routing.columns import Columns
from optimizer.routing.decide import Decision, decide
from optimizer.routing.floor import Floor, WaitingContact
from optimizer.simulation import production
from optimizer.simulation.drawn import WorkingDays
from optimizer.simulation.run import Outcome, Routing, run
from optimizer.simulation.trace import SECONDS_PER_DAY, Trace, tiers
from roster.policy import Policy
from tests.optimizer.simulated import POLICY


def assert_same(shared: Columns, written: Columns) -> None:
    """The same floor, whatever the order of an agent's closed spans."""
    assert np.array_equal(shared.numbers, written.numbers, equal_nan=True)
    assert np.array_equal(shared.counts, written.counts)
    assert np.array_equal(shared.flags, written.flags)
    assert np.array_equal(shared.skills, written.skills)
    assert np.array_equal(shared.channels, written.channels)
    assert spans(shared) == spans(written)


def spans(columns: Columns) -> list[list[tuple[float, float, int]]]:
    """Closed spans by agent, in order; those that never end as the calendar's last year has it."""
    return [
        sorted((begin, min(end, 2.5e11), int(kind)) for begin, end, kind in zip(*rows, strict=True) if begin < np.inf)
        for rows in zip(columns.closed_from, columns.closed_to, columns.closed_kind, strict=True)
    ]


def busy_days(patience: float = np.inf) -> tuple[Trace, Outcome]:
    """Two busy days of a few people, a fifth of the contacts heavy."""
    draw = WorkingDays(agents=8, days=2, occupancy=0.9, heavy_share=0.2, queues=2, patience_seconds=patience)
    trace, duty = draw(np.random.default_rng(5))
    return trace, run(trace, duty, Routing.BREATHER, POLICY)


def test_shared_columns_are_what_the_floor_would_write(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def compared(
        floor: Floor, waiting: Sequence[WaitingContact], now: datetime, policy: Policy
    ) -> tuple[Decision, ...]:
        written = Floor.of(floor.agents.values(), floor.queues)
        assert_same(floor.columns, written.columns)
        ours = decide(floor, waiting, now, policy)
        theirs = decide(written, waiting, now, policy)
        assert [(one.contact_id, one.agent_id, one.yielded) for one in ours] == [
            (one.contact_id, one.agent_id, one.yielded) for one in theirs
        ]
        asked.append(len(waiting))
        return ours

    monkeypatch.setattr(production, "decide", compared)
    monkeypatch.setattr(production, "takes_one", lambda policy: False)
    busy_days()
    assert len(asked) > 200
    assert max(asked) > 3


@pytest.mark.parametrize(("occupancy", "look_ahead"), [(0.7, 90), (0.9, 90), (0.9, 0)])
def test_plain_answers_are_those_of_the_production_decision(
    monkeypatch: pytest.MonkeyPatch, occupancy: float, look_ahead: int
) -> None:
    """Each question answered in compiled code is put to `decide` in the second run: nobody is routed otherwise."""
    policy = POLICY.model_copy(update={"routing": POLICY.routing.model_copy(update={"look_ahead_seconds": look_ahead})})
    draw = WorkingDays(agents=24, days=2, occupancy=occupancy, heavy_share=0.15, queues=2, patience_seconds=600.0)
    trace, duty = draw(np.random.default_rng(8))
    asked = []

    def counted(*values: Any) -> tuple[Decision, ...]:
        asked.append(len(values[1]))
        return decide(*values)

    monkeypatch.setattr(production, "decide", counted)
    plain = run(trace, duty, Routing.BREATHER, policy)
    left = len(asked)
    monkeypatch.setattr(production, "takes_one", lambda policy: False)
    put = run(trace, duty, Routing.BREATHER, policy)
    assert np.array_equal(plain.agent, put.agent)
    assert np.array_equal(plain.began, put.began, equal_nan=True)
    assert np.array_equal(plain.count, put.count)
    assert np.array_equal(plain.seconds, put.seconds)
    assert left < (len(asked) - left) / 2


def test_severe_never_follows_severe_and_rest_is_kept() -> None:
    trace, outcome = busy_days()
    tier = tiers(trace.score, POLICY.difficulty)
    after = {tier_at: 60 * minutes for tier_at, minutes in enumerate((0, 0, 5, 15))}
    followed = 0
    for agent, day in np.argwhere(outcome.duty).tolist():
        mine = np.flatnonzero((outcome.agent == agent) & (trace.arrives // SECONDS_PER_DAY == outcome.days[day]))
        mine = mine[np.argsort(outcome.began[mine])]
        for one, other in pairwise(mine.tolist()):
            assert not (tier[one] == tier[other] == 3)
            assert outcome.began[other] - outcome.left[one] >= after[tier[one]]
            followed += tier[one] == 3
    assert followed > 3


def test_what_happens_is_the_same_each_time() -> None:
    first, again = busy_days(100.0)[1], busy_days(100.0)[1]
    assert (first.agent == again.agent).all()
    assert np.array_equal(first.wait, again.wait)
    assert not first.served.all()
