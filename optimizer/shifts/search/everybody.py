"""Everybody's whole row at once, by a dive that begins with what the bound has found.

Where columns are whole rows the bound's own solution is nearly a roster already: most people can be fixed without
making it dearer, and the few at the end are left to the neighbourhoods.
"""

from optimizer.shifts.columns.bounding import Bounding
from optimizer.shifts.columns.quick_bound import QuickBounding
from optimizer.shifts.progress import Progress
from optimizer.shifts.search.crew import Crew
from optimizer.shifts.search.dive import Dive
from optimizer.shifts.search.rows_anew import RowsAnew

NEAR = 0.02
"""Distance of the bound to its limit from which on its columns are worth diving on."""

COLUMNS_EACH = 20
REPRICE = 16


def dive_from(bounding: Bounding | QuickBounding, crew: Crew, progress: Progress) -> bool:
    """Plan everybody anew from what `bounding` has found; says whether the roster got better."""
    if isinstance(bounding, QuickBounding):
        return RowsAnew(crew, duals=bounding.duals, slopes=bounding.slopes).run(progress)
    if not bounding.whole_rows or bounding.distance > NEAR:
        return False
    days = range(crew.grid.problem.days)
    return Dive(crew, days, parts=bounding.promising(COLUMNS_EACH)).run(progress, reprice=REPRICE)
