"""A centre with a planned day for tests of appointments, and software, a lead and agents that ask over the API."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select

from api.app import create_api
from api.context import Context
from api.services.days.planning import plan_day
from roster.appointments import AppointmentPerson, KeptAppointment
from roster.events import Event
from roster.people import Agent
from roster.shifts import Assignment, Requirement, Segment
from roster.store.engine import reading, writing
from tests.api.break_stage import OTHER, PLAIN, at, lay
from tests.api.day_stage import TODAY, publish
from tests.clients import signed_in, with_token
from tests.conftest import SetClock
from tests.factories import Centre, make_centre

__all__ = ["OTHER", "PLAIN", "TODAY", "TOMORROW", "Stage", "at", "lay", "publish", "staged"]

TOMORROW = TODAY + timedelta(days=1)


@dataclass
class Stage:
    """A context with its centre, its application, and who asks."""

    context: Context
    centre: Centre
    clock: SetClock
    app: FastAPI
    software: TestClient
    lead: TestClient

    def agent(self, code: str) -> TestClient:
        """A browser in which an agent is signed in."""
        return signed_in(self.app, self.context, code)

    def local(self, minutes: int) -> str:
        """That many minutes after today's local midnight, as JSON has it."""
        return at(minutes).isoformat().replace("+00:00", "Z")

    def call_back(self, owner: str = "a01", due: int = 14 * 60, **more: object) -> dict[str, object]:
        """What posting a call-back answers."""
        body = {"owner": owner, "due_at": self.local(due), **more}
        reply = self.software.post("/api/v1/call-backs", json=body)
        assert reply.status_code == 201, reply.text
        found: dict[str, object] = reply.json()
        return found

    def day(self, code: str) -> list[tuple[str, str, str]]:
        """Kind, begin and end of what is no work in somebody's own day."""
        reply = self.agent(code).get(f"/api/v1/agents/{code}/day").json()
        return [(one["kind"], one["starts"], one["ends"]) for one in reply["segments"] if one["kind"] != "work"]

    def own(self, code: str) -> dict[str, object]:
        """What an agent alone sees of their appointments."""
        found: dict[str, object] = self.agent(code).get(f"/api/v1/agents/{code}/day").json()["own"]["appointments"]
        return found

    def away(self, code: str) -> None:
        """Take somebody out of the published roster of today, and plan the day again."""
        with writing(self.context.engine) as session:
            for row in session.exec(
                select(Assignment).where(Assignment.agent_id == self.centre.agents[code], Assignment.on_date == TODAY)
            ).all():
                for segment in session.exec(select(Segment).where(Segment.assignment_id == row.id)).all():
                    segment.assignment_id = None
                    session.add(segment)
                session.flush()
                session.delete(row)
        plan_day(self.context, TODAY, deterministic_limit=0)

    def left(self, code: str) -> None:
        """Somebody works here no more."""
        with writing(self.context.engine) as session:
            agent = session.get(Agent, self.centre.agents[code])
            assert agent is not None
            agent.active = False
            session.add(agent)

    def require(self, queue: str, count: int, minutes: Iterable[int]) -> None:
        """So many people at a queue in the quarter-hours that begin so many minutes after midnight."""
        with writing(self.context.engine) as session:
            session.add_all(
                Requirement(queue_id=self.centre.queues[queue], starts_at=at(minute), required=count)
                for minute in minutes
            )

    def events(self, code: str) -> list[Event]:
        """Lines about appointments that are an agent's own."""
        own = Event.agent_id == self.centre.agents[code], Event.kind.startswith("appointment.")
        with reading(self.context.engine) as session:
            return list(session.exec(select(Event).where(*own)).all())

    def rows(self) -> list[KeptAppointment]:
        """Every stored appointment, the first due first."""
        with reading(self.context.engine) as session:
            return list(
                session.exec(select(KeptAppointment).order_by(KeptAppointment.latest, KeptAppointment.id)).all()
            )

    def people(self, appointment_id: object) -> list[str]:
        """Codes of those whose time it takes."""
        with reading(self.context.engine) as session:
            found = session.exec(
                select(Agent.code)
                .join(AppointmentPerson)
                .where(AppointmentPerson.appointment_id == appointment_id)
                .order_by(Agent.code)
            )
            return list(found.all())


def staged(context: Context, clock: SetClock, shifts: dict[str, str] | None = None) -> Stage:
    """Six people on the early shift today, 07:00 to 15:00, with the PLAIN breaks, a02 with the OTHER; it is 07:05."""
    clock.now = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    centre = make_centre(context)
    chosen = dict.fromkeys(centre.agent_codes, "early") if shifts is None else shifts
    publish(context, centre, chosen)
    plan_day(context, TODAY, deterministic_limit=0)
    for code, shift in chosen.items():
        if shift == "early":
            lay(context, centre, code, OTHER if code == "a02" else PLAIN)
    clock.now = datetime(2026, 11, 24, 6, 5, tzinfo=UTC)
    app = create_api(context)
    return Stage(context, centre, clock, app, with_token(app, context), signed_in(app, context, "lead"))
