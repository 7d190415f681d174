"""One person's day in a roster, with what speaks for or against changing it."""

from datetime import date

from api.context import Context
from api.errors import NotFound
from api.services.rosters.agreements import agreements
from api.services.rosters.grid import shift_views
from api.services.rosters.judging import find_roster, judged
from api.services.rosters.runs import active_run
from api.services.rosters.views import CellForm
from roster.problem import Problem, Wish
from roster.rules.contract_minutes import week_limits
from roster.shifts import RosterStatus
from roster.store.engine import reading


def cell_form(context: Context, roster_id: int, agent: str, on_date: date) -> CellForm:
    """What `agent` (a code) has on `on_date`, and what a lead needs to change it."""
    with reading(context.engine) as session:
        roster = find_roster(session, roster_id)
        found = judged(session, context.policy, roster, now=context.now())
        busy = active_run(session, roster_id) is not None
    problem = found.problem
    person = problem.agent_of.get(agent)
    day = (on_date - problem.start).days
    if person is None or person.fixed or not 0 <= day < problem.days:
        raise NotFound(f"agent {agent!r} on {on_date.isoformat()} is not in roster {roster_id}")
    shifts = {line.day: line.shift for line in found.own if line.agent == agent}
    first = day - day % 7
    days = min(7, problem.days - first)
    least, most = week_limits(problem, person, first, days)
    return CellForm(
        roster_id=roster_id,
        version=roster.version,
        can_edit=roster.status is RosterStatus.DRAFT and not busy,
        agent=agent,
        name=person.name or agent,
        on_date=on_date,
        shift=shifts.get(day),
        pinned=any(pin.day == day for pin in person.pins),
        time_off=day in person.time_off or any(one.day == day for one in person.absences),
        wishes=tuple(_wish(problem, wish) for wish in person.wishes if wish.day == day),
        agreed=tuple(agreements(problem, person, day, shifts)),
        shifts=shift_views(problem),
        violations=tuple(
            one.sentence for one in found.verdict.violations if one.agent == agent and one.day in (day, None)
        ),
        week_minutes=sum(
            problem.shift_of[shift].paid_minutes for one, shift in shifts.items() if first <= one < first + days
        ),
        week_least_minutes=least,
        week_most_minutes=most,
    )


def _wish(problem: Problem, wish: Wish) -> str:
    what = "to work" if wish.shift is None else f"for {problem.shift_of[wish.shift].name or wish.shift}"
    if wish.wanted:
        return f"Wishes {what}."
    return "Wishes to be free." if wish.shift is None else f"Would rather not work {wish.shift}."
