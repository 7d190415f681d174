"""A judged roster that is changed person by person says what judging it whole says, for every rule there is."""

import random
from collections import Counter

import pytest

from roster.problem import Assigned, PlannedAgent, Problem
from roster.rules.registry import RULES, Scope, Verdict, judge
from roster.rules.rows import RosterError
from roster.whatif.live import LiveRoster
from tests.full_problems import full_problem, kinds_drawn
from tests.small_rosters import ana, roster, small_problem

SEEDS = range(40)
EDITS = 5
FAST = 12
"""So many of the seeds take part in `make test-fast`."""


def same(one: Verdict, other: Verdict) -> bool:
    """Equal findings, in whatever order, and equal costs."""
    return Counter(one.findings) == Counter(other.findings) and one.costs == other.costs


def drawn_row(draw: random.Random, problem: Problem, agent: str) -> tuple[Assigned, ...]:
    """A row with about every other day worked, now and then by two shifts."""
    lines = set()
    for day in range(problem.days):
        for _ in range(draw.choice((0, 0, 1, 1, 1, 2))):
            lines.add((day, draw.choice(problem.shifts).id))
    return tuple(Assigned(agent=agent, day=day, shift=shift) for day, shift in sorted(lines))


def drawn_person(draw: random.Random, problem: Problem, agent: PlannedAgent) -> PlannedAgent:
    """The same person with another pin, another day off and another wish's weight."""
    pin = {"day": draw.randrange(problem.days), "shift": draw.choice((None, *problem.shift_of))}
    changed = agent.model_dump() | {"pins": [pin], "time_off": [draw.randrange(problem.days)]}
    return PlannedAgent.model_validate(changed)


@pytest.mark.parametrize(
    "seed", [*SEEDS[:FAST], *(pytest.param(seed, marks=pytest.mark.slow) for seed in SEEDS[FAST:])]
)
def test_every_edit_is_judged_as_the_whole_roster_is(seed: int) -> None:
    draw = random.Random(seed)
    problem = full_problem(seed)
    rows = {agent.id: drawn_row(draw, problem, agent.id) for agent in problem.agents}
    live = LiveRoster.of(problem, [line for row in rows.values() for line in row])
    for _ in range(EDITS):
        touched = draw.sample(sorted(rows), draw.randint(1, 2))
        for code in touched:
            rows[code] = drawn_row(draw, problem, code)
        people = [drawn_person(draw, problem, problem.agent_of[code]) for code in touched if draw.random() < 0.5]
        before, was = live, live.verdict
        live = live.changed({code: rows[code] for code in touched}, people)
        problem = live.problem
        assert same(live.verdict, judge(problem, live.assignments))
        assert sorted(live.assignments, key=repr) == sorted((line for row in rows.values() for line in row), key=repr)
        assert before.verdict == was
        for code in touched:
            alone = [one for one in live.verdict.findings if one.agent == code and PERSONAL[one.rule]]
            assert Counter(live.alone(code, rows[code])) == Counter(alone)


PERSONAL = {rule.key: rule.scope is Scope.PERSONAL for rule in RULES}


@pytest.mark.parametrize("seed", range(10))
def test_another_problem_is_reached_by_what_differs(seed: int) -> None:
    draw = random.Random(seed)
    problem = full_problem(seed)
    rows = {agent.id: drawn_row(draw, problem, agent.id) for agent in problem.agents}
    live = LiveRoster.of(problem, [line for row in rows.values() for line in row])
    first = problem.agents[0]
    rows[first.id] = drawn_row(draw, problem, first.id)
    agents = [drawn_person(draw, problem, first), *problem.agents[1:]]
    # As read anew from somewhere: equal where nothing changed, and nowhere the same object.
    other = Problem.model_validate(problem.model_copy(update={"agents": tuple(agents)}).model_dump())
    lines = [line for row in rows.values() for line in row]
    there = live.moved_to(other, lines)
    assert same(there.verdict, judge(other, lines))
    assert there.personal[problem.agents[1].id] is live.personal[problem.agents[1].id]
    assert there.moved_to(other, list(reversed(lines))) is there


def test_another_ground_is_judged_whole() -> None:
    problem = small_problem("daily_rest", agents=[ana(), {"id": "B"}], shifts="EL")
    live = LiveRoster.of(problem, roster(A="LE-----"))
    harder = problem.model_copy(
        update={
            "rules": problem.rules.model_copy(
                update={"daily_rest": problem.rules.daily_rest.model_copy(update={"minutes": 0})}
            )
        }
    )
    assert [one.rule for one in live.verdict.violations] == ["daily_rest"]
    assert live.moved_to(harder, live.assignments).verdict.violations == ()
    fewer = problem.model_copy(update={"agents": problem.agents[:1]})
    assert live.moved_to(fewer, live.assignments).verdict.violations == live.verdict.violations


def test_a_roster_that_names_what_is_not_there_is_refused() -> None:
    live = LiveRoster.of(small_problem("daily_rest", agents=[ana(), {"id": "B"}]), ())
    with pytest.raises(RosterError, match="shift 'X' is unknown"):
        live.changed({"A": [Assigned(agent="A", day=0, shift="X")]})
    with pytest.raises(RosterError, match="agent 'C' is unknown"):
        live.moved_to(live.problem, roster(C="E------"))
    with pytest.raises(RosterError, match="day 9 of agent 'A' is outside"):
        live.changed({"A": [Assigned(agent="A", day=9, shift="E")]})


def test_what_nobody_changed_is_not_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = small_problem("daily_rest", agents=[ana(), {"id": "B"}], shifts="EL")
    live = LiveRoster.of(problem, roster(A="LE-----", B="LE-----"))
    after = live.changed({"A": roster(A="EE-----")})
    assert [one.agent for one in after.verdict.violations] == ["B"]
    assert after.personal["B"] is live.personal["B"]
    assert after.cover.present[28] is not live.cover.present[28]
    assert after.cover.present[96] is live.cover.present[96]


def test_the_problems_drawn_have_every_rule_in_every_kind() -> None:
    drawn = kinds_drawn([full_problem(seed) for seed in SEEDS])
    assert drawn == {(rule.key, kind) for rule in RULES for kind in rule.kinds}
