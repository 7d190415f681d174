"""Layers of a policy laid over each other: the defaults, the packs of jurisdictions, the site's own file.

Between packs, and between a pack and the defaults, the stricter value of a key holds, so that naming a pack never
loosens anything. The site's file has the last word wherever no pack speaks; where one does, it may only be stricter.
Every value keeps where it comes from.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from roster.policy_directions import MODES, ORDERED, has_direction, is_mode, strictness

SOURCES = "sources"


class LayerError(ValueError):
    """Layers that can't be laid over each other; one line per fault, naming the layers, the key and the values."""


@dataclass(frozen=True)
class Layer:
    """One file of values by dotted key; `name` is what people call it: `default`, `pack eu`, the site file's path."""

    name: str
    values: dict[str, Any]


@dataclass
class Composed:
    """Values by dotted key, and for each the names of the layers that it comes from."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def put(self, key: str, value: Any, *origins: str) -> None:
        """Set one value."""
        self.values[key], self.origins[key] = value, origins


def compose(defaults: Layer, packs: Sequence[Layer], site: Layer | None = None) -> Composed:
    """All layers as one; raises `LayerError` with every conflict there is."""
    composed = Composed()
    for key, value in defaults.values.items():
        composed.put(key, value, defaults.name)
    faults: list[str] = []
    for key in sorted({key for pack in packs for key in pack.values if not _is_source(key)}):
        faults += _settle(composed, key, defaults, packs)
    if site is not None:
        faults += _misshapen(composed, site)
        for key, value in site.values.items():
            if not _is_source(key):
                faults += _laxer(key, value, packs, site)
            composed.put(key, value, site.name)
    _cite(composed, defaults, packs, site)
    faults += _crossed(composed)
    if faults:
        raise LayerError("\n".join(faults))
    return composed


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of nested tables by its dotted key."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `flat`; the keys of the table of sources are dotted themselves."""
    whole: dict[str, Any] = {}
    for key, value in values.items():
        *tables, last = key.split(".", 1) if key.startswith(f"{SOURCES}.") else key.split(".")
        table = whole
        for name in tables:
            table = table.setdefault(name, {})
        table[last] = value
    return whole


def _is_source(key: str) -> bool:
    return key.startswith(f"{SOURCES}.") or (key.startswith("rules.") and key.endswith(".source"))


def _settle(composed: Composed, key: str, defaults: Layer, packs: Sequence[Layer]) -> Iterator[str]:
    """What the packs that speak of `key` make of it."""
    asked = [(pack.name, pack.values[key]) for pack in packs if key in pack.values]
    if has_direction(key):
        if key in defaults.values and _counts(key, defaults):
            asked.append((defaults.name, defaults.values[key]))
        best = max((value for _, value in asked), key=lambda value: strictness(key, value))
    else:
        best = asked[0][1]
        for name, value in asked[1:]:
            if value != best:
                yield (
                    f"{key}: {asked[0][0]} sets {best!r} and {name} sets {value!r}, and neither is the stricter:"
                    " they can't both hold"
                )
    holders = [name for name, value in asked if value == best]
    # Where a pack asks for just what the default says, it is the pack's: the law is the better reason.
    composed.put(key, best, *([name for name in holders if name != defaults.name] or holders))


def _counts(key: str, defaults: Layer) -> bool:
    """Whether a default says anything: the numbers of a rule that is off don't."""
    table, name, *_ = [*key.split("."), ""]
    return table != "rules" or defaults.values.get(f"rules.{name}.mode") != "off"


def _misshapen(composed: Composed, site: Layer) -> list[str]:
    """Keys of the site that are a value where a table belongs, or the other way round; they are left out."""
    tables = {SOURCES, *(above for key in composed.values for above in _tables_of(key))}
    faults = []
    for key in list(site.values):
        above = next((table for table in _tables_of(key) if table in composed.values), "")
        if key in tables:
            faults.append(f"{site.name}: {key}: expected a table (found {site.values[key]!r})")
        elif above:
            faults.append(f"{site.name}: {above}: expected a value such as {composed.values[above]!r} (found a table)")
        else:
            continue
        del site.values[key]
    return faults


def _tables_of(key: str) -> list[str]:
    """The tables that `key` lies in: `rules.daily_rest` and `rules` for `rules.daily_rest.minutes`."""
    return [key[:place] for place, mark in enumerate(key) if mark == "."]


def _laxer(key: str, value: Any, packs: Sequence[Layer], site: Layer) -> Iterator[str]:
    """Where the site asks for less than a pack does, or for something else that can't be compared."""
    for pack in packs:
        if key not in pack.values or value == pack.values[key]:
            continue
        asked = pack.values[key]
        if not has_direction(key):
            yield f"{site.name}: {key}: {value!r} is not what {pack.name} sets, {asked!r}, and neither is the stricter"
        elif _comparable(key, value) and strictness(key, value) < strictness(key, asked):
            yield f"{site.name}: {key}: {value!r} is laxer than {asked!r}, which {pack.name} asks for"


def _comparable(key: str, value: Any) -> bool:
    """Whether a site's value is of the kind that belongs there; what is not is told when the whole is validated."""
    return value in MODES if is_mode(key) else isinstance(value, int | float) and not isinstance(value, bool)


def _cite(composed: Composed, defaults: Layer, packs: Sequence[Layer], site: Layer | None) -> None:
    """Give each rule, and each break or night setting, the sources of the layers whose values hold.

    A source that the site gives stands for the defaults' too. What a breach costs is nobody's law.
    """
    holders: dict[str, set[str]] = {}
    for key, origins in composed.origins.items():
        if _is_source(key) or key.endswith("weight") or (is_mode(key) and _has_numbers(composed, key)):
            continue
        cited = f"rules.{key.split('.')[1]}.source" if key.startswith("rules.") else f"{SOURCES}.{key}"
        holders.setdefault(cited, set()).update(origins)
    for cited, names in holders.items():
        own = None if site is None else site.values.get(cited)
        texts = [] if own is not None else [(defaults.name, defaults.values.get(cited))]
        texts += [(pack.name, pack.values.get(cited)) for pack in packs]
        told = [(name, text) for name, text in texts if name in names and text is not None]
        if site is not None and own is not None:
            told.append((site.name, own))
        if len(told) == 1:
            composed.put(cited, told[0][1], told[0][0])
        elif told:
            composed.put(cited, "; ".join(f"{name}: {text}" for name, text in told), *(name for name, _ in told))


def _has_numbers(composed: Composed, mode: str) -> bool:
    """Whether the rule of this mode has more to say: then its source is that of its numbers."""
    rule = mode.removesuffix("mode")
    return any(key.startswith(rule) and key != mode and not _is_source(key) for key in composed.values)


def _crossed(composed: Composed) -> Iterator[str]:
    """Pairs of keys of which one is a least and the other a most, and which have passed each other."""
    for low, high in ORDERED:
        least, most = composed.values.get(low), composed.values.get(high)
        if not (_comparable(low, least) and _comparable(high, most)) or not (
            _on(composed, low) and _on(composed, high)
        ):
            continue
        if least > most:  # type: ignore[operator]  # both are numbers: `_comparable` said so
            yield (
                f"{low} is {least} by {_names(composed, low)} and {high} is {most} by {_names(composed, high)}:"
                f" they can't both hold"
            )


def _on(composed: Composed, key: str) -> bool:
    return not key.startswith("rules.") or composed.values.get(f"rules.{key.split('.')[1]}.mode") != "off"


def _names(composed: Composed, key: str) -> str:
    return " and ".join(composed.origins[key])
