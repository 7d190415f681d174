"""The plots of a simulation's page: marks at round figures, the highest at or above every curve."""

import pytest

from web.evidence import Plot, _plot


def plotted(*values: float) -> Plot:
    """A plot of one curve."""
    return _plot("title", "across", "up", range(len(values)), {"breather": values})


@pytest.mark.parametrize(
    ("highest", "words"),
    [
        (8, ["0", "2", "4", "6", "8"]),
        (9, ["0", "2", "4", "6", "8", "10"]),
        (1, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        (0.55, ["0", "0.2", "0.4", "0.6"]),
        (41, ["0", "10", "20", "30", "40", "50"]),
        (0, ["0", "0.002"]),
    ],
)
def test_marks_are_round_and_the_curve_lies_below_the_highest(highest: float, words: list[str]) -> None:
    plot = plotted(0, highest)
    assert [tick.words for tick in plot.up_ticks] == words
    tops = [float(point.partition(",")[2]) for point in plot.lines[0].points.split()]
    assert min(tops) >= plot.up_ticks[-1].at
    assert max(tops) == plot.up_ticks[0].at
