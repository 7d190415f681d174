"""Passwords and random tokens: what is stored is never what was handed out."""

import hashlib
import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return _hasher.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`; takes as long when nothing is stored."""
    try:
        matches = _hasher.verify(stored or _unknown(), password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and bool(stored)


def needs_rehash(stored: str) -> bool:
    """Whether `stored` was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


@lru_cache(maxsize=1)
def _unknown() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def new_token(prefix: str = "") -> str:
    """A random secret of 256 bits, URL-safe."""
    return prefix + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """SHA-256 of a random token, hex. Enough without salt or stretching: the token can't be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in constant time; empty ones never are."""
    return bool(one) and secrets.compare_digest(one.encode(), other.encode())
