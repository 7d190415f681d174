"""Where a form came from, for the requests that no session's CSRF token can guard: signing in."""

from urllib.parse import urlsplit

from fastapi import Request

from api.errors import Forbidden


def require_same_origin(request: Request) -> None:
    """Refuse a form that another site made the browser send.

    Every current browser names the site in Sec-Fetch-Site or Origin; a client that sends neither is no browser,
    and nobody can make it send a form against its will.
    """
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        ours = site in ("same-origin", "none")
    elif origin is not None:
        ours = urlsplit(origin).netloc == request.headers.get("Host", "")
    else:
        ours = True
    if not ours:
        raise Forbidden("this form was sent from another site: open the sign-in page here and try again")
