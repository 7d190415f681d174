"""What no plan of a day can undercut: its objective, and the agent-minutes that it leaves short."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from optimizer.day.arrays import chains_of, codes_of, covering_of, talks_of
from optimizer.day.bound import Dual, lower_bound
from optimizer.day.cover import Cover
from optimizer.day.options import DebriefOption, PersonOptions, in_every_order
from optimizer.day.plan import Plan, plan_away, plan_cost
from roster.day_problem import DayProblem, DayWeights

UNPLACED = 100_000
"""Agent-minutes that a break without a place counts for: more than moving it could ever save."""

ONLY_SHORT = DayWeights(
    short=1, short_again=0, drift=0, drift_again=0, tight=0, unplaced_break=UNPLACED, unplaced_debrief=UNPLACED
)


def objective_bound(
    problem: DayProblem,
    people: Sequence[PersonOptions],
    debriefs: Mapping[str, Sequence[DebriefOption]],
    cover: Cover,
    plan: Plan,
    *,
    steps: int,
    until: float,
) -> int:
    """What every plan of the model costs at least; `plan` is the best one known."""
    dual = _dual(problem, people, debriefs, cover)
    return lower_bound(dual, plan_cost(problem, people, cover, plan), steps, until)


def short_bound(
    problem: DayProblem,
    people: Sequence[PersonOptions],
    debriefs: Mapping[str, Sequence[DebriefOption]],
    cover: Cover,
    plan: Plan,
    *,
    steps: int,
    until: float,
) -> int:
    """Agent-minutes that every plan is short by at least which has as many breaks and debriefs in place as `plan`.

    Every start on the grid and every order of breaks that the rules allow counts, near the even spread or not.
    """
    free = [
        replace(options, breaks=tuple(replace(one, costs=(0,) * len(one.starts)) for one in options.breaks))
        for options in people
    ]
    chains = [order for options in free for order in in_every_order(options)]
    plain = problem.model_copy(update={"weights": ONLY_SHORT})
    dual = replace(_dual(plain, chains, debriefs, cover), placed=len(plan.debriefs))
    missing = UNPLACED * sum(start is None for starts in plan.starts.values() for start in starts)
    short = int(cover.short(plan_away(problem, people, cover, plan)).sum())
    return max(0, lower_bound(dual, short + missing, steps, until) - missing)


def _dual(
    problem: DayProblem,
    chains: Sequence[PersonOptions],
    debriefs: Mapping[str, Sequence[DebriefOption]],
    cover: Cover,
) -> Dual:
    codes = codes_of(problem)
    people = len(problem.agents) + len(problem.others)
    return Dual(
        chains_of(problem, chains, codes, people),
        covering_of(problem, cover),
        talks_of(problem, debriefs, cover, codes),
    )
