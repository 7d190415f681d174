"""The day as a CP-SAT model: one Boolean per break and start, and per debrief, peer and time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from optimizer.day.cover import Cover, overlaps, quiet_slack
from optimizer.day.options import DebriefOption, PersonOptions
from optimizer.day.plan import Plan, tight_cost
from roster.clock import QUARTER_MINUTES
from roster.day_problem import DayProblem

Terms = list[tuple[int, cp_model.IntVar]]


@dataclass
class DayModel:
    """The model and its choices. `starts[agent][break]` maps a start to its Boolean."""

    model: cp_model.CpModel
    starts: dict[str, list[dict[int, cp_model.IntVar]]]
    missing: dict[str, list[cp_model.IntVar]]
    debriefs: dict[str, list[tuple[DebriefOption, cp_model.IntVar]]]

    def hint(self, plan: Plan) -> None:
        """Start the search from `plan`."""
        for code, breaks in self.starts.items():
            for place, choices in enumerate(breaks):
                chosen = plan.starts[code][place]
                self.model.add_hint(self.missing[code][place], chosen is None)
                for start, literal in choices.items():
                    self.model.add_hint(literal, start == chosen)
        for key, pairs in self.debriefs.items():
            for option, literal in pairs:
                self.model.add_hint(literal, plan.debriefs.get(key) == option)

    def read(self, solver: cp_model.CpSolver) -> Plan:
        """What the solver chose."""
        plan = Plan(
            {
                code: [
                    next((start for start, literal in choices.items() if solver.boolean_value(literal)), None)
                    for choices in breaks
                ]
                for code, breaks in self.starts.items()
            }
        )
        for key, pairs in self.debriefs.items():
            for option, literal in pairs:
                if solver.boolean_value(literal):
                    plan.debriefs[key] = option
        return plan


def build_model(
    problem: DayProblem, people: Sequence[PersonOptions], debriefs: Mapping[str, Sequence[DebriefOption]], cover: Cover
) -> DayModel:
    """Post every rule and the objective."""
    model = cp_model.CpModel()
    day = DayModel(model, {}, {}, {})
    cost: Terms = []
    away: dict[tuple[int, int], Terms] = defaultdict(list)
    covering: dict[tuple[str, int], list[cp_model.IntVar]] = defaultdict(list)
    for options in people:
        _post_breaks(problem, options, day, cost, away, covering, cover)
    _post_debriefs(problem, debriefs, day, cost, away, covering, cover)
    _post_cover(problem, cover, day, cost, away)
    model.minimize(sum(weight * variable for weight, variable in cost))
    return day


def _post_breaks(
    problem: DayProblem,
    options: PersonOptions,
    day: DayModel,
    cost: Terms,
    away: dict[tuple[int, int], Terms],
    covering: dict[tuple[str, int], list[cp_model.IntVar]],
    cover: Cover,
) -> None:
    """Each break once or missing; in order, with the gap between; what it takes from cover."""
    model, code, group = day.model, options.person.id, cover.group_of(options.skills)
    day.starts[code], day.missing[code] = [], []
    for place, one in enumerate(options.breaks):
        literals = {start: model.new_bool_var(f"{code}/{place}/{start}") for start in one.starts}
        absent = model.new_bool_var(f"{code}/{place}/none")
        model.add_exactly_one(*literals.values(), absent)
        cost.append((problem.weights.unplaced_break, absent))
        day.starts[code].append(literals)
        day.missing[code].append(absent)
        for start, own in zip(one.starts, one.costs, strict=True):
            cost.append((own, literals[start]))
            for quarter, minutes in overlaps(start, one.need.minutes):
                away[group, quarter].append((minutes, literals[start]))
            for slot in range(start, start + one.need.minutes, problem.step_minutes):
                covering[code, slot // problem.step_minutes].append(literals[start])
    for later in range(1, len(options.breaks)):
        for earlier in range(later):
            reach = options.breaks[earlier].need.minutes + options.gap
            before, after = day.starts[code][earlier], day.starts[code][later]
            # A later break by t forbids an earlier one that starts after t - reach: one clique per t.
            for until in after:
                late = [literal for start, literal in before.items() if start > until - reach]
                if late:
                    model.add_at_most_one(*(literal for start, literal in after.items() if start <= until), *late)


def _post_debriefs(
    problem: DayProblem,
    debriefs: Mapping[str, Sequence[DebriefOption]],
    day: DayModel,
    cost: Terms,
    away: dict[tuple[int, int], Terms],
    covering: dict[tuple[str, int], list[cp_model.IntVar]],
    cover: Cover,
) -> None:
    """At most one peer and time each, both people free of breaks and other debriefs then, peers within their cap."""
    model = day.model
    slack = quiet_slack(cover, np.zeros_like(cover.supply))
    by_peer: dict[str, list[cp_model.IntVar]] = defaultdict(list)
    meeting: dict[tuple[str, int], list[cp_model.IntVar]] = defaultdict(list)
    for request in problem.debriefs:
        pairs = [
            (option, model.new_bool_var(f"{request.id}/{place}")) for place, option in enumerate(debriefs[request.id])
        ]
        day.debriefs[request.id] = pairs
        absent = model.new_bool_var(f"{request.id}/none")
        model.add_exactly_one(*(literal for _, literal in pairs), absent)
        cost.append((problem.weights.unplaced_debrief, absent))
        for option, literal in pairs:
            by_peer[option.peer].append(literal)
            cost.append((tight_cost(problem, slack, option.start, request.minutes), literal))
            for code in (request.agent, option.peer):
                group = cover.group_of(problem.agent_of[code].skills)
                for quarter, minutes in overlaps(option.start, request.minutes):
                    away[group, quarter].append((minutes, literal))
                for slot in range(option.start, option.start + request.minutes, problem.step_minutes):
                    meeting[code, slot // problem.step_minutes].append(literal)
    for key, literals in meeting.items():
        model.add_at_most_one(*literals, *covering.get(key, ()))
    for code, literals in by_peer.items():
        model.add(sum(literals) <= problem.agent_of[code].sessions_left)


def _post_cover(
    problem: DayProblem, cover: Cover, day: DayModel, cost: Terms, away: dict[tuple[int, int], Terms]
) -> None:
    """Shortfall of a quarter: the largest need(S) - available(S) over the sets of queues that could be short."""
    model, weights = day.model, problem.weights
    most_away = np.zeros_like(cover.supply)
    gone: dict[tuple[int, int], cp_model.IntVar] = {}
    for (group, quarter), terms in away.items():
        most = min(sum(minutes for minutes, _ in terms), int(cover.supply[group, quarter]))
        most_away[group, quarter] = most
        gone[group, quarter] = model.new_int_var(0, sum(minutes for minutes, _ in terms), f"away/{group}/{quarter}")
        model.add(gone[group, quarter] == sum(minutes * literal for minutes, literal in terms))
    lack = cover.lack(np.zeros_like(cover.supply))
    worst = lack + cover.member.astype(np.int64) @ most_away
    for quarter in range(problem.quarters):
        sets = [row for row in range(len(cover.need)) if worst[row, quarter] > 0]
        if not sets:
            continue
        top = int(worst[sets, quarter].max())
        short = model.new_int_var(0, top, f"short/{quarter}")
        cost.append((weights.short, short))
        if top > QUARTER_MINUTES:
            again = model.new_int_var(0, top - QUARTER_MINUTES, f"short again/{quarter}")
            model.add(again >= short - QUARTER_MINUTES)
            cost.append((weights.short_again, again))
        for row in sets:
            taken = [
                gone[group, quarter]
                for group in range(len(cover.groups))
                if cover.member[row, group] and (group, quarter) in gone
            ]
            model.add(short >= int(lack[row, quarter]) + sum(taken))
