"""What a change of breaks does to cover, told beside it and never a reason to refuse: agent-minutes short by queue."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from api.services.days.building import build_day_problem
from api.services.days.facts import read_day
from roster.day import MINUTE, SegmentSpan
from roster.day_problem import DayProblem, DayResult, DayStatus, PersonDay
from roster.policy import Policy
from roster.rules.day.cover import short_minutes


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class QueueCover(_View):
    """Agent-minutes that a queue is short when everybody who can take it takes it alone."""

    queue: str
    before_minutes: int
    after_minutes: int


class CoverChange(_View):
    """Agent-minutes short in the quarter-hours that a change touches, all queues at once; and each queue by itself."""

    before_minutes: int
    after_minutes: int
    queues: tuple[QueueCover, ...]
    sentence: str


Times = Sequence[tuple[datetime, datetime]]


class DayCover:
    """The cover of a date as it stands, to lay changes of single days beside it."""

    def __init__(self, session: Session, policy: Policy, on_date: date, now: datetime) -> None:
        facts = read_day(session, on_date, None)
        self._problem: DayProblem | None = None
        if facts.shifts:
            self._problem = build_day_problem(session, policy, facts, now, breaks_stay=True)

    def change(self, days: Mapping[str, Sequence[SegmentSpan]], touched: Times) -> CoverChange:
        """What `days` (segments by agent code) do to the quarter-hours of `touched`."""
        problem = self._problem
        if problem is None or not problem.demands:
            return CoverChange(before_minutes=0, after_minutes=0, queues=(), sentence=_sentence(0, 0))
        quarters = {
            quarter
            for begin, end in touched
            for quarter in range(problem.quarter_at(begin), problem.quarter_at(end - MINUTE) + 1)
        }
        before = DayResult(status=DayStatus.FEASIBLE, days=())
        after = DayResult(
            status=DayStatus.FEASIBLE,
            days=tuple(PersonDay(agent=code, segments=tuple(spans)) for code, spans in days.items()),
        )
        alone = [problem.model_copy(update={"demands": (demand,)}) for demand in problem.demands]
        was, now_is = (sum(short_minutes(problem, each, quarters)) for each in (before, after))
        return CoverChange(
            before_minutes=was,
            after_minutes=now_is,
            queues=tuple(
                QueueCover(
                    queue=one.demands[0].queue,
                    before_minutes=sum(short_minutes(one, before, quarters)),
                    after_minutes=sum(short_minutes(one, after, quarters)),
                )
                for one in alone
            ),
            sentence=_sentence(was, now_is),
        )


def _sentence(before: int, after: int) -> str:
    if after == before:
        return "Cover stays as it is."
    more, word = (after - before, "less") if after > before else (before - after, "more")
    return f"{more} agent-minute{'' if more == 1 else 's'} of cover {word}."


def touched_by(*spans: SegmentSpan) -> Times:
    """The times of `spans`."""
    return [(span.starts_at, span.ends_at) for span in spans]
