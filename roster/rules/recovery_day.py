"""Recovery day: once days worked in a row have brought enough planned exposure, the next day is off."""

from collections.abc import Iterator

from roster.load.planned import exposure_of, skills_of
from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person

KEY = "recovery_day"


def check(rows: Rows) -> Iterator[Finding]:
    """Each day worked although the days in a row before it have brought the points; the past counts.

    Points are those of planned exposure, each shift's rounded to whole steps.
    """
    problem = rows.problem
    terms = problem.rules.recovery_day
    hard = terms.mode == "hard"
    exposure = exposure_of(problem)
    for agent in rows.rostered():
        skills = skills_of(agent)
        steps: dict[int, int] = {}
        for one in rows.with_past(agent):
            steps[one.day] = steps.get(one.day, 0) + terms.steps(exposure.points(skills, one.day, one.shift))
        so_far = 0
        for day in sorted(steps):
            so_far = so_far if day - 1 in steps else 0
            points = so_far * terms.step_points
            if points >= terms.severe_points and day >= 0:
                sentence = (
                    f"{person(agent)} works on {day_text(problem, day)} after days in a row with about {points} points"
                    f" of planned exposure: from {terms.severe_points} the next day is off."
                )
                yield Finding(KEY, sentence, hard, 0 if hard else terms.weight, agent.id, day)
            so_far += steps[day]
