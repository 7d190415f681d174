"""Absences of several days and of several people, repaired and held against every roster there is: both directions.

Fewest missing, then fewest days moved, then fewest of them inside the notice period, then least cost by people's own
rules; what is returned keeps the rules under the checkers, and what is said to be proved is true.
"""

import random
from collections import Counter
from itertools import product

import pytest

from optimizer.shifts.repair import run
from optimizer.shifts.repair.run import Extent, Proof, Repair, repair
from optimizer.shifts.repair.trouble import Trouble, missing_beyond, trouble, worse
from roster.problem import Assigned, Problem
from roster.result import Status
from roster.rules.registry import judge
from roster.whatif.changes import moved
from roster.whatif.live import LiveRoster
from roster.whatif.notice import last_day_inside
from roster.whatif.replacements import without
from tests.small_rosters import MONDAY, roster, small_problem

SEEDS = range(24)
DAYS = 3
Value = tuple[int, int, int, int]
"""What stays missing, days moved, those inside the notice period, and what it costs people more."""


def team(seed: int) -> Problem:
    """Three people, three days, two shifts, two queues; the first one or two days are inside the notice period."""
    draw = random.Random(seed)
    frame = small_problem(shifts="EL", days=DAYS)
    return small_problem(
        "one_shift_a_day",
        "daily_rest",
        "contract_minutes",
        "min_consecutive_days",
        "time_off",
        "cover",
        "preferences",
        "stability",
        "notice",
        given={
            "min_consecutive_days": {"minimum": draw.choice((1, 2)), "mode": "hard"},
            "notice": {"days": draw.choice((1, 2))},
        },
        shifts="EL",
        days=DAYS,
        today=MONDAY,
        queues=[{"id": "x", "weight": 1}, {"id": "y", "weight": draw.choice((2, 3))}],
        agents=[
            {
                "id": name,
                "skills": draw.choice((["x"], ["y"], ["x", "y"])),
                "contract": {"min_week_minutes": 450, "max_week_minutes": draw.choice((1100, 2200, 4000))},
                "time_off": draw.sample(range(DAYS), draw.choice((0, 0, 1))),
                "wishes": [{"day": draw.randrange(DAYS), "wanted": False, "weight": draw.choice((5, 9))}],
            }
            for name in "ABC"
        ],
        demand=[
            {
                "queue": queue,
                "day": day,
                "required": [draw.choice((0, 1, 1)) if 28 <= at < 88 and at % 16 == 0 else 0 for at in range(length)],
            }
            for day, length in enumerate(frame.quarters)
            for queue in "xy"
        ],
    )


def sick(seed: int) -> tuple[LiveRoster, LiveRoster, list[str]]:
    """One person away for two or three days, or two people for one to three; a roster that kept the rules before."""
    draw = random.Random(seed)
    for attempt in range(10_000):
        # Some teams have no such roster: another is drawn.
        problem = team(seed + 100 * (attempt // 40))
        rows = {name: "".join(draw.choice("EL-") for _ in range(DAYS)) for name in "ABC"}
        live = LiveRoster.of(problem, roster(**rows))
        if not live.verdict.violations and len(live.assignments) > 3:
            break
    else:
        raise AssertionError(f"no roster that keeps the rules was drawn from seed {seed}")
    # What was published is what counts from here on.
    problem = Problem.model_validate(problem.model_copy(update={"published": live.assignments}).model_dump())
    live = LiveRoster.of(problem, live.assignments)
    away = draw.sample("ABC", draw.choice((1, 1, 2)))
    now = live
    for agent in away:
        first = draw.randrange(DAYS)
        now = without(now, agent, range(first, DAYS) if len(away) == 1 else [first, *range(first + 1, DAYS)])
    return live, now, away


def every_value(now: LiveRoster, found: Trouble, days: set[int], *, by_itself: bool = False) -> list[Value]:
    """Of every roster in which `days` alone change, rules are kept and cover elsewhere is no worse.

    With `by_itself` the person's rules are also to allow each of their changes if it were the only one.
    """
    notice = last_day_inside(now.problem)
    rows: dict[str, list[tuple[int, list[Assigned]]]] = {}
    for agent in (one.id for one in now.problem.agents if one.id not in found.held):
        rest = [line for line in now.lines(agent) if line.day not in days]
        before = sum(one.cost for one in now.personal[agent])
        rows[agent] = []
        for choice in product((None, "E", "L"), repeat=len(days)):
            own = [
                Assigned(agent=agent, day=day, shift=one) for day, one in zip(sorted(days), choice, strict=True) if one
            ]
            judged = now.alone(agent, rest + own)
            cells = zip(sorted(days), choice, strict=True)
            if by_itself and not all(alone_allowed(now, agent, day, shift) for day, shift in cells):
                continue
            if not any(one.hard for one in judged):
                rows[agent].append((sum(one.cost for one in judged) - before, rest + own))
    values = []
    for chosen in product(*rows.values()):
        after = now.changed({agent: row for agent, (_, row) in zip(rows, chosen, strict=True)})
        if set(worse(after.problem, found.allowed, after.cover.matched)) - found.quarters:
            continue
        moves = moved(now, after)
        missing = missing_beyond(after.problem, found, after.cover.matched)
        values.append((missing, len(moves), sum(one.day <= notice for one in moves), sum(cost for cost, _ in chosen)))
    return values


def alone_allowed(now: LiveRoster, agent: str, day: int, shift: str | None) -> bool:
    """Whether nothing but that day of the person changed would keep their own rules, or nothing changes there."""
    own = [] if shift is None else [Assigned(agent=agent, day=day, shift=shift)]
    rest = [line for line in now.lines(agent) if line.day != day]
    return now.shifts_on(agent, day) == tuple(one.shift for one in own) or not any(
        one.hard for one in now.alone(agent, rest + own)
    )


def value_of(now: LiveRoster, told: Repair, found: Trouble) -> Value:
    """What the repair is worth, from its roster alone."""
    assert told.after is not None
    moves = moved(now, told.after)
    notice = last_day_inside(now.problem)
    more = sum(
        sum(one.cost for one in told.after.personal[agent]) - sum(one.cost for one in now.personal[agent])
        for agent in {one.agent for one in moves}
    )
    missing = missing_beyond(now.problem, found, told.after.cover.matched)
    return missing, len(moves), sum(one.day <= notice for one in moves), more


def assert_holds(before: LiveRoster, now: LiveRoster, away: list[str], told: Repair) -> None:
    found = trouble(before, now, away)
    assert told.after is not None
    assert told.moves == moved(now, told.after)
    assert not {one.agent for one in told.moves} & {*away}
    whole = judge(told.after.problem, told.after.assignments)
    assert not whole.violations
    value = value_of(now, told, found)
    assert value[:3] == (told.missing, len(told.moves), told.inside_notice)
    reach = {Proof.WINDOW: set(told.days), Proof.EVERYWHERE: set(range(DAYS))}
    proofs = (told.proofs.missing, told.proofs.moves, told.proofs.inside_notice, told.proofs.cost)
    known = {proof: every_value(now, found, reach[proof]) for proof in {*proofs} & reach.keys()}
    for aims, proof in enumerate(proofs, start=1):
        if proof in reach:
            assert value[:aims] == min(one[:aims] for one in known[proof]), (aims, proof)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_smaller_exists_and_what_is_found_is_valid(seed: int) -> None:
    before, now, away = sick(seed)
    told = repair(before, now, away=away, most_changes=9, deterministic_limit=50)
    assert told.status is Status.OPTIMAL
    assert Proof.NONE not in (told.proofs.missing, told.proofs.moves, told.proofs.inside_notice)
    assert_holds(before, now, away, told)


@pytest.mark.parametrize("seed", SEEDS[:10])
def test_whole_weeks_are_held_to_the_same(seed: int) -> None:
    before, now, away = sick(seed)
    told = repair(before, now, away=away, extent=Extent.WEEK, most_changes=9, deterministic_limit=50)
    assert told.status is Status.OPTIMAL
    assert_holds(before, now, away, told)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_small_model_is_as_good_as_the_model_of_everybody(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before, now, away = sick(seed)
    small = repair(before, now, away=away, most_changes=9, deterministic_limit=50)
    monkeypatch.setattr(run, "MOST_CREW_DAYS", 0)
    whole = repair(before, now, away=away, most_changes=9, deterministic_limit=50)
    found = trouble(before, now, away)
    assert value_of(now, small, found)[:3] == value_of(now, whole, found)[:3]
    assert (small.least_missing, small.least_changes) == (whole.least_missing, whole.least_changes)


@pytest.mark.parametrize("seed", SEEDS)
def test_changes_allowed_by_themselves_are_proved_among_such(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    too_much(monkeypatch)
    before, now, away = sick(seed)
    told = repair(before, now, away=away, most_changes=9, deterministic_limit=50)
    assert_holds(before, now, away, told)
    if told.proof is Proof.BY_ITSELF:
        found = trouble(before, now, away)
        known = every_value(now, found, set(told.days), by_itself=True)
        assert value_of(now, told, found)[:3] == min(one[:3] for one in known)
        assert told.status is Status.FEASIBLE


def test_a_chain_of_changes_may_be_better_and_by_itself_does_not_deny_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ben could be early on both days. Tuesday's is too soon after Monday's late shift, unless that changes, too."""
    problem = small_problem(
        "one_shift_a_day",
        "daily_rest",
        "cover",
        shifts="EL",
        days=2,
        queues=[{"id": "x"}],
        agents=[{"id": name, "skills": ["x"]} for name in "AB"],
        demand=[{"queue": "x", "day": day, "required": [int(28 <= at < 56) for at in range(96)]} for day in (0, 1)],
    )
    before = LiveRoster.of(problem, roster(A="EE", B="L-"))
    now = without(before, "A", [0, 1])
    chain = repair(before, now, away=["A"], deterministic_limit=50)
    assert [(one.day, one.after) for one in chain.moves] == [(0, ("E",)), (1, ("E",))]
    assert (chain.missing, chain.status, chain.proof) == (0, Status.OPTIMAL, Proof.EVERYWHERE)
    too_much(monkeypatch)
    cut = repair(before, now, away=["A"], deterministic_limit=50)
    assert (len(cut.moves), cut.missing) == (1, 28)
    assert (cut.status, cut.proof, cut.least_missing) == (Status.FEASIBLE, Proof.BY_ITSELF, 0)


def too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several days of all people are too many for all changes."""
    monkeypatch.setattr(run, "MOST_CREW_DAYS", 0)
    monkeypatch.setattr(run, "MOST_CELLS", 0)


def test_the_draws_are_of_all_kinds() -> None:
    kinds: Counter[tuple[str, int, bool]] = Counter()
    days: Counter[int] = Counter()
    for seed in SEEDS:
        before, now, away = sick(seed)
        told = repair(before, now, away=away, most_changes=9, deterministic_limit=50)
        kinds[told.proof.value, min(len(told.moves), 2), told.missing > 0] += 1
        days[len(told.days)] += 1
    assert {("window", 1, True), ("window", 2, True)} & set(kinds), kinds
    assert {proof for proof, _, _ in kinds} == {"everywhere", "window"}, kinds
    assert max(days) == DAYS, days


def test_a_later_day_is_moved_before_one_inside_the_notice_period() -> None:
    """Ben is free on both days; Cora could be moved from the second day to the first, too, with one move more."""
    problem = small_problem(
        "one_shift_a_day",
        "cover",
        "notice",
        shifts=[
            {"id": "N", "start_minute": 1320, "minutes": 480, "paid_minutes": 450},
            {"id": "F", "start_minute": 0, "minutes": 480, "paid_minutes": 450},
        ],
        days=2,
        given={"notice": {"days": 1}},
        today=MONDAY,
        queues=[{"id": "x"}],
        agents=[{"id": name, "skills": ["x"]} for name in "ABC"],
        demand=[{"queue": "x", "day": 1, "required": [int(at < 24) for at in range(96)]}],
    )
    before = LiveRoster.of(problem, roster(A="N-"))
    now = without(before, "A", [0])
    told = repair(before, now, away=["A"], deterministic_limit=50)
    # From midnight to six either Monday's night or Tuesday's early does; only Monday is inside the notice period.
    assert [(one.day, one.after) for one in told.moves] == [(1, ("F",))]
    assert told.inside_notice == 0


def test_of_people_who_are_alike_those_move_whom_it_costs_least() -> None:
    """Ana's long day is for nobody else: two shorter ones take its place, and everybody would rather be free."""
    dislikes = {"B": 40, "C": 9, "D": 5, "F": 30}
    problem = small_problem(
        "one_shift_a_day",
        "contract_minutes",
        "cover",
        "preferences",
        shifts=[
            {"id": "E", "start_minute": 420, "minutes": 480, "paid_minutes": 450},
            {"id": "L", "start_minute": 840, "minutes": 480, "paid_minutes": 450},
            {"id": "X", "start_minute": 420, "minutes": 900, "paid_minutes": 840},
        ],
        queues=[{"id": "x"}],
        agents=[
            {"id": "A", "skills": ["x"]},
            *(
                {
                    "id": name,
                    "skills": ["x"],
                    "contract": {"max_week_minutes": 450},
                    "wishes": [{"day": 2, "wanted": False, "weight": weight}],
                }
                for name, weight in dislikes.items()
            ),
        ],
        demand=[{"queue": "x", "day": 2, "required": [int(28 <= at < 88) for at in range(96)]}],
    )
    before = LiveRoster.of(problem, roster(A="--X----"))
    now = without(before, "A", [2])
    told = repair(before, now, away=["A"], deterministic_limit=50)
    assert {one.agent for one in told.moves} == {"C", "D"}
    assert {one.after for one in told.moves} == {("E",), ("L",)}
    assert (told.proof, told.proofs.cost) == (Proof.EVERYWHERE, Proof.WINDOW)
    assert value_of(now, told, trouble(before, now, ["A"])) == (0, 2, 0, 9 + 5)


def test_days_that_are_too_much_together_are_mended_one_by_one() -> None:
    problem = small_problem(
        "one_shift_a_day",
        "contract_minutes",
        "cover",
        shifts="E",
        queues=[{"id": "x"}],
        agents=[{"id": "A", "skills": ["x"]}]
        + [{"id": name, "skills": ["x"], "contract": {"max_week_minutes": 450}} for name in "BCD"],
        demand=[{"queue": "x", "day": day, "required": [int(28 <= at < 60) for at in range(96)]} for day in (1, 3)],
    )
    before = LiveRoster.of(problem, roster(A="-E-E---"))
    now = without(before, "A", [1, 3])
    told = repair(before, now, away=["A"], deterministic_limit=0.0)
    assert (told.missing, len(told.moves)) == (0, 2)
    assert [one.day for one in told.moves] == [1, 3]
    assert len({one.agent for one in told.moves}) == 2
