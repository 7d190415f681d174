"""Centres for benchmarks of the floor: pools of six queues each, with everybody available."""

from api.context import Context
from api.services.floor.commands import ContactIn, post_contact, set_state, start
from roster.people import Agent, AgentChannel, Channel, Contract, Skill, Team
from roster.queues import Pool, Queue
from roster.store.engine import writing

QUEUES_A_POOL = 6


def make_centre(context: Context, agents: int, pools: int = 1, *, busy: bool = False) -> list[str]:
    """`agents` in all, spread over `pools`, each with four of their pool's six queues; the queues' codes.

    `busy` has each of them in a conversation.
    """
    codes = []
    with writing(context.engine) as session:
        team = Team(name="Team", zone="Europe/Amsterdam")
        contract = Contract(name="full", min_week_minutes=0, max_week_minutes=2400)
        session.add_all([team, contract])
        session.flush()
        people = [
            Agent(code=f"a{number}", name=f"Agent {number}", team_id=team.id or 0, contract_id=contract.id or 0)
            for number in range(agents)
        ]
        session.add_all(people)
        for index in range(pools):
            pool = Pool(name=f"pool {index + 1}")
            session.add(pool)
            session.flush()
            numbers = range(index * QUEUES_A_POOL + 1, (index + 1) * QUEUES_A_POOL + 1)
            queues = [Queue(code=f"q{number}", name=f"Queue {number}", pool_id=pool.id or 0) for number in numbers]
            session.add_all(queues)
            session.flush()
            for person in people[index::pools]:
                session.add(AgentChannel(agent_id=person.id or 0, channel=Channel.VOICE))
                session.add_all(Skill(agent_id=person.id or 0, queue_id=queue.id or 0) for queue in queues[:4])
            codes += [queue.code for queue in queues[:4]]
    for number in range(agents):
        set_state(context, f"a{number}", "available", actor="bench")
    if busy:
        for number in range(agents):
            queue = codes[number % pools * 4]
            view = post_contact(context, ContactIn(ref=f"busy-{number}", queue=queue), actor="bench")
            start(context, view.id, actor="bench")
    return codes
