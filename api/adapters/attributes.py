"""How a contact arrives, from the flat attributes or labels that a site puts on its vendor's tasks.

Only keys that begin with `breather_` are read, each of a closed vocabulary; everything else is the site's own and
never looked at, stored or quoted.
"""

from collections.abc import Mapping
from typing import Any, TypeGuard

from pydantic import ValidationError

from api.errors import Invalid
from roster.contacts import EntryConditions, OutcomeMarker

PREFIX = "breather_"
LONGEST = 64
ENTRY_KEYS = ("arrival_state", "parties", "history", "stakes", "resolvability")
OWNER = f"{PREFIX}owner"
QUEUE = f"{PREFIX}queue"
AGENT = f"{PREFIX}agent"
OUTCOMES = f"{PREFIX}outcomes"
LIFE_AT_RISK = f"{PREFIX}life_at_risk"


def is_name(value: Any, longest: int = LONGEST) -> TypeGuard[str]:
    """Whether `value` is a text that may name something: of 1 to `longest` characters, NUL not among them."""
    return isinstance(value, str) and 1 <= len(value) <= longest and "\0" not in value


def text(attributes: Mapping[str, Any], key: str) -> str | None:
    """The text under `key`, if there is any; raises `Invalid` for what is no text."""
    value = attributes.get(key)
    if value is not None and not is_name(value):
        raise Invalid(f"{key}: expected a text of 1 to {LONGEST} characters, NUL not among them")
    return value


def entry_of(attributes: Mapping[str, Any]) -> EntryConditions:
    """The entry conditions among `attributes`; raises `Invalid` naming each that is not of its vocabulary."""
    values = {key: attributes[PREFIX + key] for key in ENTRY_KEYS if attributes.get(PREFIX + key) is not None}
    if "stakes" in values:
        values["stakes"] = _listed(values["stakes"])
    try:
        return EntryConditions.model_validate(values)
    except ValidationError as error:
        raise Invalid(
            "; ".join(
                f"{PREFIX}{'.'.join(str(part) for part in fault['loc'])}={str(fault['input'])[:40]!r}: {fault['msg']}"
                for fault in error.errors()
            )
        ) from error


def life_at_risk(attributes: Mapping[str, Any]) -> bool:
    """Whether the attributes say that a life is at risk; raises `Invalid` for what is neither yes nor no."""
    value = attributes.get(LIFE_AT_RISK)
    if value is not None and not isinstance(value, bool) and value not in ("true", "false"):
        raise Invalid(f"{LIFE_AT_RISK}: expected true or false")
    return value is True or value == "true"


def outcomes_of(attributes: Mapping[str, Any]) -> list[OutcomeMarker]:
    """What happened in the contact, as far as the site's own software says so."""
    found = []
    for name in _listed(attributes.get(OUTCOMES) or []):
        try:
            found.append(OutcomeMarker(name))
        except ValueError as error:
            known = ", ".join(OutcomeMarker)
            raise Invalid(f"{OUTCOMES}={str(name)[:40]!r}: expected some of {known}") from error
    return found


def _listed(value: Any) -> list[Any]:
    """A list, or the parts of a text with commas between: labels of some vendors hold no lists."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value if isinstance(value, list) else [value]
