"""What is stored is never what was handed out."""

from argon2 import PasswordHasher
from sqlmodel import select

from api.context import Context
from api.deps import SESSION_COOKIE
from api.security import secrets
from api.services.accounts import create_user, make_session, set_password, sign_in
from api.services.tokens import make_link, make_token
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


def test_unknown_user_costs_a_hash_too() -> None:
    # The stand-in hash is of today's parameters, so verifying it takes as long as verifying a real one.
    assert not secrets.needs_rehash(secrets._unknown())


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
