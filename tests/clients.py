"""Signed-in test clients: what a browser or a router sends, over the application in process."""

from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.context import Context
from api.deps import CSRF_HEADER, SESSION_COOKIE
from api.services.access.accounts import make_session
from api.services.access.tokens import make_token


def signed_in(app: FastAPI, context: Context, username: str, *, csrf: bool = True) -> TestClient:
    """A browser signed in as `username`; sends its CSRF token with every request unless told not to."""
    made = make_session(context, username)
    client = TestClient(app, follow_redirects=False)
    client.cookies.set(SESSION_COOKIE, made.token)
    if csrf:
        client.headers[CSRF_HEADER] = made.caller.csrf_token
    return client


def with_token(app: FastAPI, context: Context, name: str = "router", *, role: str = "router") -> TestClient:
    """Software with a bearer token of its own."""
    made = make_token(context, name, role=role, actor="test")
    client = TestClient(app, follow_redirects=False)
    client.headers["Authorization"] = f"Bearer {made.secret}"
    return client
