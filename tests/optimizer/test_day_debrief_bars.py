"""Random people, managers, languages, loads and contacts: no debrief that is placed breaks a bar."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.day.solve import solve_day
from roster.day_problem import DayAgent, DayProblem, DebriefRequest
from roster.policy import default_policy

START = datetime(2026, 11, 24, 7, tzinfo=UTC)
CODES = tuple("abcdef")
TONGUES = ("nl", "nl-BE", "en-GB", "en-US", "tr", "nds")

codes = st.sampled_from(CODES)
some = st.lists(codes, max_size=2, unique=True).map(tuple)


@st.composite
def days(draw: st.DrawFn) -> DayProblem:
    """Six people on duty together, each of whom may ask."""
    people = tuple(
        DayAgent(
            id=code,
            skills=("q",),
            starts_at=START,
            ends_at=START + timedelta(hours=8),
            volunteer=draw(st.booleans()),
            sessions_left=draw(st.integers(0, 2)),
            managers=draw(some),
            languages=tuple(draw(st.lists(st.sampled_from(TONGUES), max_size=2, unique=True))),
        )
        for code in CODES
    )
    asking = draw(st.lists(codes, min_size=1, max_size=4, unique=True))
    requests = tuple(
        DebriefRequest(
            id=f"r{code}",
            agent=code,
            # Everybody, fit or not: the bars must hold whoever is proposed.
            peers=tuple(draw(st.permutations(CODES))),
            barred=draw(some),
            earliest=START + timedelta(hours=draw(st.integers(0, 3))),
            latest=START + timedelta(hours=8),
            minutes=25,
        )
        for code in asking
    )
    return DayProblem(
        on_date=date(2026, 11, 24),
        starts_at=START,
        quarters=32,
        agents=people,
        debriefs=requests,
        breaks=default_policy().breaks,
    )


def may(problem: DayProblem, request: DebriefRequest, peer: DayAgent) -> bool:
    """The bars, written once more from the words of the issue."""
    agent = next(one for one in problem.agents if one.id == request.agent)
    first, second = ({tag.split("-")[0] for tag in one.languages} for one in (agent, peer))
    understood = not first or not second or not first.isdisjoint(second)
    bars = {agent.id, *agent.managers, *request.barred}
    return peer.volunteer and peer.sessions_left > 0 and peer.id not in bars and understood


@settings(max_examples=40, deadline=None, derandomize=True)
@given(days())
def test_no_debrief_that_is_placed_breaks_a_bar_and_one_is_placed_where_somebody_may(problem: DayProblem) -> None:
    result = solve_day(problem, deterministic_limit=0)
    people = {person.id: person for person in problem.agents}
    requests = {request.id: request for request in problem.debriefs}
    for placed in result.debriefs:
        assert may(problem, requests[placed.request], people[placed.peer])
    for code, person in people.items():
        assert sum(placed.peer == code for placed in result.debriefs) <= person.sessions_left
    open_to = {key for key, one in requests.items() if any(may(problem, one, peer) for peer in problem.agents)}
    assert {placed.request for placed in result.debriefs} <= open_to
    assert bool(result.debriefs) == bool(open_to)
