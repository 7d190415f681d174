"""Compile what plans rosters and days ahead of time: `python -m optimizer.warm`, once per installation.

`make` does it at installation, and `breather serve` beside serving. Where it is compiled already it only looks.
"""

import sys

from optimizer.day import warm as day
from optimizer.shifts import warm as rosters


def warm() -> None:
    """Call every compiled function."""
    rosters.warm()
    day.warm()


if __name__ == "__main__":
    warm()
    sys.exit(0)
