"""Refuses request bodies larger than the setting, before they fill the memory."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_DIGITS = 18
"""Of a length that is believed; a longer one is nonsense, and what arrives is counted."""


class BodyTooLarge(HTTPException):
    """A body past the limit; an HTTPException, because the framework's body parsers let those through as they are."""

    def __init__(self, limit_bytes: int, announced: int | None = None) -> None:
        size = "" if announced is None else f" of {announced} bytes"
        super().__init__(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the request body{size} is too large: expected at most {limit_bytes} bytes",
        )


class BodyLimit:
    """Refuses whoever begins to read a body past `limit_bytes`: unread where its length was announced.

    The refusal is raised inside the application, so that it is answered and logged like every other one.
    """

    def __init__(self, app: ASGIApp, *, limit_bytes: int) -> None:
        self._app = app
        self._limit = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = dict(scope["headers"]).get(b"content-length", b"0")
        announced = int(length) if length.isdigit() and len(length) <= MOST_DIGITS else 0
        arrived = 0

        async def receiving() -> Message:
            nonlocal arrived
            if announced > self._limit:
                raise BodyTooLarge(self._limit, announced)
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self._limit:
                raise BodyTooLarge(self._limit)
            return message

        await self._app(scope, receiving, send)
