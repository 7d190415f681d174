"""What if: some changes of a roster, judged and forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.context import Context
from api.errors import Invalid
from api.services.rosters.change_views import WhatIfView
from api.services.rosters.grid import finding_view, told
from api.services.rosters.looked_at import LookedAt, look_at, move_views, pay_minutes, rule_costs
from api.services.rosters.views import FindingView
from roster.rules.finding import Finding
from roster.store.engine import reading
from roster.whatif.changes import Change, ChangeError, ChangeKind, apply, moved
from roster.whatif.difference import Difference, difference
from roster.whatif.wording import cost_text

MAX_CHANGES = 50
MAX_FINDINGS = 30


@dataclass(frozen=True)
class Asked:
    """One change as a person says it, with dates; see `roster.whatif.changes.Change`."""

    kind: str
    agent: str
    on_date: date
    shift: str | None = None
    to_agent: str | None = None
    to_date: date | None = None


def what_if(context: Context, roster_id: int, asked: Sequence[Asked]) -> WhatIfView:
    """What the changes would do, one after another; `Invalid` where one can't be made."""
    if not 1 <= len(asked) <= MAX_CHANGES:
        raise Invalid(f"{len(asked)} changes: expected 1 to {MAX_CHANGES}")
    with reading(context.engine) as session:
        here = look_at(context, session, roster_id)
    try:
        after = apply(here.live, [_change(here, one) for one in asked])
    except ChangeError as error:
        raise Invalid(str(error)) from error
    found = difference(here.live, after)
    moves = moved(here.live, after)
    people = {one.agent for one in moves}
    before = here.live.verdict.cost
    return WhatIfView(
        roster_id=roster_id,
        version=here.roster.version,
        moves=move_views(here.problem, moves),
        new_violations=tuple(finding_view(one) for one in found.new_violations),
        gone_violations=tuple(finding_view(one) for one in found.gone_violations),
        arises=_soft(here, found.arisen),
        goes=_soft(here, found.gone),
        costs=rule_costs(found.costs),
        cost_before=before,
        cost_after=before + found.cost,
        pay_minutes=pay_minutes(after, people) - pay_minutes(here.live, people),
        sentence=_sentence(found),
    )


def _change(here: LookedAt, asked: Asked) -> Change:
    kinds = [kind.value for kind in ChangeKind]
    if asked.kind not in kinds:
        raise Invalid(f"change {asked.kind!r}: expected one of {', '.join(kinds)}")
    for agent in (asked.agent, asked.to_agent):
        if agent is not None:
            here.known(agent)
    return Change(
        kind=ChangeKind(asked.kind),
        agent=asked.agent,
        day=here.day(asked.on_date),
        shift=asked.shift,
        to_agent=asked.to_agent,
        to_day=None if asked.to_date is None else here.day(asked.to_date),
    )


def _soft(here: LookedAt, findings: Sequence[Finding]) -> tuple[FindingView, ...]:
    return told(here.problem, (one for one in findings if not one.hard), MAX_FINDINGS)


def _sentence(found: Difference) -> str:
    new, gone = len(found.new_violations), len(found.gone_violations)
    rules = []
    if new:
        rules.append(f"it breaks {new} rule{'s' if new > 1 else ''} that {'are' if new > 1 else 'is'} kept now")
    if gone:
        rules.append(f"{gone} that {'are' if gone > 1 else 'is'} broken now would be kept")
    if not rules:
        rules.append("it breaks no rule that is kept now")
    words = f"{', and '.join(rules)}; {cost_text(found.costs)}."
    return words[0].upper() + words[1:]
