"""Signatures by Standard Webhooks 1.0: made with every key in force, checked in constant time.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from roster.clock import require_utc

KEY_PREFIX = "whsec_"
KEY_BYTES = 32
FEWEST_KEY_BYTES, MOST_KEY_BYTES = 24, 64
"""192 to 512 bits, as the specification has it."""
VERSION = "v1"
TOLERANCE = timedelta(minutes=5)
TIMESTAMP = re.compile(r"[0-9]{1,12}")

ID_HEADER = "webhook-id"
TIMESTAMP_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"


class SignatureError(ValueError):
    """A key that is none, or a request that its sender did not sign as claimed; the message says what is wrong."""


def new_key() -> str:
    """A random signing key of 256 bits: `whsec_` and base64."""
    return KEY_PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def key_bytes(key: str) -> bytes:
    """What `key` stands for; the message of a `SignatureError` never quotes it."""
    if not key.startswith(KEY_PREFIX):
        raise SignatureError(f"the key does not begin with {KEY_PREFIX}")
    try:
        raw = base64.b64decode(key.removeprefix(KEY_PREFIX), validate=True)
    except binascii.Error as error:
        raise SignatureError(f"the key is not base64 after {KEY_PREFIX}") from error
    if not FEWEST_KEY_BYTES <= len(raw) <= MOST_KEY_BYTES:
        raise SignatureError(f"a key of {len(raw)} bytes: expected {FEWEST_KEY_BYTES} to {MOST_KEY_BYTES}")
    return raw


def signature(key: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over `message_id.timestamp.body`; `timestamp` in seconds since 1970."""
    if "." in message_id:
        raise SignatureError(f"message id {message_id!r}: expected no full stop in it")
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_bytes(key), signed, hashlib.sha256).digest()
    return f"{VERSION},{base64.b64encode(digest).decode()}"


def signed_headers(keys: Iterable[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of one attempt at `at`, with a signature by each of `keys`."""
    timestamp = int(require_utc(at).timestamp())
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: " ".join(signature(key, message_id, timestamp, body) for key in keys),
    }


def verify(
    keys: Iterable[str], headers: Mapping[str, str], body: bytes, now: datetime, *, tolerance: timedelta = TOLERANCE
) -> None:
    """Check what came with `body`: signed by one of `keys`, less than `tolerance` from `now`.

    Parameters
    ----------
    headers : names in any case; only the three of the specification are read.
    body : the bytes as they arrived, before any parsing.

    Raises
    ------
    SignatureError: a header is missing, the timestamp is too old, too new or none, or no signature is right.
    """
    sent = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in (ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER) if not sent.get(name)]
    if missing:
        raise SignatureError(f"no {' and no '.join(missing)}")
    written = sent[TIMESTAMP_HEADER]
    if not TIMESTAMP.fullmatch(written):
        raise SignatureError(f"{TIMESTAMP_HEADER} {written[:40]!r}: expected seconds since 1970")
    away = require_utc(now).timestamp() - int(written)
    if abs(away) > tolerance.total_seconds():
        raise SignatureError(
            f"{TIMESTAMP_HEADER} {written} is {abs(away):.0f} s {'old' if away > 0 else 'ahead'}:"
            f" expected at most {tolerance.total_seconds():.0f} s"
        )
    offered = [one for one in sent[SIGNATURE_HEADER].split(" ") if one.startswith(f"{VERSION},")]
    expected = [signature(key, sent[ID_HEADER], int(written), body) for key in keys]
    # Every pair is compared, so that the time taken tells nothing about which was right.
    right = [hmac.compare_digest(one.encode(), other.encode()) for one in offered for other in expected]
    if not any(right):
        raise SignatureError(f"none of the {len(offered)} {VERSION} signatures is right")
