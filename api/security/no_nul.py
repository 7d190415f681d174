"""Refuses bodies with the character NUL (U+0000), which PostgreSQL can't hold: on both databases, before any work."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WRITTEN = {b"application/json": b"\\u0000", b"application/x-www-form-urlencoded": b"%00"}
"""How the character can stand in a body of each kind; as itself it is in neither of them."""

HOLDS_NUL = "the request holds the character NUL (U+0000): expected text without it"


class HoldsNul(HTTPException):
    """An HTTPException, because the framework's body parsers let those through as they are."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.UNPROCESSABLE_ENTITY, HOLDS_NUL)


class NoNul:
    """Refuses whoever reads such a body: inside the application, so that it is answered and logged like any other."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kind = dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0].strip().lower()
        written = WRITTEN.get(kind)
        end = b""

        async def receiving() -> Message:
            nonlocal end
            message = await receive()
            if written is not None and message["type"] == "http.request":
                # A chunk may end in the middle of it.
                read = end + message.get("body", b"").lower()
                if written in read:
                    raise HoldsNul
                end = read[1 - len(written) :]
            return message

        await self._app(scope, receiving, send)
