"""Replacements by hand: who can, by which way, in which order; and what a difference of rosters is."""

from typing import Any

import pytest

from roster.problem import Problem
from roster.whatif.changes import ChangeError
from roster.whatif.difference import difference
from roster.whatif.live import LiveRoster
from roster.whatif.replacements import SKILL, Replacements, replacements
from tests.small_rosters import roster, small_problem


def centre(*agents: dict[str, Any], **more: Any) -> Problem:
    """Early and late, one queue that asks for one agent all of both; today is Monday, changes until Friday are late."""
    return small_problem(
        "one_shift_a_day",
        "daily_rest",
        "time_off",
        "contract_minutes",
        "cover",
        "notice",
        given={"notice": {"days": 5}},
        today="2026-11-23",
        queues=[{"id": "x"}, {"id": "y"}],
        agents=[{"skills": ["x"]} | one for one in agents],
        demand=[{"queue": "x", "day": 1, "required": [int(28 <= quarter < 80) for quarter in range(96)]}],
        **more,
    )


def ways(found: Replacements) -> list[list[tuple[str, tuple[str, ...], tuple[str, ...]]]]:
    return [[(one.agent, one.before, one.after) for one in way.moves] for way in found.able]


def test_a_swap_of_two_where_nobody_can_alone() -> None:
    # Bo works late on Tuesday. Cy was at work until 22:00 on Monday: too soon for the early, not for the late.
    problem = centre({"id": "A"}, {"id": "B"}, {"id": "C"})
    found = replacements(LiveRoster.of(problem, roster(A="-E-----", B="-L-----", C="L------")), "A", 1)
    swap = [("B", ("L",), ("E",)), ("C", (), ("L",))]
    assert swap in ways(found)
    assert [("C", (), ("E",))] not in ways(found)
    reasons = {one.agent: one.rule for one in found.unable}
    assert reasons == {"B": "one_shift_a_day", "C": "daily_rest"}
    (chosen,) = [way for way in found.able if len(way.moves) == 2]
    # Seven hours are no longer missing; in the hour that both work, one of them is too many.
    assert chosen.difference.costs["cover"] == -(7 * 4 * 10) + 4
    assert chosen.difference.new_violations == ()


def test_people_of_other_skills_and_other_teams_are_not_asked() -> None:
    problem = centre({"id": "A"}, {"id": "B", "skills": ["y"]}, {"id": "C", "fixed": True}, {"id": "D"})
    found = replacements(LiveRoster.of(problem, roster(A="-E-----")), "A", 1)
    assert ways(found) == [[("D", (), ("E",))]]
    assert [(one.agent, one.rule) for one in found.unable] == [("B", SKILL)]


def test_short_notice_comes_last_whatever_it_costs() -> None:
    published = [{"agent": "A", "day": 1, "shift": "E"}]
    problem = centre({"id": "A"}, {"id": "B"}, {"id": "C"}, published=published)
    # Bo is rested for the late alone, so that Cy must move too: two days change instead of one.
    live = LiveRoster.of(problem, roster(A="-E-----", B="L------", C="-L-----"))
    found = replacements(live, "A", 1)
    assert [way.inside_notice for way in found.able] == sorted(way.inside_notice for way in found.able)
    assert {way.inside_notice for way in found.able} == {1, 2}


def test_who_is_away_has_an_absence_and_no_pin_there() -> None:
    pinned = {"id": "A", "pins": [{"day": 1, "shift": "E"}, {"day": 2, "shift": "L"}]}
    live = LiveRoster.of(centre(pinned, {"id": "B"}), roster(A="-EL----"))
    found = replacements(live, "A", 1)
    absent = found.without.problem.agent_of["A"]
    assert ([(one.day, one.shift) for one in absent.absences], [pin.day for pin in absent.pins]) == ([(1, "E")], [2])
    assert found.absence.costs["cover"] == 8 * 4 * 10
    assert found.absence.new_violations == ()


@pytest.mark.parametrize(
    ("agent", "day", "words"),
    [("Z", 1, "agent 'Z' is not in the roster"), ("B", 1, "B has no shift on Tuesday"), ("A", 3, "A has no shift")],
)
def test_nothing_to_replace_is_said(agent: str, day: int, words: str) -> None:
    live = LiveRoster.of(centre({"id": "A"}, {"id": "B"}), roster(A="-E-----"))
    with pytest.raises(ChangeError, match=words):
        replacements(live, agent, day)


def test_a_difference_is_that_of_the_verdicts() -> None:
    problem = centre({"id": "A"}, {"id": "B"})
    before = LiveRoster.of(problem, roster(A="LE-----", B="-L-----"))
    after = before.changed({"A": roster(A="EE-----"), "B": roster(B="-------")})
    found = difference(before, after)
    assert [one.rule for one in found.gone_violations] == ["daily_rest"]
    assert found.new_violations == ()
    assert found.cost == after.verdict.cost - before.verdict.cost
    back = difference(after, before)
    assert (back.arisen, back.cost) == (found.gone, -found.cost)
