"""What a page needs to ask about one person's day: what is there, who and which shifts there are, who could step in."""

from dataclasses import dataclass
from datetime import date

from api.context import Context
from api.errors import NotFound
from api.services.rosters.change_views import ReplacementsView
from api.services.rosters.grid import shift_views
from api.services.rosters.looked_at import look_at
from api.services.rosters.replacing import replacements_of
from api.services.rosters.superseding import last_day
from api.services.rosters.views import ShiftView
from roster.rules.wording import person
from roster.shifts import RosterStatus
from roster.store.engine import reading


@dataclass(frozen=True)
class PersonChoice:
    """Somebody of the roster."""

    code: str
    name: str


@dataclass(frozen=True)
class AskForm:
    """One person's day in a roster, and what can be asked about it."""

    roster_id: int
    can_repair: bool
    agent: str
    name: str
    on_date: date
    first_day: date
    last_day: date
    shift: ShiftView | None
    shifts: tuple[ShiftView, ...]
    people: tuple[PersonChoice, ...]
    """Everybody else, by name."""
    replacements: ReplacementsView | None
    """Who could step in, where there is a shift."""


def ask_form(context: Context, roster_id: int, agent: str, on_date: date) -> AskForm:
    """What `agent` (a code) has on that date; `NotFound` where that is nobody or no day of the roster."""
    with reading(context.engine) as session:
        here = look_at(context, session, roster_id)
    problem, day = here.problem, (on_date - here.problem.start).days
    there = problem.agent_of.get(agent)
    if there is None or there.fixed or not 0 <= day < problem.days:
        raise NotFound(f"agent {agent!r} on {on_date.isoformat()} is not in roster {roster_id}")
    shifts = shift_views(problem)
    worked = here.live.shifts_on(agent, day)
    others = [PersonChoice(one.id, person(one)) for one in problem.agents if not one.fixed and one.id != agent]
    return AskForm(
        roster_id=roster_id,
        can_repair=here.roster.status is not RosterStatus.SUPERSEDED,
        agent=agent,
        name=person(there),
        on_date=on_date,
        first_day=problem.start,
        last_day=last_day(here.roster),
        shift=next((one for one in shifts if worked and one.code == worked[0]), None),
        shifts=shifts,
        people=tuple(sorted(others, key=lambda one: (one.name, one.code))),
        replacements=replacements_of(context, roster_id, agent, on_date) if len(worked) == 1 else None,
    )
