"""`Idempotency-Key`: a retry gets the very reply of the first request, kept in the transaction that did the work."""

import hashlib
import json
from datetime import datetime

from pydantic import BaseModel
from sqlmodel import Session

from api.errors import Invalid
from roster.accounts import IdempotentReply

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


def earlier_reply(session: Session, stored: str, key: str, body: BaseModel) -> IdempotentReply | None:
    """What was answered to this key before, if anything; raises `Invalid` where that was another request."""
    found = session.get(IdempotentReply, stored)
    if found is not None and found.request_hash != request_hash(body):
        raise Invalid(f"Idempotency-Key {key!r} came before with another body: expected the same body or a new key")
    return found


def keep_reply(
    session: Session, stored: str, body: BaseModel, reply: BaseModel, status_code: int, now: datetime
) -> None:
    """Keep `reply` for retries."""
    session.add(
        IdempotentReply(
            key=stored,
            request_hash=request_hash(body),
            status_code=status_code,
            body=reply.model_dump_json(),
            created_at=now,
        )
    )
