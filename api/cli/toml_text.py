"""Writes plain values as TOML: tables, strings, numbers, booleans and lists, which is all a policy has."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(values: Mapping[str, Any], notes: Mapping[str, str] | None = None) -> str:
    """`values` as a TOML document; `notes` by dotted key stand as comments behind their values."""
    return "\n".join(_lines(values, (), notes or {})).lstrip("\n") + "\n"


def value_text(value: Any) -> str:
    """One value; JSON's strings, numbers and booleans are TOML's too."""
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(value_text(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _lines(table: Mapping[str, Any], path: tuple[str, ...], notes: Mapping[str, str]) -> Iterator[str]:
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping)}
    if path and plain:
        yield ""
        yield f"[{'.'.join(_key(part) for part in path)}]"
    for key, value in plain.items():
        note = notes.get(".".join((*path, str(key))))
        yield f"{_key(key)} = {value_text(value)}" + (f"  # {note}" if note else "")
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _lines(value, (*path, str(key)), notes)


def _key(key: str) -> str:
    return str(key) if BARE_KEY.fullmatch(str(key)) else json.dumps(str(key), ensure_ascii=False)
