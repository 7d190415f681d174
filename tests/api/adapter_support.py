"""What the adapters' tests share: a context with secrets and ids, an application on it, the log of what was refused."""

from dataclasses import replace
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlmodel import col, select

from api.adapters.settings import Adapters
from api.app import create_api
from api.context import Context
from roster.contacts import Contact
from roster.events import Event
from roster.store.engine import reading

SECRET = "s3cret"
SECRETS = {
    "twilio_auth_token": SecretStr(SECRET),
    "rocketchat_token": SecretStr(SECRET),
    "azure_function_key": SecretStr(SECRET),
}


def with_adapters(context: Context, **tables: Any) -> Context:
    """`context` with every secret set, and `tables` as the adapters' file has them."""
    return replace(
        context,
        settings=context.settings.model_copy(update=SECRETS),
        adapters=Adapters.model_validate(tables),
    )


def client_of(context: Context) -> TestClient:
    """A client of the API alone, over `context`."""
    app: FastAPI = create_api(context)
    return TestClient(app, follow_redirects=False)


def refused(context: Context) -> list[dict[str, Any]]:
    """What the log says of refused requests, in order."""
    with reading(context.engine) as session:
        query = select(Event.data).where(Event.kind == "adapter.refused").order_by(col(Event.id))
        return list(session.exec(query).all())


def contacts(context: Context) -> list[Contact]:
    """Every contact, in order of arrival."""
    with reading(context.engine) as session:
        return list(session.exec(select(Contact).order_by(col(Contact.arrived_at), col(Contact.ref))).all())


def kinds(context: Context, subject: str) -> list[str]:
    """The kinds of the log's lines about `subject`, in order."""
    with reading(context.engine) as session:
        return list(session.exec(select(Event.kind).where(Event.subject == subject).order_by(col(Event.id))).all())
