"""What a change comes to, in sentences."""

from collections.abc import Mapping, Sequence

from roster.problem import Problem
from roster.rules.registry import RULES
from roster.rules.wording import day_text, person, shift_name
from roster.whatif.changes import Moved

HEADINGS = {rule.key: rule.heading for rule in RULES}


def cost_text(costs: Mapping[str, int]) -> str:
    """`cover costs 240 less and preferences 20 more`; `nothing costs more or less` where that is so."""
    words = [
        f"{HEADINGS[rule].lower()} {abs(cost):,} {'more' if cost > 0 else 'less'}"
        for rule, cost in costs.items()
        if cost
    ]
    if not words:
        return "nothing costs more or less"
    first, *others = words
    rule, _, amount = first.rpartition(" ")
    rule, _, number = rule.rpartition(" ")
    return joined([f"{rule} costs {number} {amount}", *others])


def move_text(problem: Problem, move: Moved) -> str:
    """`Ben works Early on Tuesday 1 December instead of Late`, or `... , a free day until now`."""
    who, when = person(problem.agent_of[move.agent]), day_text(problem, move.day)
    before, after = names(problem, move.before), names(problem, move.after)
    if not move.after:
        return f"{who} is free on {when} and no longer works {before}"
    if not move.before:
        return f"{who} works {after} on {when}, free until now"
    return f"{who} works {after} on {when} instead of {before}"


def moves_text(problem: Problem, moves: Sequence[Moved]) -> str:
    """All of them in one sentence, without its full stop."""
    return "; ".join(move_text(problem, move) for move in moves)


def names(problem: Problem, shifts: Sequence[str]) -> str:
    """The names of shifts."""
    return joined([shift_name(problem, shift) for shift in shifts])


def joined(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
