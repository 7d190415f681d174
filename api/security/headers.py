"""Security headers on every response, as pure ASGI so that streams pass through unbuffered."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

_ALWAYS = (
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    # Not "no-referrer": with it browsers send "Origin: null" on forms, which the sign-in check refuses.
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_SECURE = (("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),)

_FOR_SOFTWARE = (b"x-content-type-options", b"cache-control", b"strict-transport-security")


def security_headers(*, secure: bool) -> tuple[tuple[str, str], ...]:
    """The headers of every response; `secure` adds those that only make sense over HTTPS."""
    return (*_ALWAYS, *_SECURE) if secure else _ALWAYS


def headers_to_add(*, secure: bool) -> list[tuple[bytes, bytes]]:
    """The headers of every response as they are sent, with the one that forbids caching."""
    pairs = (*security_headers(secure=secure), ("Cache-Control", "no-store"))
    return [(name.lower().encode(), value.encode()) for name, value in pairs]


def headers_for_software(*, secure: bool) -> list[tuple[bytes, bytes]]:
    """What an answer to software needs of them: nothing in it is to be guessed at, run, framed or kept."""
    named = dict(headers_to_add(secure=secure))
    kept = [(name, value) for name, value in named.items() if name in _FOR_SOFTWARE]
    return [(b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"), *kept]


class SecurityHeaders:
    """Adds the headers, and forbids caching unless the response says how to cache it."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._headers = headers_to_add(secure=secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", ()))
                named = {name for name, _ in given}
                message["headers"] = given + [pair for pair in self._headers if pair[0] not in named]
            await send(message)

        await self._app(scope, receive, sending)
