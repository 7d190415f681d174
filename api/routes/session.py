"""`GET /session`: who the caller is, so that software and open pages can tell whether they are still signed in."""

from fastapi import APIRouter
from pydantic import BaseModel

from api.deps import CallerDep
from roster.accounts import Role

router = APIRouter(tags=["session"])


class SessionView(BaseModel):
    """The caller as they know themselves."""

    name: str
    display_name: str
    role: Role


@router.get("/session")
async def who_am_i(caller: CallerDep) -> SessionView:
    """Name and role of whoever the cookie or the token stands for."""
    return SessionView(name=caller.name, display_name=caller.display_name, role=caller.role)
