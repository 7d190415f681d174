"""Language tags: which are well-formed, how they are written, and who can talk with whom."""

import pytest

from roster.languages import can_talk, language_tag


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("nl", "nl"),
        ("PT-br", "pt-BR"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("sl-rozaj-biske", "sl-rozaj-biske"),
        ("zh-yue", "zh-yue"),
        ("de-CH-1996", "de-CH-1996"),
        ("bfi", "bfi"),
    ],
)
def test_a_tag_is_written_as_tags_are(text: str, tag: str) -> None:
    assert language_tag(text) == tag == language_tag(tag)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "n",
        "Dutch",
        "nl_NL",
        "nl-",
        "-nl",
        "en-GB-GB",
        "x-klingon",
        "und",
        "mul",
        "nl NL",
        "ñl",
        "en" + "-abcde" * 7,
    ],
)
def test_what_is_no_tag_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(ValueError, match="BCP 47") as refused:
        language_tag(text)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize(
    ("one", "other", "can"),
    [
        (["nl"], ["nl"], True),
        (["en-GB"], ["en-US"], True),
        (["nl", "tr"], ["fr", "tr"], True),
        (["nl"], ["nds"], False),
        (["nl"], ["tr"], False),
        ([], ["tr"], True),
        ([], [], True),
    ],
)
def test_two_can_talk_where_they_share_a_language_or_one_gave_none(one: list[str], other: list[str], can: bool) -> None:
    assert can_talk(one, other) == can_talk(other, one) == can
