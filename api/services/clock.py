"""What the pages say of the clock when it is not the real one."""

from sqlmodel import col, select

from api.context import Context
from roster.clock import zone
from roster.people import Team
from roster.store.engine import reading


def demo_clock(context: Context) -> str | None:
    """The day and time a demo lives in, as people of the first team read it; nothing on the real clock."""
    if not context.settings.clock_offset_seconds:
        return None
    with reading(context.engine) as session:
        name = session.exec(select(Team.zone).order_by(col(Team.id)).limit(1)).first() or "UTC"
    return f"{context.now().astimezone(zone(name)):%A %d %B %Y, %H:%M} ({name})"
