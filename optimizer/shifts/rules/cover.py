"""Posts cover by Hall's theorem: no matching variables, only how far sets of queues exceed who can serve them.

The cheapest way to leave queues short costs, over the weight levels w1 < w2 < ... of the queues, the sum of
(w_l - w_(l-1)) * deficiency(queues of weight >= w_l), because what can be served together is a matroid and taking
the dearest first is optimal; and deficiency(Q) is the largest required(S) - present(any skill in S) over S in Q,
or 0 (Hall, Ore). Quarters that the same shifts cover and that ask the same are one interval.

The sets that matter double with each queue, so where very many queues hang together who serves what is a variable
after all.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from optimizer.shifts.grid import Option
from optimizer.shifts.model.roster_model import Linear, Literal, RosterModel
from roster.load.planned import Skills, required_by_quarter, skills_of

KEY = "cover"

Required = tuple[tuple[str, int], ...]

MAX_HALL_SETS = 256


@dataclass(frozen=True, slots=True)
class Interval:
    """Quarters that are alike: who may be there, who is there anyway, and what the queues require."""

    options: tuple[Option, ...]
    given: tuple[tuple[Skills, int], ...]
    required: Required
    quarters: int


def post(roster: RosterModel) -> None:
    """Shortage variables for each interval, weight level and set of queues that hang together; one for the spare."""
    terms = roster.problem.rules.cover
    for number, interval in enumerate(intervals(roster)):
        present: dict[Skills, Linear] = {}
        present.update(interval.given)
        for skills in roster.groups():
            heads = [roster.headcount(skills, option) for option in interval.options]
            if heads:
                present[skills] = sum(heads) + present.get(skills, 0)
        weight = {queue: roster.problem.queue_of[queue].weight for queue, _ in interval.required}
        levels = sorted(set(weight.values()))
        lowest: Linear = 0
        for level, below in zip(levels, [0, *levels], strict=False):
            asked = {queue: count for queue, count in interval.required if weight[queue] >= level}
            short = _deficiency(roster, asked, present, f"short {number}/{level}")
            roster.add_cost(KEY, terms.under_weight * (level - below) * interval.quarters * short)
            lowest = short if level == levels[0] else lowest
        spare = sum(present.values()) - sum(count for _, count in interval.required) + lowest
        roster.add_cost(KEY, terms.over_weight * interval.quarters * spare)


def _deficiency(roster: RosterModel, asked: dict[str, int], present: dict[Skills, Linear], name: str) -> Linear:
    """How many of `asked` can't be served, exactly when minimised: the sum over queues that hang together."""
    able = {queue: frozenset(skills for skills in present if queue in skills) for queue in asked}
    total: Linear = 0
    for number, queues in enumerate(_together(able)):
        short = roster.model.new_int_var(0, sum(asked[queue] for queue in queues), f"{name}/{number}")
        sets = _hall_sets({queue: able[queue] for queue in queues}, asked)
        if sets is None:
            _serve(roster, {queue: able[queue] for queue in queues}, asked, present, short)
        else:
            for crew, count in sets.items():
                roster.model.add(short >= count - sum(present[skills] for skills in crew))
        total = total + short
    return total


def _together(able: dict[str, frozenset[Skills]]) -> list[list[str]]:
    """The queues, split where no skill set serves both sides."""
    parts: list[tuple[set[str], set[Skills]]] = []
    for queue, crews in able.items():
        joined = ({queue}, set(crews))
        apart = []
        for part in parts:
            if part[1] & joined[1]:
                joined = (joined[0] | part[0], joined[1] | part[1])
            else:
                apart.append(part)
        parts = [*apart, joined]
    return [sorted(queues) for queues, _ in parts]


def _serve(
    roster: RosterModel,
    able: dict[str, frozenset[Skills]],
    asked: dict[str, int],
    present: dict[Skills, Linear],
    short: Literal,
) -> None:
    """The same by saying who serves what: nobody twice, no queue beyond what it asks."""
    served: dict[str, list[Literal]] = {queue: [] for queue in able}
    busy: dict[Skills, list[Literal]] = {}
    for queue, crews in able.items():
        for skills in crews:
            flow = roster.model.new_int_var(0, asked[queue], f"{sorted(skills)} in {queue}")
            served[queue].append(flow)
            busy.setdefault(skills, []).append(flow)
    for queue, flows in served.items():
        roster.model.add(sum(flows) <= asked[queue])
    for skills, flows in busy.items():
        roster.model.add(sum(flows) <= present[skills])
    everything = [flow for flows in served.values() for flow in flows]
    roster.model.add(short >= sum(asked[queue] for queue in able) - sum(everything))


def _hall_sets(able: dict[str, frozenset[Skills]], asked: dict[str, int]) -> dict[frozenset[Skills], int] | None:
    """For each union of crews, what all queues served by nobody else ask together: the only sets that can bind.

    None where there are too many.
    """
    unions: set[frozenset[Skills]] = set()
    for crews in able.values():
        unions |= {crews} | {crews | union for union in unions}
        if len(unions) > MAX_HALL_SETS:
            return None
    return {union: sum(asked[queue] for queue, crews in able.items() if crews <= union) for union in unions}


def intervals(roster: RosterModel) -> Iterable[Interval]:
    """The horizon's quarters, merged where they are alike."""
    grid = roster.grid
    there: list[list[Option]] = [[] for _ in range(grid.quarters)]
    for option in grid.options:
        for quarter in option.quarters:
            there[quarter].append(option)
    given: list[Counter[Skills]] = [Counter() for _ in range(grid.quarters)]
    for agent in roster.problem.agents:
        for option in grid.given(agent):
            for quarter in option.quarters:
                given[quarter][skills_of(agent)] += 1
    demand = required_by_quarter(roster.problem)
    merged: Counter[tuple[tuple[Option, ...], tuple[tuple[Skills, int], ...], Required]] = Counter()
    for quarter in range(grid.quarters):
        required = tuple((queue, line[quarter]) for queue, line in sorted(demand.items()) if line[quarter])
        known = tuple(sorted(given[quarter].items(), key=lambda item: sorted(item[0])))
        merged[tuple(there[quarter]), known, required] += 1
    return [Interval(*key, quarters=count) for key, count in merged.items()]
