"""A peer is a trained volunteer with sessions left this week; never oneself, a line manager, or on the same contact.

Two whose languages are known share one.
"""

from collections import Counter
from collections.abc import Iterator

from roster.day_problem import DayAgent, DayProblem, DayResult
from roster.rules.finding import Finding

RULE = "debrief_peers"


def check(problem: DayProblem, result: DayResult) -> Iterator[Finding]:
    """Who may not be the peer of whom, and who has had enough."""
    requests = {request.id: request for request in problem.debriefs}
    given: Counter[str] = Counter()
    served: Counter[str] = Counter()
    for debrief in result.debriefs:
        given[debrief.peer] += 1
        served[debrief.request] += 1
        peer = problem.agent_of.get(debrief.peer)
        agent = problem.agent_of.get(debrief.agent)
        request = requests.get(debrief.request)
        reasons = (
            (debrief.peer == debrief.agent, "is the same person"),
            (peer is None or not peer.volunteer, "is no trained volunteer"),
            (agent is not None and debrief.peer in agent.managers, "is the line manager"),
            (agent is not None and peer is not None and not _share_a_language(agent, peer), "speaks another language"),
            (request is not None and debrief.peer in request.barred, "was on the same contact"),
            (request is not None and debrief.peer not in request.peers, "was not among those who may be asked"),
            (request is not None and debrief.agent != request.agent, "would meet somebody who did not ask"),
        )
        for wrong, why in reasons:
            if wrong:
                yield Finding(
                    RULE, f"{debrief.peer} can't be the peer: {debrief.peer} {why}", hard=True, agent=debrief.peer
                )
    for code, count in sorted(given.items()):
        peer = problem.agent_of.get(code)
        left = 0 if peer is None else peer.sessions_left
        if count > left:
            yield Finding(RULE, f"{code} would give {count} debriefs with {left} left this week", hard=True, agent=code)
    for key, count in sorted(served.items()):
        if count > 1:
            agent_id = requests[key].agent if key in requests else None
            yield Finding(RULE, f"{count} times for one debrief: expected one", hard=True, agent=agent_id)


def _share_a_language(agent: DayAgent, peer: DayAgent) -> bool:
    if not agent.languages or not peer.languages:
        return True
    return any(one.split("-")[0] == other.split("-")[0] for one in agent.languages for other in peer.languages)
