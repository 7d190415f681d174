"""The decision's speed at 100 to 1,000 agents, and posting a contact on embedded SQLite by one caller."""

import random
import statistics
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, thread_time

from api.context import Context, make_context
from api.services.floor.commands import CompletionIn, ContactIn, complete, post_contact, set_state, start
from api.settings import Settings
from bench.reaches import Line
from optimizer.routing.decide import decide, warm_up
from optimizer.routing.floor import EVER, NEVER, AgentOnFloor, ClosedSpan, DayAt, Floor, WaitingContact
from roster.contacts import ArrivalState, EntryConditions, History
from roster.load.difficulty import tier_of
from roster.load.pools import Load
from roster.people import Agent, AgentChannel, Channel, Contract, Skill, Team
from roster.policy import default_policy
from roster.queues import Pool, Queue
from roster.rest import AgentState
from roster.store.engine import writing
from roster.store.migrate import migrate

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
QUEUES = range(1, 7)
POLICY = default_policy()


def make_floor(agents: int, chance: random.Random) -> Floor:
    """A busy morning: everybody with about half of the skills, a planned shift, a break to come, some load."""

    def one(number: int) -> AgentOnFloor:
        start_at, end_at = NOW - timedelta(hours=3), NOW + timedelta(hours=5 * chance.random())
        break_at = NOW + timedelta(minutes=chance.randint(1, 60))
        return AgentOnFloor(
            id=number,
            name=f"Agent {number}",
            skills={queue: chance.randint(1, 3) for queue in QUEUES if chance.random() < 0.5},
            channels=frozenset({Channel.VOICE}),
            state=AgentState.AVAILABLE,
            load=Load(chance.random() * 80, chance.random() * 300, NOW - timedelta(minutes=chance.random() * 60)),
            shift=(start_at, end_at),
            closed=(
                ClosedSpan(EVER, start_at),
                ClosedSpan(break_at, break_at + timedelta(minutes=15), DayAt.RESTING),
                ClosedSpan(end_at, NEVER),
            ),
            heavy_this_shift=chance.randint(0, 3),
            idle_since=NOW - timedelta(seconds=chance.random() * 600),
        )

    return Floor.of((one(number) for number in range(1, agents + 1)), QUEUES)


def make_waiting(contacts: int, chance: random.Random) -> list[WaitingContact]:
    """Contacts of all queues and difficulties that came in the last minutes."""
    scores = [chance.randint(0, 100) for _ in range(contacts)]
    return [
        WaitingContact(
            id=f"c{number}",
            queue_id=chance.choice(QUEUES),
            channel=Channel.VOICE,
            priority=chance.randint(1, 9),
            arrived_at=NOW - timedelta(seconds=chance.random() * 100),
            target_wait_seconds=20,
            score=score,
            tier=tier_of(score, POLICY.difficulty),
        )
        for number, score in enumerate(scores)
    ]


def timed(run: Callable[[], object], times: int, clock: Callable[[], float]) -> list[float]:
    """Milliseconds by `clock` of each of `times` runs, sorted."""
    found = []
    for _ in range(times):
        begun = clock()
        run()
        found.append((clock() - begun) * 1000)
    return sorted(found)


def p99(found: list[float]) -> float:
    """Of sorted figures."""
    return found[min(len(found) - 1, round(len(found) * 0.99))]


def bench_decide() -> Iterator[Line]:
    """The pure decision, in the core's own time (other work on the machine is left out) and by the wall."""
    chance = random.Random(1)
    warm_up()
    for agents, contacts, reach in ((100, 1, None), (200, 20, None), (1000, 1, 1.0), (1000, 50, 10.0)):
        floor = make_floor(agents, chance)
        batches = iter([make_waiting(contacts, chance) for _ in range(1010)])
        run = partial(decide_next, floor, batches)
        timed(run, 10, thread_time)
        for clock, name in ((thread_time, "processor"), (perf_counter, "wall")):
            found = timed(run, 500, clock)
            yield Line(
                f"decide, {agents:,} agents, {contacts} waiting, {name}",
                "" if reach is None else f"p99 < {reach:g} ms",
                f"p99 {p99(found):.2f} ms, p50 {statistics.median(found):.2f} ms",
                None if reach is None else p99(found) < reach,
            )


def decide_next(floor: Floor, batches: Iterator[list[WaitingContact]]) -> object:
    """Decide for the next batch."""
    return decide(floor, next(batches), NOW, POLICY)


def make_centre(context: Context, agents: int) -> None:
    """A pool of six queues with everybody available."""
    with writing(context.engine) as session:
        pool, team = Pool(name="main"), Team(name="Team", zone="Europe/Amsterdam")
        contract = Contract(name="full", min_week_minutes=0, max_week_minutes=2400)
        session.add_all([pool, team, contract])
        session.flush()
        queues = [Queue(code=f"q{number}", name=f"Queue {number}", pool_id=pool.id or 0) for number in QUEUES]
        people = [
            Agent(code=f"a{number}", name=f"Agent {number}", team_id=team.id or 0, contract_id=contract.id or 0)
            for number in range(agents)
        ]
        session.add_all([*queues, *people])
        session.flush()
        for person in people:
            session.add(AgentChannel(agent_id=person.id or 0, channel=Channel.VOICE))
            session.add_all(Skill(agent_id=person.id or 0, queue_id=queue.id or 0) for queue in queues[:4])
    for number in range(agents):
        set_state(context, f"a{number}", "available", actor="bench")


def bench_post(agents: int, contacts: int) -> Iterator[Line]:
    """Posting, starting and completing on SQLite, one caller, every step durable before the next."""
    with tempfile.TemporaryDirectory() as folder:
        clock = [NOW]
        context = make_context(Settings(environment="test", data_dir=Path(folder)), lambda: clock[0])
        migrate(context.engine)
        make_centre(context, agents)
        chance, posted, completed = random.Random(2), [], []
        heavy = EntryConditions(arrival_state=ArrivalState.GRIEVING, history=History.REPEAT_AFTER_FAILURE, parties=3)
        held: list[str] = []
        for number in range(contacts):
            clock[0] += timedelta(seconds=2)
            entry = heavy if chance.random() < 0.09 else EntryConditions()
            body = ContactIn(ref=f"r{number}", queue=f"q{chance.randint(1, 4)}", entry=entry)
            begun = perf_counter()
            view = post_contact(context, body, actor="bench")
            posted.append((perf_counter() - begun) * 1000)
            if view.agent is not None:
                start(context, view.id, actor="bench")
                held.append(view.id)
            if len(held) > agents * 0.7:
                begun = perf_counter()
                complete(context, held.pop(0), CompletionIn(), actor="bench")
                completed.append((perf_counter() - begun) * 1000)
        context.engine.dispose()
    for name, figures in (("post", posted), ("complete", completed)):
        figures.sort()
        measured = f"p99 {p99(figures):.1f} ms, p50 {statistics.median(figures):.1f} ms"
        yield Line(f"{name}, {agents} agents, SQLite, one caller, no HTTP", "", measured)
