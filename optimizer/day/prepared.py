"""A day ready to be arranged: what can go where, and the tables of its cover."""

from dataclasses import dataclass
from typing import Self

from optimizer.day.bookings import Booking, bookings_of
from optimizer.day.cover import Cover, build_cover
from optimizer.day.options import PersonOptions, Room, person_options
from roster.day_problem import DayProblem


@dataclass(frozen=True)
class Prepared:
    """A problem with everybody's breaks and the starts that these may have, its bookings, and its cover."""

    problem: DayProblem
    people: tuple[PersonOptions, ...]
    bookings: tuple[Booking, ...]
    cover: Cover

    @classmethod
    def of(cls, problem: DayProblem) -> Self:
        """Nothing placed yet."""
        people = tuple(person_options(problem, person) for person in problem.agents)
        cover = build_cover(problem)
        return cls(problem, people, bookings_of(problem, Room(people), cover), cover)

    @property
    def choices(self) -> int:
        """How many starts and places there are to choose from."""
        breaks = sum(len(one.starts) for options in self.people for one in options.breaks)
        return breaks + sum(len(booking.places) for booking in self.bookings)
