"""Why this shift: the roster as it is against the best one found in which the person does not work it."""

from collections.abc import Iterable
from datetime import date

from api.context import Context
from api.errors import Conflict, Invalid
from api.services.rosters.change_views import WhyView
from api.services.rosters.grid import told
from api.services.rosters.looked_at import LookedAt, look_at, move_views, rule_costs
from api.services.rosters.replacing import WORDS
from optimizer.shifts.reasons.why import Without, best_without
from roster.load.planned import skills_of
from roster.problem import PlannedAgent, Problem
from roster.result import Status
from roster.rules.wording import day_text, person, shift_name
from roster.store.engine import reading
from roster.whatif.changes import ChangeError, moved
from roster.whatif.difference import Difference, difference
from roster.whatif.replacements import Replacements, replacements
from roster.whatif.wording import cost_text

MOST_PEOPLE = 9
MOST_FINDINGS = 3


def why(context: Context, roster_id: int, agent: str, on_date: date) -> WhyView:
    """Why `agent` (a code) works what they work on that date; `Invalid` where that is nothing.

    `Conflict` where the person's row breaks a rule: then it is the breach that wants a reason.
    """
    with reading(context.engine) as session:
        here = look_at(context, session, roster_id)
    day = here.day(on_date)
    here.known(agent)
    broken = [one for one in here.live.personal[agent] if one.hard]
    if broken:
        raise Conflict(f"{broken[0].sentence} Why a shift is as it is can be told once that is settled.")
    try:
        others = replacements(here.live, agent, day)
    except ChangeError as error:
        raise Invalid(str(error)) from error
    days = _days(here.problem, day)
    people = _around(here, agent, others)
    found = best_without(here.live, agent, day, others.shift, people=people, days=days)
    change = None if found.after is None else difference(here.live, found.after)
    return WhyView(
        roster_id=roster_id,
        version=here.roster.version,
        agent=agent,
        name=person(here.problem.agent_of[agent]),
        on_date=on_date,
        shift=others.shift,
        status=found.status.value,
        cost_more=found.cost_more,
        at_least=found.at_least,
        costs=rule_costs(change.costs) if change else (),
        moves=move_views(here.problem, moved(here.live, found.after)) if found.after else (),
        people=people,
        first_day=here.problem.date_of(days[0]),
        last_day=here.problem.date_of(days[-1]),
        sentences=tuple(_sentences(here, day, days, others, found, change, people)),
    )


def _days(problem: Problem, day: int) -> range:
    """The roster's week of the day; what is over by today is not planned anew, unless the day itself is."""
    first = day - day % 7
    today = 0 if problem.today is None else (problem.today - problem.start).days
    return range(max(first, today) if day >= today else first, min(first + 7, problem.days))


def _around(here: LookedAt, agent: str, others: Replacements) -> tuple[str, ...]:
    """The person, those who could step in (best first), then people of the most like skills; nobody in breach."""
    chosen = [agent]
    stepping = [one.agent for able in others.able for one in able.moves]
    mine = skills_of(here.problem.agent_of[agent])

    def unlike(one: PlannedAgent) -> tuple[int, str]:
        return len(mine ^ skills_of(one)), one.id

    near = [one.id for one in sorted(here.problem.agents, key=unlike) if not one.fixed]
    for code in (*stepping, *near):
        if code not in chosen and not any(one.hard for one in here.live.personal[code]):
            chosen.append(code)
        if len(chosen) == MOST_PEOPLE:
            break
    return tuple(chosen)


def _sentences(
    here: LookedAt,
    day: int,
    days: range,
    others: Replacements,
    found: Without,
    change: Difference | None,
    people: tuple[str, ...],
) -> Iterable[str]:
    problem = here.problem
    scope = (
        f"Of all rosters that change nothing but the shifts of {len(people)} people"
        f" from {day_text(problem, days[0])} to {day_text(problem, days[-1])}"
    )
    name = shift_name(problem, others.shift)
    if found.status is Status.INFEASIBLE:
        yield f"{scope}, none keeps the rules without {name} on {day_text(problem, day)}."
    elif change is None:
        yield f"No roster without it was found in the time there was: nothing is proved. {scope} were looked at."
    else:
        yield f"Without it, {cost_text(change.costs)}: {_verdict(found)}"
        arisen = (one for one in change.arisen if one.cost)
        yield from (one.sentence for one in told(problem, arisen, MOST_FINDINGS))
        if found.status is Status.OPTIMAL:
            yield f"{scope}, this one is the best without it: proved."
        else:
            yield (
                f"The search was cut: {scope[0].lower()}{scope[1:]}, the best without it costs at least"
                f" {found.at_least:,} and at most {found.cost_more:,} more."
            )
    if not others.able:
        yield f"Nobody could simply step in: {_why_not(here, others)}."
    else:
        yield (
            f"{len(others.able)} way{'s' if len(others.able) > 1 else ''} to have it worked by others"
            f" {'are' if len(others.able) > 1 else 'is'} open."
        )


def _verdict(found: Without) -> str:
    more = found.cost_more or 0
    if more > 0:
        return f"together {more:,} more."
    if more == 0:
        return "the roster would be as good without it."
    return f"together {-more:,} less, so the roster would be better without it."


def _why_not(here: LookedAt, others: Replacements) -> str:
    counts: dict[str, int] = {}
    for one in others.unable:
        counts[one.rule] = counts.get(one.rule, 0) + 1
    words = [f"{WORDS[rule].lower()} ({count})" for rule, count in sorted(counts.items(), key=lambda item: -item[1])]
    return ", ".join(words) if words else "there is nobody else"
