"""Errors that callers see, as RFC 9457 problem documents. Services raise them; one handler renders them."""

from typing import Any


class ServiceError(Exception):
    """A request that can't be done. `detail` quotes the value and says what was expected."""

    status = 400
    title = "Bad request"

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class Invalid(ServiceError):
    """The values make no sense together, or name something unknown."""

    status = 422
    title = "Invalid value"


class NotFound(ServiceError):
    """What the address names is not there."""

    status = 404
    title = "Not found"


class Conflict(ServiceError):
    """The state it is in does not allow this."""

    status = 409
    title = "Conflict"


class Unauthenticated(ServiceError):
    """Nobody is signed in, or the token is not known."""

    status = 401
    title = "Sign-in needed"


class Forbidden(ServiceError):
    """Signed in, but not for this."""

    status = 403
    title = "Not allowed"


class TooMany(ServiceError):
    """Asked too often; the detail says when to try again."""

    status = 429
    title = "Too many attempts"

    def __init__(self, detail: str, *, retry_after_seconds: int) -> None:
        super().__init__(detail, retry_after_seconds=retry_after_seconds)
