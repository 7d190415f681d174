"""Who is asking."""

from dataclasses import dataclass

from roster.accounts import Role


@dataclass(frozen=True)
class Caller:
    """A signed-in person or a token. `name` goes into the audit trail; `agent_id` is set for agents."""

    name: str
    role: Role
    user_id: int | None = None
    agent_id: int | None = None
    csrf_token: str = ""
    display_name: str = ""

    @property
    def is_lead(self) -> bool:
        """Whether this is a lead."""
        return self.role is Role.LEAD

    @property
    def is_agent(self) -> bool:
        """Whether this is an agent."""
        return self.role is Role.AGENT
