"""Which requirements clash together, and the cheapest way out: people alone, and the team where its rules are hard."""

import threading
from random import Random
from typing import Any

import pytest
from ortools.sat.python import cp_model

from optimizer.shifts.grid import Grid
from optimizer.shifts.model.roster_model import Requirement
from optimizer.shifts.progress import Progress
from optimizer.shifts.reasons import infeasible
from optimizer.shifts.reasons.asking import Asking
from optimizer.shifts.reasons.conflict_sets import conflict_set
from optimizer.shifts.reasons.demands import DEMANDS, words
from optimizer.shifts.reasons.infeasible import Clashes, clashes_of
from optimizer.shifts.reasons.team_clashes import team_clashes_of
from optimizer.shifts.solve import solve
from roster.problem import PlannedAgent, Problem
from roster.result import Result, Status
from roster.rules.registry import RULES, Kind
from tests.posted import posted, solved
from tests.posting_cases import HARD, Case
from tests.small_rosters import ana, past, roster, small_problem

BEN = {"id": "B", "name": "Ben"}
CLEO = {"id": "C", "name": "Cleo"}


def outcome(problem: Problem) -> Result:
    return solve(problem, time_limit_seconds=600, deterministic_limit=5, workers=1)


def test_every_rule_that_can_be_hard_has_its_words_and_its_price() -> None:
    assert {rule.key for rule in RULES if Kind.HARD in rule.kinds} <= set(DEMANDS)
    assert all(demand.price > 0 for demand in DEMANDS.values())


def test_law_is_dearer_than_agreement_and_agreement_dearer_than_a_pin() -> None:
    law = ("one_shift_a_day", "daily_rest", "weekly_rest", "average_minutes", "night_limits")
    agreed = ("time_off", "fixed_days_off", "availability")
    assert min(DEMANDS[key].price for key in law) > max(DEMANDS[key].price for key in agreed)
    assert min(DEMANDS[key].price for key in agreed) > DEMANDS["pins"].price


@pytest.mark.parametrize("case", HARD, ids=lambda case: f"{case.key}: {case.name}")
def test_what_is_given_up_is_said_of_somebody_and_some_time(case: Case) -> None:
    for rows in case.refused:
        model = posted(case.problem, elastic=True)
        model.fix(roster(**rows))
        model.model.minimize(sum(model.slacks.values()))
        _, _, solver = solved(model)
        given_up = [one for one, slack in model.slacks.items() if solver.boolean_value(slack)]
        told = [words(case.problem, one) for one in given_up]
        names = [agent.name or agent.id for agent in case.problem.agents]
        assert told
        for one, sentence in zip(given_up, told, strict=True):
            assert any(name in sentence for name in names) or one.agent == "", sentence
            assert sentence == sentence.strip()


def test_a_set_that_clashes_is_as_small_as_can_be() -> None:
    # Ana's late shift of the night before bars the early; her time off on Tuesday has nothing to do with it.
    problem = small_problem(
        "one_shift_a_day",
        "daily_rest",
        "time_off",
        "pins",
        agents=[ana(history=past("L"), time_off=[1], pins=[{"day": 0, "shift": "E"}])],
    )
    model = posted(problem, elastic=True)
    found = conflict_set(model, model.slacks)
    assert found is not None
    assert found.minimal
    assert set(found.requirements) == {Requirement("daily_rest", "A", 0), Requirement("pins", "A", 0)}


def test_requirements_that_can_all_be_kept_are_no_clash() -> None:
    problem = small_problem("one_shift_a_day", "pins", agents=[ana(pins=[{"day": 0, "shift": "E"}])])
    model = posted(problem, elastic=True)
    assert conflict_set(model, model.slacks) is None


def test_a_question_that_stays_open_is_no_clash(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = small_problem("time_off", "pins", agents=[ana(time_off=[0], pins=[{"day": 0, "shift": "E"}])])
    assert clashes_of(Grid(problem)).conflicts
    monkeypatch.setattr("optimizer.shifts.reasons.infeasible.DETERMINISTIC_LIMIT", 0.0)
    assert clashes_of(Grid(problem)) == Clashes()


def test_a_run_whose_question_stays_open_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two shifts may be on a day, so CP-SAT alone calls it impossible; that is not said unless it can be explained."""
    problem = small_problem("time_off", "pins", agents=[ana(time_off=[0], pins=[{"day": 0, "shift": "E"}])])
    monkeypatch.setattr("optimizer.shifts.reasons.infeasible.DETERMINISTIC_LIMIT", 0.0)
    result = outcome(problem)
    assert (result.status, result.conflicts, result.relax) == (Status.UNKNOWN, (), ())


def hard_to_prove() -> cp_model.CpModel:
    """Market split: five sums over forty bits, each exactly half; minutes and more, with or without a solution."""
    random, model = Random(1), cp_model.CpModel()
    bits = [model.new_bool_var("") for _ in range(40)]
    for _ in range(5):
        weights = [random.randrange(100) for _ in bits]
        model.add(cp_model.LinearExpr.weighted_sum(bits, weights) == sum(weights) // 2)
    return model


@pytest.mark.parametrize("how", ["time", "stop"])
def test_no_question_goes_on_past_the_runs_end(how: str) -> None:
    stop = threading.Event()
    limit = 0.2 if how == "time" else 600.0
    progress = Progress(time_limit_seconds=limit, should_stop=stop.is_set)
    if how == "stop":
        threading.Timer(0.2, stop.set).start()
    asking = Asking(progress)
    status, _ = asking.solve(hard_to_prove(), limit=10_000.0)
    assert status == cp_model.UNKNOWN
    assert asking.over()
    assert asking.left_open
    assert progress.seconds < 60, "the model alone takes far longer"
    assert asking.solve(cp_model.CpModel(), limit=1.0)[0] == cp_model.UNKNOWN, "nothing is asked any more"


def test_who_was_not_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = {"time_off": [0], "pins": [{"day": 0, "shift": "E"}]}
    problem = small_problem("time_off", "pins", agents=[ana(**stuck), BEN | stuck, CLEO])
    looked_at: list[str] = []
    look = infeasible._clashes

    def looking(grid: Grid, agent: PlannedAgent, asking: Asking) -> Clashes:
        found = look(grid, agent, asking)
        looked_at.append(agent.id)
        return found

    monkeypatch.setattr(infeasible, "_clashes", looking)
    asking = Asking(Progress(time_limit_seconds=600, should_stop=lambda: bool(looked_at)))
    told = clashes_of(Grid(problem), asking=asking)
    assert looked_at == ["A"]
    assert told.conflicts[0].startswith("Ana: E is pinned")
    assert told.conflicts[1:] == ("No time was left to ask whether others are stuck too: Ben, Cleo.",)
    assert asking.left_open
    assert len(told.relax) == 1


def test_a_week_is_blamed_only_where_its_hours_are_what_clashes() -> None:
    """Either week can have its five shifts, Wednesday to Sunday and Monday to Friday; both are ten days in a row."""
    windows = [{"weekday": day, "start_minute": 0, "end_minute": 1440} for day in range(7)]
    agent = ana(
        contract={"min_week_minutes": 2250, "max_week_minutes": 2250, "max_consecutive_days": 5},
        availability=windows,
        pins=[{"day": day} for day in (0, 1, 12, 13)],
    )
    rules = ("one_shift_a_day", "consecutive_days", "contract_minutes", "availability", "pins")
    told = clashes_of(Grid(small_problem(*rules, shifts="E", days=14, agents=[agent])))
    (sentence,) = told.conflicts
    assert sentence.startswith("These can't all be kept: ")
    assert "limit of 5 working days in a row" in sentence
    assert "add up to that" not in sentence


def test_the_way_out_names_what_to_give_up() -> None:
    problem = small_problem("time_off", "pins", agents=[ana(time_off=[0], pins=[{"day": 0, "shift": "E"}])])
    result = outcome(problem)
    assert result.status is Status.INFEASIBLE
    assert result.relax == ("Cheapest way out: give up Ana's pin of E on Monday 23 November.",)


CLASHES: dict[str, tuple[Problem, list[str], list[str]]] = {
    "minutes over the period that weekends leave no room for": (
        small_problem(
            "one_shift_a_day",
            "weekends",
            "period_minutes",
            days=14,
            shifts="E",
            agents=[ana(contract={"min_period_minutes": 5400, "max_weekends": 0})],
        ),
        ["These can't all be kept", "Ana's least of 90 h in the whole roster", "Ana's limit of 0 weekends worked"],
        ["Ana's least of 90 h in the whole roster"],
    ),
    "shifts asked that a fixed day off bars": (
        small_problem(
            "one_shift_a_day",
            "fixed_days_off",
            "shift_counts",
            days=2,
            agents=[ana(fixed_days_off=[1], shift_limits=[{"shift": "E", "least": 2}])],
        ),
        ["Ana's least of 2 times E", "Ana's agreed day off on Tuesday 24 November"],
        ["Ana's least of 2 times E"],
    ),
    "a pin alone that a run must not be": (
        small_problem(
            "one_shift_a_day",
            "time_off",
            "min_consecutive_days",
            "pins",
            agents=[
                ana(
                    contract={"min_consecutive_days": 2},
                    time_off=[1, 3],
                    pins=[{"day": 2, "shift": "E"}],
                )
            ],
        ),
        ["Ana's at least 2 working days in a row", "Ana's pin of E on Wednesday 25 November", "Thursday 26 November"],
        ["Ana's at least 2 working days in a row from Wednesday 25 November"],
    ),
}


@pytest.mark.parametrize("name", list(CLASHES))
def test_new_rules_say_what_clashes_together(name: str) -> None:
    problem, clash, relax = CLASHES[name]
    told = clashes_of(Grid(problem))
    text = " ".join(told.conflicts)
    assert [word for word in clash if word not in text] == [], text
    assert [word for word in relax if word not in " ".join(told.relax)] == [], told.relax


def lead(**changes: Any) -> dict[str, Any]:
    return ana(roles=["lead"], **changes)


def team(*rules: str, **more: Any) -> Problem:
    return small_problem("one_shift_a_day", "time_off", "availability", "pins", *rules, days=2, **more)


TEAMS: dict[str, tuple[Problem, list[str], list[str]]] = {
    "a role whose one holder is away": (
        team(
            "role_cover",
            given={"role_cover": {"mode": "hard"}},
            agents=[lead(time_off=[0]), BEN],
            role_demand=[{"role": "lead", "day": 0, "start_minute": 480, "end_minute": 600, "required": 1}],
        ),
        ["These can't all be kept", "at least 1 with the role lead on shift on Monday", "Ana's time off on Monday"],
        ["at least 1 with the role lead on shift on Monday 23 November"],
    ),
    "more of a role than hold it": (
        team(
            "role_cover",
            given={"role_cover": {"mode": "hard"}},
            agents=[lead(), BEN],
            role_demand=[{"role": "lead", "day": 1, "start_minute": 480, "end_minute": 600, "required": 2}],
        ),
        [
            "Whatever else is given up, this can't be kept: ",
            "kept: at least 2 with the role lead on shift on Tuesday 24 November.",
        ],
        ["at least 2 with the role lead"],
    ),
    "two who must be apart, both pinned to one shift": (
        team(
            "keep_apart",
            given={"keep_apart": {"mode": "hard"}},
            agents=[ana(pins=[{"day": 0, "shift": "E"}]), BEN | {"pins": [{"day": 0, "shift": "E"}]}, CLEO],
            apart=[{"first": "A", "second": "B"}],
        ),
        ["Ana apart from Ben on Monday 23 November", "Ana's pin of E", "Ben's pin of E"],
        ["'s pin of E on Monday 23 November"],
    ),
    "one who needs another who is away": (
        team(
            "keep_together",
            given={"keep_together": {"mode": "hard"}},
            agents=[ana(pins=[{"day": 0, "shift": "E"}]), BEN | {"time_off": [0]}],
            together=[{"first": "A", "second": "B"}],
        ),
        ["Ana together with Ben on Monday 23 November", "Ana's pin of E", "Ben's time off"],
        ["Ana together with Ben on Monday 23 November"],
    ),
}


@pytest.mark.parametrize("name", list(TEAMS))
def test_a_team_that_can_not_keep_its_rules_is_told_which_clash(name: str) -> None:
    problem, clash, relax = TEAMS[name]
    assert clashes_of(Grid(problem)) == Clashes(), "nobody alone is stuck"
    result = outcome(problem)
    assert result.status is Status.INFEASIBLE
    text = " ".join(result.conflicts)
    assert [word for word in clash if word not in text] == [], text
    assert "Cleo" not in text
    assert [word for word in relax if word not in " ".join(result.relax)] == [], result.relax


def test_a_team_that_can_keep_its_rules_has_no_clash() -> None:
    problem = team(
        "role_cover",
        given={"role_cover": {"mode": "hard"}},
        agents=[lead(time_off=[0]), BEN | {"roles": ["lead"]}],
        role_demand=[{"role": "lead", "day": 0, "start_minute": 480, "end_minute": 600, "required": 1}],
    )
    assert team_clashes_of(Grid(problem)) == Clashes()
    assert outcome(problem).status is Status.OPTIMAL


def test_a_team_whose_question_stays_open_is_unknown_not_infeasible(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = TEAMS["more of a role than hold it"][0]
    monkeypatch.setattr("optimizer.shifts.reasons.team_clashes.TEAM_LIMIT", 0.0)
    result = outcome(problem)
    assert (result.status, result.conflicts, result.relax) == (Status.UNKNOWN, (), ())
