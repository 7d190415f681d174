"""Compile what plans rosters, or fetch it from numba's cache: a planning run does so before its time limit begins."""

from datetime import date

import numpy as np

from optimizer.shifts.cover.table import CoverTable
from optimizer.shifts.grid import Grid
from optimizer.shifts.rows.blocks import row_by_blocks
from optimizer.shifts.rows.finder import RowFinder
from optimizer.shifts.rows.people import people_of
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.swift import SwiftRows
from roster.problem import PlannedAgent, Problem, ShiftLimit, ShiftOption
from roster.rules.parameters import Rules
from roster.rules.parameters.base import FlexibleParameters, RuleParameters

WEEK = 7


def warm() -> None:
    """Ask for one person's best row, in whole, in part and block by block: every compiled function is called."""
    shift = ShiftOption(id="shift", start_minute=480, minutes=480, paid_minutes=480)
    agent = PlannedAgent(id="agent", shift_limits=(ShiftLimit(shift="shift", most=3),))
    rules = Rules(
        one_shift_a_day=RuleParameters(), contract_minutes=RuleParameters(), shift_counts=FlexibleParameters()
    )
    grid = Grid(Problem(zone="UTC", start=date(2026, 1, 5), days=WEEK, shifts=(shift,), agents=(agent,), rules=rules))
    people = people_of(grid)
    finder = RowFinder(grid, people)
    found = finder.best(people[0], np.full(len(grid.options), -1.0))
    if found is None or len(found[1]) != 3:
        raise RuntimeError(f"the compiled row finder is wrong: 3 shifts were to be found, it found {found}")
    finder.near_best(people[0], np.zeros(len(grid.options)), 0.0, 100)
    finder.window(people[0], found[1], range(WEEK - 2))
    row_by_blocks(people[0], people[0].charges)
    cover = CoverTable(grid)
    gaps = cover.gaps(cover.given)
    cover.heads([0])
    cover.change_gaps(gaps, 0, np.zeros(cover.size))
    cover.price_of_one(gaps, 0)
    crew = Crew(grid, people, finder, cover)
    crew.put(people[0], found[1])
    crew.cost()
    SwiftRows(crew, 0).sweep(1.0)
