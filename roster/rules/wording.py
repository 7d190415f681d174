"""How findings name people, days and durations, so that every rule speaks alike."""

from datetime import datetime

from roster.problem import PlannedAgent, Problem


def person(agent: PlannedAgent) -> str:
    """The agent's name, or the id where there is none."""
    return agent.name or agent.id


def shift_name(problem: Problem, shift: str) -> str:
    """The shift's name, or its id where there is none."""
    return problem.shift_of[shift].name or shift


def day_text(problem: Problem, day: int) -> str:
    """`Tuesday 1 December`."""
    date = problem.date_of(day)
    return f"{date:%A} {date.day} {date:%B}"


def week_text(problem: Problem, first_day: int, days: int) -> str:
    """`the week of 7 December`, or `the 3 days from 7 December` for a part week."""
    date = problem.date_of(first_day)
    return f"the week of {date.day} {date:%B}" if days == 7 else f"the {days} days from {date.day} {date:%B}"


def duration(minutes: int) -> str:
    """`36 h`, `7 h 30 min`, `45 min`."""
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return f"{hours} h {rest} min"
    return f"{hours} h" if hours else f"{rest} min"


def people_text(count: int) -> str:
    """`nobody`, `1 person`, `3 people`."""
    return "nobody" if count == 0 else f"{count} person" if count == 1 else f"{count} people"


def elapsed_minutes(begin: datetime, end: datetime) -> int:
    """Whole minutes from `begin` to `end`, real time."""
    return int((end - begin).total_seconds() // 60)


def count(number: int, thing: str) -> str:
    """`1 day`, `3 days`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
