"""The day as a CP-SAT model: one Boolean per break and start, and per place of a booking."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from optimizer.day.cover import Cover, overlaps
from optimizer.day.options import PersonOptions
from optimizer.day.plan import Plan
from optimizer.day.prepared import Prepared
from roster.clock import QUARTER_MINUTES
from roster.day_problem import DayProblem

Terms = list[tuple[int, cp_model.IntVar]]


@dataclass
class DayModel:
    """The model and its choices. `starts[agent][break]` maps a start to its Boolean; `places[booking]` are those of the
    booking's places.
    """

    model: cp_model.CpModel
    starts: dict[str, list[dict[int, cp_model.IntVar]]]
    missing: dict[str, list[cp_model.IntVar]]
    places: list[list[cp_model.IntVar]]
    day: Prepared

    def hint(self, plan: Plan) -> None:
        """Start the search from `plan`."""
        for code, breaks in self.starts.items():
            for place, choices in enumerate(breaks):
                chosen = plan.starts[code][place]
                self.model.add_hint(self.missing[code][place], chosen is None)
                for start, literal in choices.items():
                    self.model.add_hint(literal, start == chosen)
        for booking, literals, chosen_place in zip(self.day.bookings, self.places, plan.places, strict=True):
            for one, literal in zip(booking.places, literals, strict=True):
                self.model.add_hint(literal, one == chosen_place)

    def read(self, solver: cp_model.CpSolver) -> Plan:
        """What the solver chose."""
        starts = {
            code: [
                next((start for start, literal in choices.items() if solver.boolean_value(literal)), None)
                for choices in breaks
            ]
            for code, breaks in self.starts.items()
        }
        places = [
            next((place for place, each in zip(booking.places, some, strict=True) if solver.boolean_value(each)), None)
            for booking, some in zip(self.day.bookings, self.places, strict=True)
        ]
        return Plan(starts, places)


def build_model(prepared: Prepared) -> DayModel:
    """Post every rule and the objective."""
    problem, cover = prepared.problem, prepared.cover
    model = cp_model.CpModel()
    day = DayModel(model, {}, {}, [], prepared)
    cost: Terms = []
    away: dict[tuple[int, int], Terms] = defaultdict(list)
    covering: dict[tuple[str, int], list[cp_model.IntVar]] = defaultdict(list)
    for options in prepared.people:
        _post_breaks(problem, options, day, cost, away, covering, cover)
    _post_bookings(day, cost, away, covering)
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
        cost.append((problem.unplaced_cost(one.need.kind), absent))
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


def _post_bookings(
    day: DayModel,
    cost: Terms,
    away: dict[tuple[int, int], Terms],
    covering: dict[tuple[str, int], list[cp_model.IntVar]],
) -> None:
    """At most one place each, everybody there free of breaks and other bookings then, peers within their cap."""
    model, problem, cover = day.model, day.day.problem, day.day.cover
    by_peer: dict[str, list[cp_model.IntVar]] = defaultdict(list)
    meeting: dict[tuple[str, int], list[cp_model.IntVar]] = defaultdict(list)
    for number, booking in enumerate(day.day.bookings):
        literals = [model.new_bool_var(f"booking {number}/{place}") for place in range(len(booking.places))]
        day.places.append(literals)
        absent = model.new_bool_var(f"booking {number}/none")
        model.add_exactly_one(*literals, absent)
        cost.append((booking.unplaced, absent))
        for place, literal in zip(booking.places, literals, strict=True):
            if place.peer is not None:
                by_peer[place.peer].append(literal)
            cost.append((place.cost, literal))
            first = place.start // problem.step_minutes
            last = -(-(place.start + booking.minutes) // problem.step_minutes)
            for code in booking.those_at(place):
                group = cover.group_of(problem.agent_of[code].skills)
                for quarter, minutes in overlaps(place.start, booking.minutes):
                    away[group, quarter].append((minutes, literal))
                for slot in range(first, last):
                    meeting[code, slot].append(literal)
    for key, literals in meeting.items():
        model.add_at_most_one(*literals, *covering.get(key, ()))
    for code, literals in by_peer.items():
        model.add(sum(literals) <= problem.agent_of[code].sessions_left)


def _post_cover(
    problem: DayProblem, cover: Cover, day: DayModel, cost: Terms, away: dict[tuple[int, int], Terms]
) -> None:
    """Shortfall of a quarter: the largest need(S) - available(S) over the sets of queues that could be short; and the
    same for one agent of each queue.
    """
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
        top = int((worst - cover.more)[sets, quarter].max())
        unattended = model.new_int_var(0, max(0, top), f"unattended/{quarter}")
        cost.append((weights.unattended, unattended))
        for row in sets:
            taken = [
                gone[group, quarter]
                for group in range(len(cover.groups))
                if cover.member[row, group] and (group, quarter) in gone
            ]
            model.add(short >= int(lack[row, quarter]) + sum(taken))
            model.add(unattended >= int(lack[row, quarter] - cover.more[row, quarter]) + sum(taken))
