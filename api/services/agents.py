"""Who an agent's code belongs to."""

from sqlalchemy import select

from api.context import Context
from api.services.floor.tables import AGENT
from roster.store.engine import reading


def is_agent(context: Context, code: str, agent_id: int | None) -> bool:
    """Whether the agent called `code` is `agent_id`."""
    with reading(context.engine) as session:
        return (
            agent_id is not None
            and session.execute(select(AGENT.c.id).where(AGENT.c.code == code)).scalar() == agent_id
        )
