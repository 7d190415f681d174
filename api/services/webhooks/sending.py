"""One attempt over HTTP: to a checked address, within a time limit, no redirect followed, no answer kept."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx2

from api.services.webhooks.addresses import SCHEMES, AddressRefused, Network, resolved

TOTAL_SECONDS = 15.0
"""The least that Standard Webhooks 1.0 recommends for a receiver's answer."""
CONNECT_SECONDS = 5.0
MOST_ADDRESSES = 3
LONGEST_RETRY_AFTER_SECONDS = 3600
LONGEST_ERROR = 200
USER_AGENT = "Breather-Webhooks/1"


@dataclass(frozen=True)
class Sendable:
    """What one attempt sends."""

    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Outcome:
    """What became of an attempt: the HTTP status, or none and an error in words; when the receiver wants the next."""

    status: int | None
    error: str | None = None
    retry_after_seconds: int | None = None

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver wants nothing more, ever."""
        return self.status == HTTPStatus.GONE

    @property
    def refused(self) -> bool:
        """Whether the receiver is well and turned this one delivery down: later ones need not wait for it."""
        return self.status in (
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.CONFLICT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        )


Send = Callable[[Sendable], Awaitable[Outcome]]
"""One attempt. What goes wrong on the way is an outcome; nothing is raised for it."""


@asynccontextmanager
async def sender(
    networks: Sequence[Network],
    *,
    transport: httpx2.AsyncBaseTransport | None = None,
    total_seconds: float = TOTAL_SECONDS,
) -> AsyncIterator[Send]:
    """What sends, while the block lasts; the settings' `networks` may be sent to besides the public internet.

    `transport` and `total_seconds` are for tests. A proxy named in the environment is not used: the address is
    checked here, and a proxy would look the name up again. No connection is kept for another request: the next
    host at the same address may be somebody else.
    """
    async with httpx2.AsyncClient(
        transport=transport,
        timeout=httpx2.Timeout(total_seconds, connect=CONNECT_SECONDS),
        limits=httpx2.Limits(max_keepalive_connections=0),
        follow_redirects=False,
        trust_env=False,
    ) as client:

        async def send(sendable: Sendable) -> Outcome:
            try:
                async with asyncio.timeout(total_seconds):
                    return await _post(client, sendable, networks)
            except AddressRefused as error:
                return _failed(str(error))
            except TimeoutError:
                return _failed(f"no answer within {total_seconds:g} s")
            except (httpx2.HTTPError, httpx2.InvalidURL) as error:
                return _failed(f"{type(error).__name__}: {error}")

        yield send


async def _post(client: httpx2.AsyncClient, sendable: Sendable, networks: Sequence[Network]) -> Outcome:
    parts = urlsplit(sendable.url)
    host, port = parts.hostname or "", parts.port or SCHEMES[parts.scheme]
    addresses = await asyncio.to_thread(resolved, host, port, networks)
    headers = {**sendable.headers, "host": parts.netloc, "user-agent": USER_AGENT}
    for address in addresses[:MOST_ADDRESSES]:
        # By address, so that the name can't mean another one by now; the certificate is still checked by the name.
        url = httpx2.URL(sendable.url).copy_with(host=str(address))
        request = client.stream("POST", url, content=sendable.body, headers=headers, extensions={"sni_hostname": host})
        try:
            async with request as answer:
                # The body is not read: nothing in it is needed, and it may be anything of any size.
                return _answered(answer)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            if address == addresses[:MOST_ADDRESSES][-1]:
                raise
    raise AddressRefused(f"host {host[:200]!r} has no address")


def _answered(answer: httpx2.Response) -> Outcome:
    status = answer.status_code
    if 200 <= status < 300:
        return Outcome(status)
    words = f"answered {status}"
    if answer.is_redirect:
        words += ": redirects are not followed, give the final address"
    return Outcome(status, words, _seconds(answer.headers.get("retry-after", "")))


def _seconds(retry_after: str) -> int | None:
    """`Retry-After` in seconds, at most an hour; the form with a date is left to our own schedule."""
    if not (retry_after.isascii() and retry_after.isdigit()):
        return None
    return min(int(retry_after[:9]), LONGEST_RETRY_AFTER_SECONDS)


def _failed(words: str) -> Outcome:
    return Outcome(None, words[:LONGEST_ERROR])
