"""`Idempotency-Key`: a retry gets the very reply of the first request, kept in the transaction that did the work."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from pydantic import BaseModel
from sqlalchemy import Connection

from api.errors import Invalid
from api.services.floor.lookups import Kept
from api.services.floor.tables import IDEMPOTENT_REPLY
from roster.store.bulk import insert_rows

MAX_KEY_LENGTH = 200


def stored_key(actor: str, operation: str, key: str) -> str:
    """The key as kept: of one caller and one operation, so that two callers never meet in one key.

    Raises
    ------
    Invalid: `key` is empty or longer than 200 characters.
    """
    if not 1 <= len(key) <= MAX_KEY_LENGTH:
        raise Invalid(f"Idempotency-Key of {len(key)} characters: expected 1 to {MAX_KEY_LENGTH}")
    return hashlib.sha256("\n".join((actor, operation, key)).encode()).hexdigest()


def request_hash(body: BaseModel) -> str:
    """A digest of what was asked, the same for the same values."""
    text = json.dumps(body.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def require_same(kept: Kept, key: str, body: BaseModel) -> None:
    """Refuse `key` where it came before with another body."""
    if kept.request_hash != request_hash(body):
        raise Invalid(f"Idempotency-Key {key!r} came before with another body: expected the same body or a new key")


def keep_replies(connection: Connection, kept: Mapping[str, Kept], now: datetime) -> None:
    """Keep the replies, by stored key, for retries."""
    insert_rows(
        connection,
        IDEMPOTENT_REPLY,
        [
            {
                "key": key,
                "request_hash": reply.request_hash,
                "status_code": reply.status_code,
                "body": reply.body,
                "created_at": now,
            }
            for key, reply in kept.items()
        ],
    )
