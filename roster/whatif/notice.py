"""Which days people have been promised: a change there comes inside their notice period."""

from roster.problem import Problem


def last_day_inside(problem: Problem) -> int:
    """The last day (of the horizon's count) inside the notice period; negative where none is.

    Without a `today` every change comes early enough; with the rule off nobody was promised notice.
    """
    terms = problem.rules.notice
    if problem.today is None or terms.mode == "off":
        return -1
    return (problem.today - problem.start).days + terms.days - 1
