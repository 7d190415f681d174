"""What an agent alone sees of their appointments: call-backs to make, focus time, and groups if they want them."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session, col, select

from api.context import Context
from api.services.appointments.call_backs import own_call_backs
from api.services.appointments.focus import own_focus
from api.services.appointments.groups import GroupView, groups_of, wants_groups
from api.services.appointments.views import CallBackView, FocusView
from roster.appointments import AppointmentPerson, GroupInvitation, GroupStatus, KeptAppointment, ReflectiveGroup
from roster.store.engine import reading


class OwnAppointments(BaseModel):
    """For their owner alone. `groups` are open invitations and groups that they accepted."""

    model_config = ConfigDict(frozen=True)

    call_backs: tuple[CallBackView, ...]
    focus: tuple[FocusView, ...]
    groups: tuple[GroupView, ...]
    groups_enabled: bool
    wants_groups: bool


def own_appointments(context: Context, agent_id: int, now: datetime) -> OwnAppointments:
    """What is there for an agent at `now`."""
    terms = context.policy.group
    with reading(context.engine) as session:
        return OwnAppointments(
            call_backs=own_call_backs(session, agent_id, now),
            focus=own_focus(session, agent_id, now),
            groups=groups_of(session, agent_id, now, timedelta(minutes=terms.decide_minutes)),
            groups_enabled=terms.enabled,
            wants_groups=wants_groups(session, agent_id),
        )


def stored_about(session: Session, agent_id: int) -> dict[str, Any]:
    """All that is stored of an agent here, as plain JSON values, for them to take away."""
    appointments = session.exec(
        select(KeptAppointment)
        .join(AppointmentPerson, col(AppointmentPerson.appointment_id) == col(KeptAppointment.id))
        .where(AppointmentPerson.agent_id == agent_id)
        .order_by(col(KeptAppointment.created_at), col(KeptAppointment.id))
    ).all()
    groups = session.exec(
        select(GroupInvitation, ReflectiveGroup)
        .join(ReflectiveGroup, col(ReflectiveGroup.id) == col(GroupInvitation.group_id))
        .where(GroupInvitation.agent_id == agent_id)
        .order_by(col(ReflectiveGroup.starts_at))
    ).all()
    return {
        "appointments": [row.model_dump(mode="json", exclude={"team_id", "created_by"}) for row in appointments],
        "wants_groups": wants_groups(session, agent_id),
        "groups": [
            {
                "starts_at": group.starts_at.isoformat(),
                "ends_at": group.ends_at.isoformat(),
                "answer": invitation.answer.value,
                "took_place": group.status is GroupStatus.ON,
            }
            for invitation, group in groups
        ],
    }
