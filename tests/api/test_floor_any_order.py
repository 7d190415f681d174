"""Whatever happens in whatever order, at two processes: what must hold of the floor holds after every step."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from api.context import Context, shifted
from api.errors import Conflict, Invalid
from api.security.caller import Caller
from api.services.floor.commands import (
    CompletionIn,
    ContactIn,
    TransferIn,
    being,
    completing,
    moment,
    set_state,
    tick,
    transfer,
)
from api.services.floor.contacts import Posted, changing, post, posting
from api.services.floor.desk import Command, desk_of
from api.services.floor.limits import Limits, set_limits
from api.services.floor.resting import give_back_rest, postpone_rest, take_owed_rest
from roster.accounts import Role
from roster.contacts import OutcomeMarker
from roster.rest import AgentState
from roster.store.engine import reading
from tests.api import floor_invariants as must
from tests.api.floor_stage import (
    CHANGES,
    CODES,
    EVENING,
    FITTING,
    LIMITS,
    MORNING,
    QUEUES,
    ROUTER,
    Stage,
    bodies,
    codes,
    commands,
    felt,
    outcomes,
    processes,
    which,
    words,
)
from tests.api.floor_tables import Tables
from tests.conftest import SetClock


@dataclass
class Asked:
    """A command, what to do with its reply, and whether it may be refused."""

    command: Command[Any]
    then: Callable[[Any], None] = lambda _: None
    refusable: bool = True


class AnyOrder(RuleBasedStateMachine):
    """Contacts, people and time, in any order, at either of two processes; each step is checked by itself."""

    def __init__(self, stage: Stage) -> None:
        super().__init__()
        self.stage = stage
        self.clock = SetClock(MORNING)
        self.ids: list[str] = []
        self.bodies: dict[str, ContactIn] = {}
        self.posted: dict[str, str] = {}
        self.kept: dict[str, tuple[ContactIn, Posted]] = {}
        self.finished: dict[str, tuple[CompletionIn, Any]] = {}
        self.processes: list[Context] = []

    @initialize(
        skew=st.sampled_from([0, 0, -25, -1, 1, 25]),
        minutes=st.sampled_from([0, 0, 110, 340]),
        early=st.lists(bodies, max_size=5),
    )
    def open(self, skew: int, minutes: int, early: list[dict[str, Any]]) -> None:
        """Two processes, the clock of one of them `skew` seconds ahead; everybody is available, some are at work.

        It is nine, or shortly before the meal of `a01`, or before the end of their shift.
        """
        self.clock.forward(minutes=minutes)
        self.stage.reset()
        self.processes = [self.stage.process(self.clock), self.stage.process(shifted(self.clock, skew))]
        for code in CODES:
            set_state(self.processes[0], code, "available", actor="test")
        self.tables = self.read()
        for values in early:
            self.post(0, values, False, "start", (), None)

    def teardown(self) -> None:
        """Both processes remember what the tables say."""
        for context in self.processes:
            must.check_cache(context, self.stage.pools)

    @rule(
        at=processes,
        values=bodies,
        key=st.booleans(),
        far=st.sampled_from(["", "accept", "start", "complete"]),
        outcomes=outcomes,
        felt=felt,
    )
    def post(
        self,
        at: int,
        values: dict[str, Any],
        key: bool,
        far: str,
        outcomes: tuple[OutcomeMarker, ...],
        felt: int | None,
    ) -> None:
        """A new contact; where somebody gets it, it may go on at once, as far as `far`."""
        body = self.body(at, values)
        word = f"key {body.ref}" if key else None
        posted = self.step(at, lambda context: post(context, body, actor="router", idempotency_key=word))
        assert posted.created
        self.remember(body, posted.view.id)
        if word is not None:
            self.kept[word] = (body, posted)
        if posted.view.agent is not None and far:
            contact_id = posted.view.id
            for done in ("start", "complete") if far == "complete" else (far,):
                self.step(at, lambda context, done=done: self.told(context, done, contact_id, outcomes, felt))

    @rule(at=processes, back=which)
    def post_again(self, at: int, back: int) -> None:
        """The same ref: the contact as it is by now, and nothing changes."""
        if self.ids:
            ref, contact_id = list(self.posted.items())[-1 - back % len(self.posted)]
            before = self.tables
            again = self.step(at, lambda context: post(context, self.bodies[ref], actor="router"))
            assert (again.created, again.view.id) == (False, contact_id)
            assert again.view.status is before.contacts[contact_id].status
            assert self.tables == before

    @rule(at=processes, back=which)
    def post_again_by_key(self, at: int, back: int) -> None:
        """The same key: the very reply, though the contact has moved on; with another body, a refusal."""
        if self.kept:
            key, (body, posted) = list(self.kept.items())[-1 - back % len(self.kept)]
            before = self.tables
            again = self.step(at, lambda context: post(context, body, actor="router", idempotency_key=key))
            assert again == posted
            other = body.model_copy(update={"ref": body.ref + "x"})
            with pytest.raises(Invalid):
                post(self.processes[at], other, actor="router", idempotency_key=key)
            assert self.read() == before

    @rule(at=processes, word=words, back=which)
    def change(self, at: int, word: str, back: int) -> None:
        self.together(at, [(word, back)])

    @rule(at=processes, back=which, outcomes=outcomes, felt=felt)
    def complete(self, at: int, back: int, outcomes: tuple[OutcomeMarker, ...], felt: int | None) -> None:
        self.together(at, [("complete", back, outcomes, felt)])

    @rule(at=processes, asked=st.lists(commands, min_size=2, max_size=6))
    def several(self, at: int, asked: list[tuple[Any, ...]]) -> None:
        """What arrives at one instant is one transaction."""
        self.together(at, asked)

    @rule(at=processes, back=which, queue=st.sampled_from(QUEUES))
    def transfer(self, at: int, back: int, queue: str) -> None:
        if self.ids:
            contact_id = self.pick("transfer", back)
            view = self.step(at, lambda context: transfer(context, contact_id, TransferIn(queue=queue), actor="test"))
            if view is not None and view.id not in self.ids:
                self.ids.append(view.id)

    @rule(at=processes, code=codes, state=st.sampled_from(["available", "available", "away", "offline"]))
    def state(self, at: int, code: str, state: str) -> None:
        self.step(at, lambda context: set_state(context, code, state, actor="test"))

    @rule(at=processes, code=codes)
    def moment(self, at: int, code: str) -> None:
        agent_id = self.stage.centre.agents[code]
        before = self.tables

        def ask(context: Context) -> dict[int, int]:
            new = not before.states[agent_id].pending_rest_minutes
            view = moment(context, code, actor="test")
            new = new and "already running" not in view.reason
            return {agent_id: context.policy.rest.moment_minutes} if new else {}

        self.step(at, ask, asked=True)

    @rule(at=processes, code=codes, minutes=st.sampled_from([1, 10]))
    def postpone(self, at: int, code: str, minutes: int) -> None:
        code = self.resting(code)
        self.step(at, lambda context: postpone_rest(context, code, minutes, actor="test"), ended=code)

    @rule(at=processes, code=codes)
    def give_back(self, at: int, code: str) -> None:
        code = self.resting(code)
        self.step(at, lambda context: give_back_rest(context, code, actor="test"), ended=code)

    @rule(at=processes, code=codes)
    def take(self, at: int, code: str) -> None:
        debts = {row.agent_id for row in self.tables.rows["rest_debt"] if row.repaid_minutes < row.minutes}
        code = self.one_of(debts, code)
        self.step(at, lambda context: take_owed_rest(context, code, actor="test"))

    @rule(at=processes, code=codes, limits=st.sampled_from(LIMITS))
    def limit(self, at: int, code: str, limits: Limits) -> None:
        caller = Caller(name=code, role=Role.AGENT, agent_id=self.stage.centre.agents[code])
        self.step(at, lambda context: set_limits(context, limits, caller))

    @rule(seconds=st.sampled_from([1, 15, 21, 60, 240, 900, 3600]))
    def wait(self, seconds: int) -> None:
        if self.clock.now < EVENING:
            self.clock.forward(seconds=seconds)

    @rule(at=processes)
    def tick(self, at: int) -> None:
        self.step(at, tick)
        must.check_offered(self.processes[at], self.stage.pools)

    @rule(at=processes)
    def restart(self, at: int) -> None:
        must.check_cache(self.processes[at], self.stage.pools)
        self.processes[at] = self.stage.process(self.processes[at].clock)

    def body(self, at: int, values: dict[str, Any]) -> ContactIn:
        """A new contact; its arrival may be told late, or by a clock that is ahead."""
        late = timedelta(seconds=values["late"])
        given = {name: value for name, value in values.items() if name != "late"}
        arrived_at = self.processes[at].now() - late if late else None
        return ContactIn(ref=f"r{len(self.posted)}", arrived_at=arrived_at, **given)

    def remember(self, body: ContactIn, contact_id: str) -> None:
        self.bodies[body.ref] = body
        self.posted[body.ref] = contact_id
        self.ids.append(contact_id)

    def together(self, at: int, asked: list[tuple[Any, ...]]) -> None:
        """The commands as they come to the desk from an event loop; each has its own answer."""
        made: list[Asked] = []
        for word, *values in asked:
            if word == "post":
                body = self.body(at, values[0])
                self.bodies[body.ref] = body
                self.posted[body.ref] = ""
                made.append(Asked(posting(body), lambda posted, body=body: self.remember(body, posted.view.id), False))
            elif word in tuple(AgentState):
                made.append(Asked(being(values[0], word), refusable=False))
            elif self.ids:
                made.append(self.command(word, self.pick(word, values[0]), *values[1:]))

        def ask(context: Context) -> list[Any]:
            async def all_at_once() -> list[Any]:
                desk = desk_of(context)
                every = [desk.asked(context, each.command, ROUTER) for each in made]
                return await asyncio.gather(*every, return_exceptions=True)

            return self.stage.loop.run_until_complete(all_at_once())

        if made:
            before = self.tables
            told = self.step(at, ask)
            for each, answer in zip(made, told, strict=True):
                if isinstance(answer, Conflict) and each.refusable:
                    continue
                if isinstance(answer, BaseException):
                    raise answer
                each.then(answer.reply)
            assert self.tables == before or not all(isinstance(answer, Conflict) for answer in told)

    def told(self, context: Context, word: str, contact_id: str, *values: Any) -> Any:
        """One command by itself, as a thread asks it."""
        asked = self.command(word, contact_id, *(values if word == "complete" else ()))
        reply = desk_of(context).ask(context, asked.command, ROUTER)
        asked.then(reply)
        return reply

    def resting(self, code: str) -> str:
        """Somebody whose rest is on or due, where there is anybody; else `code`."""
        due = {agent_id for agent_id, state in self.tables.states.items() if state.pending_rest_minutes}
        on = {agent_id for agent_id in self.tables.states if self.tables.running(agent_id, self.clock.now)}
        return self.one_of(on | due, code)

    def one_of(self, agents: set[int], code: str) -> str:
        found = [each for each, agent_id in self.stage.centre.agents.items() if agent_id in agents] or [code]
        return found[CODES.index(code) % len(found)]

    def pick(self, word: str, back: int) -> str:
        """Mostly a contact that it may be done to, else any."""
        fitting = FITTING.get(word, set())
        chosen = [each for each in self.ids if back < 5 and self.tables.contacts[each].status in fitting] or self.ids
        return chosen[-1 - back % len(chosen)]

    def command(self, word: str, contact_id: str, *values: Any) -> Asked:
        if word == "complete" and contact_id in self.finished:
            body, earlier = self.finished[contact_id]

            def same(reply: Any) -> None:
                assert reply == earlier

            return Asked(completing(contact_id, body), same, refusable=False)
        if word == "complete":
            body = CompletionIn(outcomes=list(values[0]), felt=values[1])

            def keep(reply: Any) -> None:
                self.finished[contact_id] = (body, reply)

            return Asked(completing(contact_id, body), keep)
        if word == "post again":
            ref = next((ref for ref, known in self.posted.items() if known == contact_id), None)
            if ref is not None:

                def there(posted: Posted) -> None:
                    assert (posted.created, posted.view.id) == (False, contact_id)

                return Asked(posting(self.bodies[ref]), there, refusable=False)
            word = "accept"
        return Asked(changing(contact_id, CHANGES[word]))

    def step(self, at: int, do: Callable[[Context], Any], *, asked: bool = False, ended: str | None = None) -> Any:
        """Do it at one process and look at everything; a `Conflict` is an answer that leaves all as it was."""
        before = self.tables
        try:
            reply = do(self.processes[at])
        except Conflict:
            assert self.read() == before
            return None
        self.tables = self.read()
        centre, policy = self.stage.centre, self.stage.policy
        must.check_days(self.tables, self.stage.shift)
        must.check_loads(self.tables, policy)
        must.check_assignments(before, self.tables, policy)
        out = set() if ended is None else {centre.agents[ended]}
        must.check_rest(before, self.tables, policy, asked=reply if asked else {}, ended=out)
        must.check_log(self.tables, {agent_id: code for code, agent_id in centre.agents.items()})
        refs = [row.ref for row in self.tables.contacts.values()]
        assert len(refs) == len(set(refs))
        assert {contact_id for contact_id in self.posted.values() if contact_id} <= set(self.tables.contacts)
        return reply

    def read(self) -> Tables:
        with reading(self.stage.context.engine) as session:
            return Tables.read(session.connection())


@pytest.fixture
def stage(any_context: Context, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A centre on either database; ids are numbered, so that a play goes the same way again."""
    numbers = count(1)
    for module in ("contacts", "transferring"):
        monkeypatch.setattr(f"api.services.floor.{module}.new_id", lambda now: f"c{next(numbers):07}")
    made = Stage(any_context)
    yield made
    made.loop.close()


def play(stage: Stage, *, examples: int, steps: int) -> None:
    """So many plays of so many steps, the same ones each time."""
    chosen = settings(
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        max_examples=examples,
        stateful_step_count=steps,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(lambda: AnyOrder(stage), settings=chosen)


def test_the_floor_holds_in_a_few_orders(stage: Stage) -> None:
    play(stage, examples=15, steps=20)


@pytest.mark.slow
def test_the_floor_holds_in_any_order(stage: Stage) -> None:
    # On PostgreSQL a step takes some four times as long.
    play(stage, examples=400 if stage.context.settings.embedded else 100, steps=30)
