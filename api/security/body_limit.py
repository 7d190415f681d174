"""Refuses request bodies larger than the setting, before they fill the memory."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import of_http_error


class BodyTooLarge(HTTPException):
    """A body past the limit; an HTTPException, because the framework's body parsers let those through as they are."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the request body is too large: expected at most {limit_bytes} bytes",
        )


class BodyLimit:
    """Refuses a Content-Length past `limit_bytes` unread, and stops reading at the limit where none was announced."""

    def __init__(self, app: ASGIApp, *, limit_bytes: int) -> None:
        self._app = app
        self._limit = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._limit:
            await of_http_error(BodyTooLarge(self._limit)).response()(scope, receive, send)
            return
        arrived = 0

        async def receiving() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self._limit:
                raise BodyTooLarge(self._limit)
            return message

        await self._app(scope, receiving, send)
