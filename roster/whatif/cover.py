"""Cover of a roster, quarter by quarter, kept so that a change of some people costs only the quarters they work."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from roster.problem import Problem
from roster.rules.cover import (
    Matched,
    Required,
    Skills,
    findings_of_day,
    match,
    quarters_worked,
    required_in_order,
    skill_set,
)
from roster.rules.finding import Finding
from roster.rules.rows import Rows

Present = Mapping[Skills, int]


@dataclass(frozen=True, slots=True)
class CoverLedger:
    """Who is there, missing and spare in each quarter of the horizon, and the findings of each day."""

    required: Sequence[Required]
    present: Sequence[Present]
    matched: Sequence[Matched]
    findings: Sequence[tuple[Finding, ...]]

    @classmethod
    def of(cls, rows: Rows) -> "CoverLedger":
        """The cover of `rows`."""
        present: list[Counter[Skills]] = [Counter() for _ in range(sum(rows.problem.quarters))]
        for agent in rows.problem.agents:
            skills = skill_set(agent)
            for quarter in quarters_worked(rows, agent):
                present[quarter][skills] += 1
        required = required_in_order(rows.problem)
        matched = [matching(*pair) for pair in zip(present, required, strict=True)]
        return cls(
            required, present, matched, [_judged(rows.problem, day, matched) for day in range(rows.problem.days)]
        )

    def after(self, before: Rows, after: Rows, people: Collection[str]) -> "CoverLedger":
        """The cover once the rows of `people` are those of `after`; the requirement is the same."""
        moves: dict[int, Counter[Skills]] = {}
        for rows, sign in ((before, -1), (after, 1)):
            for code in people:
                agent = rows.problem.agent_of[code]
                skills = skill_set(agent)
                for quarter in quarters_worked(rows, agent):
                    moves.setdefault(quarter, Counter())[skills] += sign
        changed = {quarter: counts for quarter, counts in moves.items() if any(counts.values())}
        if not changed:
            return self
        present, matched, findings = list(self.present), list(self.matched), list(self.findings)
        for quarter, counts in changed.items():
            here = Counter(present[quarter])
            here.update(counts)
            present[quarter] = here
            matched[quarter] = matching(here, self.required[quarter])
        ends = list(accumulate(after.problem.quarters))
        for day in {bisect_right(ends, quarter) for quarter in changed}:
            findings[day] = _judged(after.problem, day, matched)
        return CoverLedger(self.required, present, matched, findings)

    def all_findings(self) -> Iterator[Finding]:
        """Every finding, day by day."""
        for day in self.findings:
            yield from day


def matching(present: Present, required: Required) -> Matched:
    """Who is missing and spare in one quarter."""
    # Nobody there and nothing there are the same; one key for both finds more that is known.
    return match(tuple(sorted((skills, count) for skills, count in present.items() if count)), required)


def _judged(problem: Problem, day: int, matched: Sequence[Matched]) -> tuple[Finding, ...]:
    if problem.rules.cover.mode == "off":
        return ()
    first = sum(problem.quarters[:day])
    return tuple(findings_of_day(problem, first, matched[first : first + problem.quarters[day]]))
