"""A sick call: who could take the shift, best first, and who can't and why."""

from collections import defaultdict
from datetime import date

from api.context import Context
from api.errors import Invalid
from api.services.rosters.change_views import ReplacementsView, ReplacementView, UnableGroup, UnableView
from api.services.rosters.looked_at import look_at, move_views, rule_costs
from roster.problem import Problem
from roster.rules.wording import person, shift_name
from roster.store.engine import reading
from roster.whatif.changes import ChangeError
from roster.whatif.replacements import SKILL, Replacement, replacements
from roster.whatif.wording import HEADINGS, cost_text, moves_text

MAX_ABLE = 20
WORDS = HEADINGS | {SKILL: "Other skills", "one_shift_a_day": "At work that day"}


def replacements_of(context: Context, roster_id: int, agent: str, on_date: date) -> ReplacementsView:
    """Who could work what `agent` (a code) works on that date; `Invalid` where that is nothing."""
    with reading(context.engine) as session:
        here = look_at(context, session, roster_id)
    problem = here.problem
    try:
        found = replacements(here.live, here.known(agent), here.day(on_date))
    except ChangeError as error:
        raise Invalid(str(error)) from error
    groups: defaultdict[str, list[UnableView]] = defaultdict(list)
    for one in found.unable:
        groups[one.rule].append(UnableView(one.agent, person(problem.agent_of[one.agent]), one.rule, one.sentence))
    name = shift_name(problem, found.shift)
    return ReplacementsView(
        roster_id=roster_id,
        version=here.roster.version,
        agent=agent,
        name=person(problem.agent_of[agent]),
        on_date=on_date,
        shift=found.shift,
        shift_name=name,
        absence=f"Without anybody in {name}, {cost_text(found.absence.costs)}.",
        able=tuple(_view(problem, one) for one in found.able[:MAX_ABLE]),
        unable=tuple(
            UnableGroup(rule, WORDS[rule], tuple(sorted(people, key=lambda one: one.name)))
            for rule, people in sorted(groups.items(), key=lambda item: -len(item[1]))
        ),
    )


def _view(problem: Problem, found: Replacement) -> ReplacementView:
    late = ""
    if found.inside_notice:
        late = f" {found.inside_notice} of the changes {'is' if found.inside_notice == 1 else 'are'} at short notice."
    return ReplacementView(
        moves=move_views(problem, found.moves),
        cost=found.difference.cost,
        costs=rule_costs(found.difference.costs),
        inside_notice=found.inside_notice,
        sentence=f"{moves_text(problem, found.moves)}: {cost_text(found.difference.costs)}.{late}",
    )
