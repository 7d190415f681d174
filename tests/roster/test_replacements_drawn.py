"""Replacements of drawn rosters, under every rule: nobody is proposed who must not be, nobody is left out who may.

What is proposed is judged whole and anew by the checkers, with nothing of the search in it.
"""

import random
from collections import Counter

import pytest

from roster.problem import Absence, Assigned, Problem
from roster.rules.registry import RULES, judge
from roster.whatif.live import LiveRoster
from roster.whatif.notice import last_day_inside
from roster.whatif.replacements import SKILL, Replacement, Replacements, replacements
from tests.full_problems import full_problem

SEEDS = range(45)
PEOPLE = 7


def drawn(seed: int) -> tuple[LiveRoster, Assigned]:
    """A roster of about every other day with a shift to be replaced; somebody is away, time off is left as drawn."""
    draw = random.Random(seed)
    problem = full_problem(seed, people=PEOPLE)
    agents = list(problem.agents)
    day = draw.randrange(problem.days)
    place = draw.randrange(PEOPLE)
    away = agents[place].model_copy(update={"absences": (Absence(day=day),), "pins": (), "time_off": ()})
    agents[place] = away
    # Under all of the rules at once next to nobody may: of most problems a few are kept.
    loose = {
        rule.key: getattr(problem.rules, rule.key).model_copy(update={"mode": "off"})
        for rule in RULES
        if rule.key != "one_shift_a_day" and seed % 3 and draw.random() < 0.85
    }
    rules = problem.rules.model_copy(update=loose)
    problem = problem.model_copy(update={"agents": tuple(agents), "today": problem.start, "rules": rules})
    lines = [
        Assigned(agent=agent.id, day=on, shift=draw.choice(problem.shifts).id)
        for agent in agents
        for on in range(problem.days)
        if not agent.fixed and draw.random() < 0.5 and (agent.id, on) != (away.id, day)
    ]
    there = [line for line in lines if line.day == day and line.agent != away.id]
    if not there:
        ill = next(agent for agent in agents if not agent.fixed and agent.id != away.id)
        there = [Assigned(agent=ill.id, day=day, shift=problem.shifts[0].id)]
        lines += there
    return LiveRoster.of(problem, lines), draw.choice(there)


def asked(seed: int) -> tuple[LiveRoster, Assigned, Replacements]:
    live, line = drawn(seed)
    return live, line, replacements(live, line.agent, line.day)


def after(found: Replacements, way: Replacement) -> tuple[Assigned, ...]:
    """The roster with the hole and these moves, put together by hand."""
    moved = {(one.agent, one.day) for one in way.moves}
    kept = [line for line in found.without.assignments if (line.agent, line.day) not in moved]
    return (*kept, *(Assigned(agent=one.agent, day=one.day, shift=s) for one in way.moves for s in one.after))


def broken(problem: Problem, lines: tuple[Assigned, ...]) -> Counter[object]:
    return Counter(judge(problem, lines).violations)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_is_proposed_whose_row_would_break_a_rule_who_is_off_or_lacks_the_skill(seed: int) -> None:
    _, line, found = asked(seed)
    problem = found.without.problem
    absent = problem.agent_of[line.agent]
    hole = broken(problem, found.without.assignments)
    for way in found.able:
        assert not broken(problem, after(found, way)) - hole
        given = [one for one in way.moves if one.after == (line.shift,) and one.day == line.day]
        assert given, way.moves
        for one in way.moves:
            person = problem.agent_of[one.agent]
            assert one.agent != line.agent
            assert not person.fixed
            assert one.day not in {absence.day for absence in person.absences}
            if problem.rules.time_off.mode != "off":
                assert one.day not in person.time_off
        assert any({*problem.agent_of[one.agent].skills} & {*absent.skills} or not absent.skills for one in given)


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_is_free_and_could_take_it_is_proposed_and_everybody_is_accounted_for(seed: int) -> None:
    _, line, found = asked(seed)
    problem = found.without.problem
    absent = problem.agent_of[line.agent]
    hole = broken(problem, found.without.assignments)
    alone = {way.moves[0].agent for way in found.able if len(way.moves) == 1 and not way.moves[0].before}
    could = set()
    for agent in problem.agents:
        free = not agent.fixed and agent.id != line.agent and not found.without.shifts_on(agent.id, line.day)
        if free and (not absent.skills or {*agent.skills} & {*absent.skills}):
            added = Assigned(agent=agent.id, day=line.day, shift=line.shift)
            if not broken(problem, (*found.without.assignments, added)) - hole:
                could.add(agent.id)
    assert alone == could
    unable = [one.agent for one in found.unable]
    everybody = {agent.id for agent in problem.agents if not agent.fixed} - {line.agent}
    assert sorted([*unable, *alone]) == sorted(everybody)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_order_is_as_documented(seed: int) -> None:
    _, _, found = asked(seed)
    problem = found.without.problem
    notice = last_day_inside(problem)
    keys = []
    before = judge(problem, found.without.assignments).cost
    for way in found.able:
        inside = sum(one.day <= notice for one in way.moves)
        keys.append((inside, judge(problem, after(found, way)).cost - before, len(way.moves)))
    assert keys == sorted(keys)


def test_the_draws_have_many_ways_and_reasons() -> None:
    sizes: Counter[int] = Counter()
    reasons: Counter[str] = Counter()
    for seed in SEEDS:
        _, _, found = asked(seed)
        sizes.update(len(way.moves) for way in found.able)
        reasons.update(one.rule for one in found.unable)
    # Swaps of two are tried by hand in test_whatif_replacements.py.
    assert sizes.total() >= 30, sizes
    assert {SKILL, "one_shift_a_day", "time_off", "daily_rest"} <= set(reasons), reasons
    assert len(reasons) >= 12, reasons
