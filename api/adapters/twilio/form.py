"""A callback's form: read, its signature checked, its fields and JSON attributes looked up.

The signature is base64 of HMAC-SHA1, keyed with the account's auth token, over the address that was called followed
by every field's name and value in order of name (twilio.com/docs/usage/security, "Validating requests").
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request

from api.adapters.received import body_of, refuse, secret_of
from api.context import Context
from api.deps import ContextDep
from api.errors import Invalid
from api.security.secrets import same

SIGNATURE_HEADER = "X-Twilio-Signature"
MOST_BYTES = 256_000
MOST_FIELDS = 200
LONGEST_ID = 100
TOLERANCE = timedelta(minutes=5)
DEFAULT_PORTS = {"https": 443, "http": 80}


def signature(url: str, fields: Iterable[tuple[str, str]], auth_token: str) -> str:
    """What Twilio sends for a form of `fields` (name and value) posted to `url`."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    # SHA-1 is what the vendor's signature is made of.
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def addresses(url: str) -> tuple[str, ...]:
    """The ways to write `url` that Twilio may have signed: with its port, and without where it is the usual one."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    usual = DEFAULT_PORTS.get(parts.scheme)
    port = parts.port or usual
    written = [parts._replace(netloc=f"{host}:{port}").geturl()]
    if port == usual:
        written.append(parts._replace(netloc=host).geturl())
    return tuple(written)


@dataclass(frozen=True)
class Form:
    """A callback whose signature was right."""

    fields: dict[str, str]

    def get(self, name: str) -> str:
        """The field's value, empty where it was not sent."""
        return self.fields.get(name, "")

    def sid(self, name: str) -> str:
        """An id that has to be there."""
        value = self.get(name)
        if not 1 <= len(value) <= LONGEST_ID or not value.isascii() or not value.isalnum():
            raise Invalid(f"{name}={value[:40]!r}: expected a SID, letters and digits")
        return value

    def attributes(self, name: str) -> dict[str, Any]:
        """A field's JSON object, empty where it was not sent. Never quoted: a site may keep names in it."""
        try:
            found = json.loads(self.get(name) or "{}")
        except (ValueError, RecursionError) as error:
            raise Invalid(f"{name}: expected a JSON object") from error
        if not isinstance(found, dict):
            raise Invalid(f"{name} is a JSON {type(found).__name__}: expected an object")
        return found

    def require_fresh(self, now: datetime) -> None:
        """Refuse a callback that says it was sent more than five minutes from `now`, either way."""
        sent = self.get("Timestamp")
        if not sent:
            return
        away = abs(now.timestamp() - _seconds(sent))
        if away > TOLERANCE.total_seconds():
            raise Invalid(f"Timestamp={sent}: {round(away)} s from now, expected at most {TOLERANCE.seconds} s")


def _seconds(sent: str) -> float:
    """`sent` as seconds since 1970: a number of them, ISO 8601, or as mail writes dates. The vendor uses all three."""
    if sent.isascii() and sent.isdigit() and len(sent) <= 11:
        return float(sent)
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(sent)
        except (ValueError, OverflowError):
            continue
        if found.tzinfo is not None:
            return found.timestamp()
    raise Invalid(f"Timestamp={sent[:40]!r}: expected seconds since 1970, or a date and time with its zone")


async def signed_form(request: Request, context: ContextDep) -> Form:
    """The request's form; refused where the signature or the account is not ours, or it is stale."""
    secret = secret_of(context.settings.twilio_auth_token, "BREATHER_TWILIO_AUTH_TOKEN")
    pairs = _read(await body_of(request, MOST_BYTES))
    sent = request.headers.get(SIGNATURE_HEADER, "")
    # Both are looked at, whichever is right, so that the time says nothing.
    matches = [same(sent, signature(address, pairs, secret)) for address in addresses(_called(request, context))]
    if not any(matches):
        refuse(
            request,
            context,
            f"{SIGNATURE_HEADER} does not fit this address and form: expected the account's auth token on both sides,"
            " and the address as Twilio calls it",
        )
    form = Form(dict(pairs))
    settings = context.adapters.twilio
    for name, ours in (("AccountSid", settings.account_sid), ("WorkspaceSid", settings.workspace_sid)):
        if ours and form.get(name) != ours:
            raise Invalid(f"{name}={form.get(name)[:40]!r}: expected {ours!r}")
    form.require_fresh(context.now())
    return form


FormDep = Annotated[Form, Depends(signed_form)]


def _called(request: Request, context: Context) -> str:
    public = context.adapters.twilio.public_url.rstrip("/")
    if not public:
        return str(request.url)
    return public + request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _read(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Invalid(f"the body is no form: expected at most {MOST_FIELDS} fields, URL-encoded") from error
