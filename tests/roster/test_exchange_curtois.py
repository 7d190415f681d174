"""The public instances as problems: read exactly, refused with the line's number, costed to the unit."""

import random
from pathlib import Path

import pytest

from roster.exchange.curtois import is_curtois, problem_from_curtois
from roster.exchange.roster_files import Format, read_problem
from roster.problem import Assigned, Problem, ProblemError
from roster.rules.registry import judge
from tests.curtois_text import SHARED, TINY, Roster, cost, valid

SHARED_FILES = sorted(SHARED.glob("*.txt"), key=lambda file: int(file.stem.removeprefix("Instance")))


def test_a_tiny_instance_is_read_to_the_letter() -> None:
    problem = problem_from_curtois(TINY, "tiny")
    assert problem.days == 14
    assert problem.start.weekday() == 0
    assert [(shift.id, shift.minutes, shift.paid_minutes, shift.not_followed_by) for shift in problem.shifts] == [
        ("E", 480, 480, ()),
        ("L", 600, 600, ("E",)),
    ]
    first = problem.agents[0]
    terms = first.contract
    assert (terms.min_period_minutes, terms.max_period_minutes) == (3360, 4320)
    assert (terms.max_consecutive_days, terms.min_consecutive_days, terms.min_days_off) == (5, 2, 2)
    assert terms.max_weekends == 1
    assert [(limit.shift, limit.most) for limit in first.shift_limits] == [("L", 3)]
    assert [agent.fixed_days_off for agent in problem.agents] == [(0,), (), (5, 6)]
    assert [(wish.day, wish.shift, wish.wanted, wish.weight) for wish in problem.agents[1].wishes] == [
        (3, "L", True, 1),
        (6, "E", False, 3),
    ]
    assert [
        (line.day, line.shift, line.required, line.under_weight, line.over_weight) for line in problem.shift_demand
    ][:3] == [(0, "E", 1, 100, 1), (0, "L", 1, 100, 2), (1, "E", 2, 100, 1)]


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ("14\r", "0", "4: horizon '0': expected a whole number from 1 to 371"),
        ("14\r", "14,2", "4: line '14,2': expected the number of days"),
        ("14\r", "fortnight", "4: horizon 'fortnight': expected a whole number from 1 to 371"),
        ("L,600,E", "L,1600,E", "8: length '1600': expected a whole number from 1 to 1440"),
        ("L,600,E", "L,600,X", "8: shift 'X': expected one of E, L"),
        ("L,600,E", "E,600,", "8: shift 'E': expected a name that no other shift has"),
        ("B,E=14|L=14,4320,2880,4,2,2,1", "B,E=14|L=14,4320,2880", "13: line 'B,E=14|L=14,4320,2880': expected ID,"),
        ("B,E=14|L=14,4320,2880,4,2,2,1", "B,E=14|Q=1,4320,0,4,2,2,1", "13: MaxShifts 'Q=1': expected SHIFT=NUMBER"),
        ("B,E=14|L=14,4320,2880,4,2,2,1", "B,E=14|L=14,99,2880,4,2,2,1", "13: MinTotalMinutes '2880': expected a"),
        ("C,5,6", "C,5,14", "18: day '14': expected a whole number from 0 to 13"),
        ("C,5,6", "D,5", "18: employee 'D': expected one of the 3 in SECTION_STAFF"),
        ("B,3,L,1", "B,3,M,1", "22: shift 'M': expected one of E, L"),
        ("C,12,L,1", "C,12,L,-1", "27: weight '-1': expected a whole number from 0 to 100000"),
        ("5,E,1,50,1", "5,E,1,50", "35: line '5,E,1,50': expected Day,ShiftID,Requirement,Weight for under"),
        ("5,E,1,50,1", "1,E,1,50,1", "35: cover '1,E': expected each day and shift once"),
        ("C,12,L,1", "C,12,L,1_0", "27: weight '1_0': expected a whole number from 0 to 100000"),
        ("C,12,L,1", "C,12,L,1.5", "27: weight '1.5': expected a whole number from 0 to 100000"),
        ("C,12,L,1", "C,-12,L,1", "27: day '-12': expected a whole number from 0 to 13"),
        ("C,5,6", "C", "18: line 'C': expected EmployeeID,Day,Day,"),
        ("L,600,E", "L,600,E,L", "8: line 'L,600,E,L': expected ShiftID,Length in minutes,"),
        ("L,600,E", "L", "8: line 'L': expected ShiftID,Length in minutes,"),
        (
            "B,E=14|L=14,4320,2880,4,2,2,1",
            "B,E=14|L=14,4320,2880,4,5,2,1",
            "13: MinConsecutiveShifts '5': expected a whole number from 0 to 4",
        ),
        (
            "B,E=14|L=14,4320,2880,4,2,2,1",
            "B,E=14|L=14,4320,2880,0,0,2,1",
            "13: MaxConsecutiveShifts '0': expected a whole number from 1",
        ),
        (
            "B,E=14|L=14,4320,2880,4,2,2,1",
            "B,E=14|L=14,99999,20161,4,2,2,1",
            "13: MinTotalMinutes '20161': expected a whole number from 0 to 20160",
        ),
        ("5,E,1,50,1", "5,E,-1,50,1", "35: requirement '-1': expected a whole number from 0 to 10000"),
        ("SECTION_COVER", "SECTION_COVERS", "29: section 'SECTION_COVERS': expected one of SECTION_HORIZON"),
        ("SECTION_STAFF", "SECTION_SHIFTS", "10: section 'SECTION_SHIFTS': expected it once, this is the second"),
        ("SECTION_HORIZON\r", "# none", "4: line '14': expected a section such as SECTION_HORIZON first"),
    ],
)
def test_a_malformed_line_is_named_with_what_was_expected(line: str, instead: str, said: str) -> None:
    lines = [instead if one == line else one for one in TINY.split("\n")]
    with pytest.raises(ProblemError) as caught:
        problem_from_curtois("\n".join(lines))
    assert any(one.startswith(said) for one in str(caught.value).splitlines()), str(caught.value)


@pytest.mark.parametrize("lines", range(1, 29))
def test_a_file_that_was_cut_off_is_refused(lines: int) -> None:
    """After any line before its last section."""
    text = "\n".join(TINY.split("\n")[:lines])
    with pytest.raises(ProblemError) as caught:
        problem_from_curtois(text)
    told = "the file ends without section SECTION_COVER: expected it (is the file complete?)"
    assert f"{len(text.splitlines())}: {told}" in str(caught.value).splitlines()


def test_a_file_that_was_cut_off_inside_a_line_is_refused() -> None:
    with pytest.raises(ProblemError, match=r"^36: line '13,L,2': expected Day,ShiftID,Requirement,"):
        problem_from_curtois(TINY[: TINY.rindex(",100")])


def test_what_the_horizon_can_not_reach_is_no_limit() -> None:
    """Limits far above the horizon, heavy requests and short shifts are part of the format."""
    text = TINY.replace("A,E=14|L=3,4320,3360,5,2,2,1", "A,E=999|L=3,999999,3360,99,2,20,52")
    text = text.replace("B,6,E,3", "B,6,E,100000").replace("L,600,E", "L,5,E")
    problem = problem_from_curtois(text)
    terms = problem.agent_of["A"].contract
    assert (terms.max_period_minutes, terms.max_consecutive_days, terms.min_days_off, terms.max_weekends) == (
        14 * 1440,
        14,
        14,
        14,
    )
    assert [limit.shift for limit in problem.agent_of["A"].shift_limits] == ["L"]
    for roster in rosters(problem, 3, 300):
        alone: Roster = {one.id: {} for one in problem.agents} | {"A": roster["A"]}
        verdict = judge(problem, lines_of(alone))
        own = [finding for finding in verdict.violations if finding.agent == "A"]
        assert (not own) == valid(text, {"A": roster["A"]})
        assert verdict.cost == cost(text, alone)


def test_all_of_seventeen_days_in_a_row_may_be_worked() -> None:
    text = TINY.replace("14\r", "21").replace("A,E=14|L=3,4320,3360,5,2,2,1", "A,E=21,99999,0,17,2,2,9")
    problem = problem_from_curtois(text)
    for length, fault in ((17, 0), (18, 1)):
        lines = [Assigned(agent="A", day=1 + day, shift="E") for day in range(length)]
        assert sum(one.agent == "A" for one in judge(problem, lines).violations) == fault
        assert valid(text, {"A": {1 + day: "E" for day in range(length)}}) == (not fault)


def test_every_bad_line_is_reported_at_once() -> None:
    with pytest.raises(ProblemError) as caught:
        problem_from_curtois(TINY.replace("A,0", "A,x").replace("0,L,1,100,2", "0,Z,1,100,2"))
    assert [one.split(":")[0] for one in str(caught.value).splitlines()] == ["17", "32"]


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    file = tmp_path / "instance.txt"
    file.write_bytes(TINY.replace("\n", "\r\n").encode())
    assert is_curtois(TINY)
    assert not is_curtois('{"format": "breather-problem/1"}')
    assert read_problem(file) == read_problem(file, Format.CURTOIS) == problem_from_curtois(TINY, "instance")
    with pytest.raises(ProblemError, match=r"instance\.txt:1: no JSON at column 1: "):
        read_problem(file, Format.PROBLEM)


def rosters(problem: Problem, seed: int, count: int) -> list[Roster]:
    """Random rosters, from nearly empty to nearly full, in blocks, so that some of them are valid."""
    draw = random.Random(seed)
    shifts = [shift.id for shift in problem.shifts]
    found: list[Roster] = []
    for _ in range(count):
        roster: Roster = {}
        for agent in problem.agents:
            row: dict[int, str] = {}
            day = draw.randrange(4)
            while day < problem.days:
                for step in range(draw.randint(1, 5)):
                    if day + step < problem.days and day + step not in agent.fixed_days_off:
                        row[day + step] = draw.choice(shifts[-2:] if step else shifts)
                day += step + 1 + draw.randint(1, 4)
            roster[agent.id] = row
        found.append(roster)
    return found


def lines_of(roster: Roster) -> list[Assigned]:
    """The same as assignments."""
    return [Assigned(agent=one, day=day, shift=shift) for one, row in roster.items() for day, shift in row.items()]


def test_cost_and_validity_are_those_of_the_text() -> None:
    problem = problem_from_curtois(TINY)
    verdicts = []
    for roster in rosters(problem, 1, 1000):
        for agent in problem.agents:
            # One person's row at a time, so that many are valid.
            alone: Roster = {one.id: {} for one in problem.agents} | {agent.id: roster[agent.id]}
            verdict = judge(problem, lines_of(alone))
            own = [finding for finding in verdict.violations if finding.agent == agent.id]
            assert (not own) == valid(TINY, {agent.id: roster[agent.id]})
            assert verdict.cost == cost(TINY, alone)
            verdicts.append(not own)
    assert 20 < sum(verdicts) < len(verdicts)


@pytest.mark.parametrize("file", SHARED_FILES or [None], ids=lambda file: file.stem if file else "not here")
def test_the_public_instances_cost_what_their_text_says(file: Path | None) -> None:
    if file is None:
        pytest.skip(f"the public instances are not here: expected them in {SHARED}")
    text = file.read_text(encoding="utf-8-sig")
    problem = read_problem(file)
    for roster in rosters(problem, 2, 1):
        verdict = judge(problem, lines_of(roster))
        assert verdict.cost == cost(text, roster)
        assert (not verdict.violations) == valid(text, roster)
