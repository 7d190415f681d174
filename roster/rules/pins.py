"""Pins: what a person placed or cleared by hand stays so; another team's people work their pins and nothing else."""

from collections.abc import Iterator

from roster.problem import PlannedAgent
from roster.rules.finding import Finding
from roster.rules.rows import Rows
from roster.rules.wording import day_text, person, shift_name

KEY = "pins"


def check(rows: Rows) -> Iterator[Finding]:
    """Each pin not kept. With the rule off, only people marked `fixed` are judged: they are not ours to move."""
    for agent in rows.problem.agents:
        if agent.fixed or rows.problem.rules.pins.mode != "off":
            yield from _pins_not_kept(rows, agent)
        if agent.fixed:
            yield from _beyond_the_pins(rows, agent)


def _pins_not_kept(rows: Rows, agent: PlannedAgent) -> Iterator[Finding]:
    problem = rows.problem
    worked = rows.of(agent)
    for pin in agent.pins:
        there = [one.shift for one in worked if one.day == pin.day]
        if pin.shift is None and there:
            names = ", ".join(shift_name(problem, shift) for shift in there)
            sentence = f"{person(agent)} is pinned off on {day_text(problem, pin.day)}, but works {names}."
            yield Finding(KEY, sentence, hard=True, agent=agent.id, day=pin.day)
        elif pin.shift is not None and pin.shift not in there:
            sentence = (
                f"{person(agent)} is pinned to {shift_name(problem, pin.shift)} on"
                f" {day_text(problem, pin.day)}, but does not work it."
            )
            yield Finding(KEY, sentence, hard=True, agent=agent.id, day=pin.day)


def _beyond_the_pins(rows: Rows, agent: PlannedAgent) -> Iterator[Finding]:
    pinned = {(pin.day, pin.shift) for pin in agent.pins}
    for one in rows.of(agent):
        if (one.day, one.shift) not in pinned:
            sentence = (
                f"{person(agent)} is another team's: {shift_name(rows.problem, one.shift)} on"
                f" {day_text(rows.problem, one.day)} is not ours to give."
            )
            yield Finding(KEY, sentence, hard=True, agent=agent.id, day=one.day)
