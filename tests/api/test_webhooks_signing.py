"""Signatures: the published vector, several keys, tolerance, and everything that must be refused."""

import base64
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.services.webhooks import signing
from api.services.webhooks.signing import SignatureError, key_bytes, new_key, signature, signed_headers, verify

# The vector of the Standard Webhooks libraries' own tests (libraries/*/…: "sign function works").
KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SECONDS = 1614265330
BODY = b'{"test": 2432232314}'
RIGHT = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
NOW = datetime.fromtimestamp(SECONDS, UTC)
HEADERS = {"webhook-id": ID, "webhook-timestamp": str(SECONDS), "webhook-signature": RIGHT}


def test_signs_and_verifies_the_published_vector() -> None:
    assert signature(KEY, ID, SECONDS, BODY) == RIGHT
    assert signed_headers([KEY], ID, NOW, BODY) == HEADERS
    verify([KEY], HEADERS, BODY, NOW)


def test_headers_are_found_in_any_case() -> None:
    verify([KEY], {name.title(): value for name, value in HEADERS.items()}, BODY, NOW)


def test_while_a_key_is_replaced_either_side_may_have_the_old_one() -> None:
    new = new_key()
    both = signed_headers([new, KEY], ID, NOW, BODY)
    assert both["webhook-signature"].split(" ")[1] == RIGHT
    for known in ([KEY], [new], [new_key(), new]):
        verify(known, both, BODY, NOW)
    with pytest.raises(SignatureError, match="none of the 2"):
        verify([new_key()], both, BODY, NOW)


def test_signatures_of_other_versions_are_passed_over() -> None:
    verify([KEY], {**HEADERS, "webhook-signature": f"v1a,abc {RIGHT} v2,x"}, BODY, NOW)
    with pytest.raises(SignatureError, match="none of the 0"):
        verify([KEY], {**HEADERS, "webhook-signature": RIGHT.replace("v1,", "v2,")}, BODY, NOW)


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({"webhook-id": ID + "x"}, BODY),
        ({"webhook-timestamp": str(SECONDS + 1)}, BODY),
        ({"webhook-signature": RIGHT[:-2] + "A="}, BODY),
        ({}, BODY + b" "),
        ({}, b""),
    ],
)
def test_any_change_breaks_the_signature(changed: dict[str, str], body: bytes) -> None:
    with pytest.raises(SignatureError, match="is right"):
        verify([KEY], {**HEADERS, **changed}, body, NOW)


def test_five_minutes_either_way_and_no_more() -> None:
    for seconds in (-300, 300):
        verify([KEY], HEADERS, BODY, NOW + timedelta(seconds=seconds))
    with pytest.raises(SignatureError, match=f"{SECONDS} is 301 s old: expected at most 300 s"):
        verify([KEY], HEADERS, BODY, NOW + timedelta(seconds=301))
    with pytest.raises(SignatureError, match="301 s ahead"):
        verify([KEY], HEADERS, BODY, NOW - timedelta(seconds=301))


@pytest.mark.parametrize("bad", ["now", "-5", "1e9", "1614265330.5", "９９", "1" * 13, " "])
def test_timestamp_that_is_none_is_quoted(bad: str) -> None:
    with pytest.raises(SignatureError, match="expected seconds since 1970"):
        verify([KEY], {**HEADERS, "webhook-timestamp": bad}, BODY, NOW)


def test_every_missing_header_is_named() -> None:
    with pytest.raises(SignatureError, match="no webhook-id and no webhook-signature"):
        verify([KEY], {"webhook-timestamp": str(SECONDS)}, BODY, NOW)


def test_new_keys_are_256_bits_and_never_the_same() -> None:
    keys = {new_key() for _ in range(50)}
    assert len(keys) == 50
    assert {len(key_bytes(key)) for key in keys} == {32}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (KEY.removeprefix("whsec_"), "does not begin with whsec_"),
        ("whsec_!!!!", "not base64"),
        ("whsec_" + base64.b64encode(bytes(23)).decode(), "23 bytes: expected 24 to 64"),
        ("whsec_" + base64.b64encode(bytes(65)).decode(), "65 bytes: expected 24 to 64"),
    ],
)
def test_key_that_is_none_is_refused_and_never_quoted(key: str, words: str) -> None:
    with pytest.raises(SignatureError, match=words) as caught:
        key_bytes(key)
    assert key not in str(caught.value)


def test_full_stop_in_an_id_would_let_one_message_pass_for_another() -> None:
    with pytest.raises(SignatureError, match="full stop"):
        signature(KEY, "a.b", SECONDS, BODY)


def test_documented_receiver_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    [snippet] = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    found: dict[str, Any] = {}
    exec(snippet, found)
    monkeypatch.setattr(found["time"], "time", lambda: float(SECONDS))
    both = signed_headers([new_key(), KEY], ID, NOW, BODY)
    assert found["is_from_breather"](KEY, both, BODY)
    assert not found["is_from_breather"](KEY, both, BODY + b" ")
    stale = signed_headers([KEY], ID, NOW - signing.TOLERANCE - timedelta(seconds=1), BODY)
    assert not found["is_from_breather"](KEY, stale, BODY)
