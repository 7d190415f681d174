"""Why a problem has no roster."""

from optimizer.shifts.variables import Grid


def conflicts_of(grid: Grid) -> tuple[str, ...]:
    """One sentence per requirement to relax; empty where every person has a valid row."""
    return ()
