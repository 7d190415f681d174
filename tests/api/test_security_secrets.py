"""What is stored is never what was handed out."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from api.context import Context
from api.deps import SESSION_COOKIE
from api.errors import NotFound, Unauthenticated
from api.security import secrets
from api.services.access.accounts import create_user, make_session, set_active, set_password, sign_in
from api.services.access.tokens import make_link, make_token, use_link
from roster.accounts import ApiToken, SignInLink, User, UserSession
from roster.store.engine import reading, writing
from tests.factories import Centre

PASSWORD = "correct horse battery"


def test_passwords_are_argon2id_and_verified() -> None:
    stored = secrets.hash_password(PASSWORD)
    assert stored.startswith("$argon2id$")
    assert secrets.password_matches(stored, PASSWORD)
    assert not secrets.password_matches(stored, PASSWORD + "!")


def test_nothing_stored_matches_nothing() -> None:
    assert not secrets.password_matches("", "")
    assert not secrets.password_matches(None, PASSWORD)
    assert not secrets.password_matches("no hash at all", PASSWORD)
    assert not secrets.same("", "")


class Counting:
    """A password hasher that counts how often it verifies."""

    def __init__(self) -> None:
        self.verified = 0
        self._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        self.verified += 1
        return self._hasher.verify(stored, password)


@pytest.mark.parametrize("username", ["mara", "by-link", "nobody"])
def test_wrong_password_costs_one_verification_whoever_is_named(
    context: Context, monkeypatch: pytest.MonkeyPatch, username: str
) -> None:
    hasher = Counting()
    monkeypatch.setattr(secrets, "_hasher", hasher)
    secrets._unknown.cache_clear()
    create_user(context, username="mara", display_name="Mara", role="lead", password=PASSWORD, actor="test")
    create_user(context, username="by-link", display_name="Bo", role="lead", actor="test")
    with pytest.raises(Unauthenticated, match="user name or password is not right"):
        sign_in(context, username, "not the password", address="test")
    secrets._unknown.cache_clear()
    assert hasher.verified == 1


def test_closed_account_is_refused_like_a_wrong_password(context: Context) -> None:
    create_user(context, username="mara", display_name="Mara", role="lead", password=PASSWORD, actor="test")
    set_active(context, "mara", False, actor="test")
    with pytest.raises(Unauthenticated, match="user name or password is not right"):
        sign_in(context, "mara", PASSWORD, address="test")


def test_link_used_by_many_at_once_signs_in_one(any_context: Context) -> None:
    create_user(any_context, username="mara", display_name="Mara", role="lead", actor="test")
    secret = make_link(any_context, "mara")

    def attempt(_: int) -> bool:
        try:
            use_link(any_context, secret)
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1


def test_weak_hash_is_replaced_at_sign_in(context: Context) -> None:
    create_user(context, username="mara", display_name="Mara", role="lead", actor="test")
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with writing(context.engine) as session:
        user = session.exec(select(User)).one()
        user.password_hash = weak
        session.add(user)
    sign_in(context, "mara", PASSWORD, address="test")
    with reading(context.engine) as session:
        stored = session.exec(select(User)).one().password_hash
    assert stored != weak
    assert not secrets.needs_rehash(stored)
    assert secrets.password_matches(stored, PASSWORD)


def test_only_hashes_of_tokens_are_stored(context: Context, centre: Centre) -> None:
    cookie = make_session(context, "lead").token
    link = make_link(context, "lead")
    token = make_token(context, "phone", actor="test").secret
    with reading(context.engine) as session:
        rows = {
            session.exec(select(UserSession.token_hash)).one(): cookie,
            session.exec(select(SignInLink.token_hash)).one(): link,
            session.exec(select(ApiToken.token_hash)).one(): token,
        }
    for stored, secret in rows.items():
        assert secret not in stored
        assert stored == secrets.token_hash(secret)
    assert len({cookie, link, token}) == 3
    assert SESSION_COOKIE not in cookie


def test_new_password_ends_the_sessions(context: Context, centre: Centre) -> None:
    make_session(context, "lead")
    set_password(context, "lead", PASSWORD, actor="test")
    with reading(context.engine) as session:
        assert session.exec(select(UserSession)).all() == []
