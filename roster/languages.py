"""Languages as BCP 47 tags: the form of a tag, and whether two people share one. No list of languages is kept here.

Well-formed after RFC 5646, section 2.1, without private use and grandfathered tags; written as its section 2.1.1 writes
them (`pt-BR`, `zh-Hant`). Two tags are one language where their first parts are equal: people who speak `en-GB` and
`en-US` can talk.
"""

import re
from collections.abc import Iterable

MOST = 10
"""Languages of one person."""
LONGEST = 35
"""Characters of a tag; RFC 5646, section 4.4.1, asks for room for so many."""
NO_LANGUAGE = frozenset({"mis", "mul", "und", "zxx"})
"""Codes of ISO 639-2 that name no language."""
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(?P<extended>(?:-[a-z]{3}){0,3})(?P<script>-[a-z]{4})?(?P<region>-(?:[a-z]{2}|\d{3}))?"
    r"(?P<variants>(?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*)",
    re.ASCII,
)


def language_tag(text: str) -> str:
    """`text` as a tag is written; raises `ValueError` where it is none."""
    match = _TAG.fullmatch(text.lower()) if len(text) <= LONGEST else None
    if match is None or match["language"] in NO_LANGUAGE:
        raise ValueError(f"{text!r} is no BCP 47 language tag such as en, pt-BR or zh-Hant")
    script, region = (match["script"] or "").title(), (match["region"] or "").upper()
    return match["language"] + match["extended"] + script + region + match["variants"]


def can_talk(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two people share a language; where one's are not known, it is taken that they do."""
    first, second = ({tag.partition("-")[0] for tag in tags} for tags in (one, other))
    return not first or not second or bool(first & second)
