"""Colours can be read, in the light and in the dark (WCAG 2.2 AA: 4.5 for words, 3 for edges of controls)."""

import re

import pytest

from web.pages import STATIC

CSS = (STATIC / "css" / "base.css").read_text(encoding="utf-8")
COLOUR = re.compile(r"--([a-z-]+): #([0-9a-f]{6});")
TINTS = ("info", "warn", "error", "good", "work", "meal", "rest", "protected", "other")
GROUNDS = ("paper", "card", "sunken")
WORDS = [
    *((f"{tint}-ink", tint) for tint in TINTS),
    *((words, ground) for words in ("ink", "ink-soft", "accent") for ground in GROUNDS),
    ("accent-ink", "accent"),
    ("accent", "accent-soft"),
]
EDGES = [(edge, ground) for edge in ("line-strong", "focus") for ground in ("paper", "card")]


def palette(scheme: str) -> dict[str, str]:
    """Every colour variable, as the scheme has it."""
    light, _, rest = CSS.partition("@media (prefers-color-scheme: dark)")
    colours = dict(COLOUR.findall(light))
    if scheme == "dark":
        dark = dict(COLOUR.findall(rest.partition("*,")[0]))
        assert set(dark) == set(colours), "a colour without its dark side"
        return dark
    return colours


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("000000", "ffffff") == pytest.approx(21)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_can_be_read(scheme: str) -> None:
    colours = palette(scheme)
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in WORDS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_can_be_seen(scheme: str) -> None:
    colours = palette(scheme)
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in EDGES}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 3.0} == {}
