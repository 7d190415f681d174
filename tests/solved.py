"""Plans a draft in the test's own process, by a deterministic limit, and stores it: no child, no wall clock."""

from datetime import timedelta

from sqlmodel import select

from api.context import Context
from api.services.rosters.planning import build_problem
from optimizer.shifts.solve import solve
from roster.people import Agent
from roster.result import Result, Status
from roster.shifts import Assignment, Roster, ShiftType
from roster.store.engine import writing


def solve_and_store(context: Context, roster_id: int, *, deterministic_limit: float) -> Result:
    """Solve the draft and store its assignments; fails the test where no roster is found."""
    with writing(context.engine) as session:
        draft = session.get_one(Roster, roster_id)
        problem = build_problem(
            session, context.policy, team_id=draft.team_id, starts_on=draft.starts_on, days=draft.days
        )
        result = solve(problem, time_limit_seconds=600, deterministic_limit=deterministic_limit, workers=1, seed=1)
        assert result.status in (Status.OPTIMAL, Status.FEASIBLE)
        draft.problem = problem.model_dump(mode="json")
        session.add(draft)
        agents = {one.code: one.id for one in session.exec(select(Agent)).all()}
        shifts = {one.code: one.id for one in session.exec(select(ShiftType)).all()}
        for one in result.assignments:
            session.add(
                Assignment(
                    roster_id=roster_id,
                    agent_id=agents[one.agent] or 0,
                    on_date=draft.starts_on + timedelta(days=one.day),
                    shift_type_id=shifts[one.shift] or 0,
                )
            )
    return result
