"""What commands look up in the tables, read for a whole batch with one statement a kind, once, under the lock."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from api.errors import Invalid, NotFound, Unauthenticated
from api.services.floor.contact_values import ContactRow
from api.services.floor.tables import AGENT, API_TOKEN, CONTACT, FLOOR_STATE, IDEMPOTENT_REPLY, QUEUE
from roster.accounts import Role
from roster.store.bulk import among, as_list
from roster.store.quick import Quick

WHOLE_CONTACT = (
    select(CONTACT, QUEUE.c.code.label("queue_code"), AGENT.c.code.label("agent_code"))
    .join(QUEUE, QUEUE.c.id == CONTACT.c.queue_id)
    .outerjoin(AGENT, AGENT.c.id == CONTACT.c.agent_id)
)

# Made once: building a statement costs more than running it.
BY_REF = WHOLE_CONTACT.where(among(CONTACT.c.ref))
REFS_THERE = Quick(select(CONTACT.c.ref).where(among(CONTACT.c.ref)))
BY_ID = WHOLE_CONTACT.where(among(CONTACT.c.id))
TOKENS = Quick(
    select(API_TOKEN.c.token_hash, API_TOKEN.c.name, API_TOKEN.c.role).where(
        among(API_TOKEN.c.token_hash), API_TOKEN.c.revoked_at.is_(None)
    )
)
OWNERS = select(AGENT.c.code, AGENT.c.id).where(among(AGENT.c.code))
AGENTS = (
    select(AGENT.c.code, AGENT.c.id, AGENT.c.active, FLOOR_STATE.c.pool_id)
    .outerjoin(FLOOR_STATE, FLOOR_STATE.c.agent_id == AGENT.c.id)
    .where(among(AGENT.c.code))
)
REPLIES = select(
    IDEMPOTENT_REPLY.c.key,
    IDEMPOTENT_REPLY.c.request_hash,
    IDEMPOTENT_REPLY.c.status_code,
    IDEMPOTENT_REPLY.c.body,
).where(among(IDEMPOTENT_REPLY.c.key))


@dataclass(frozen=True, slots=True)
class Speaker:
    """On whose word a command is done: the name for the log, the role that reads the reply, an agent's own id."""

    name: str
    role: Role = Role.ROUTER
    as_agent: int | None = None


@dataclass(frozen=True, slots=True)
class Asks:
    """What one command will look up; what is forgotten here is read by itself, later."""

    contact: str | None = None
    queue: str | None = None
    ref: str | None = None
    owner: str | None = None
    agent: str | None = None
    token: str | None = None


@dataclass
class Kept:
    """What was answered to an idempotency key; `body` is there once the answer is known."""

    request_hash: str
    status_code: int = 0
    body: str = ""


Then = Callable[[], None]
"""Takes in the answer to what was asked."""


class Lookups:
    """Rows read inside one transaction, by what commands call them. Nothing outlives the transaction.

    What is asked is taken in by a call of its own, so that several questions can go to the database together.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.rows: dict[str, ContactRow] = {}
        self._refs: dict[str, ContactRow | None] = {}
        self._owners: dict[str, int | None] = {}
        self._agents: dict[str, Any] = {}
        self._speakers: dict[str, Speaker | None] = {}
        self._replies: dict[str, Kept | None] = {}
        self.kept: dict[str, Kept] = {}
        """new replies by key, to be written with the rest"""

    def ask_tokens(self, hashes: Iterable[str]) -> Then:
        """Who the bearer tokens (as hashes) speak for, as it stands in this transaction."""
        missing = sorted(set(hashes) - set(self._speakers))
        answer = TOKENS.ask(self._connection, wanted=as_list(missing)) if missing else tuple

        def then() -> None:
            self._speakers.update(dict.fromkeys(missing))
            for token, name, role in answer():
                self._speakers[token] = Speaker(name, Role(role))

        return then

    def ask_refs(self, refs: Iterable[str]) -> Then:
        """The contacts that were posted under `refs` before."""
        missing = sorted(set(refs) - set(self._refs))
        answer = REFS_THERE.ask(self._connection, wanted=as_list(missing)) if missing else tuple

        def then() -> None:
            self._refs.update(dict.fromkeys(missing))
            # Nearly all are new: only those that are there are read whole.
            there = [row[0] for row in answer()]
            for row in self._contacts(BY_REF, there) if there else ():
                self._refs[row.ref] = row

        return then

    def read_contacts(self, ids: Iterable[str]) -> None:
        """The contacts called `ids`; read under the lock of their pools."""
        missing = sorted(set(ids) - set(self.rows))
        if missing:
            self._contacts(BY_ID, missing)

    def read_owners(self, codes: Iterable[str]) -> None:
        """Agents named as owners."""
        found = self._first_read(OWNERS, codes, self._owners)
        self._owners.update({code: row.id for code, row in found.items()})

    def read_agents(self, codes: Iterable[str]) -> None:
        """Agents with the pool on whose floor they are, if any."""
        self._agents.update(self._first_read(AGENTS, codes, self._agents))

    def read_replies(self, keys: Iterable[str]) -> None:
        """What was answered to idempotency keys (as stored) before."""
        found = self._first_read(REPLIES, keys, self._replies)
        self._replies.update({key: Kept(row.request_hash, row.status_code, row.body) for key, row in found.items()})

    def speaker(self, token: str) -> Speaker:
        """Whom a token's hash speaks for; raises `Unauthenticated`."""
        if token not in self._speakers:
            self.ask_tokens([token])()
        found = self._speakers[token]
        if found is None:
            raise Unauthenticated("the bearer token is not known or was revoked")
        return found

    def row(self, contact_id: str) -> ContactRow:
        """The contact's row; raises `NotFound`."""
        if contact_id not in self.rows:
            self.read_contacts([contact_id])
        found = self.rows.get(contact_id)
        if found is None:
            raise NotFound(f"contact {contact_id!r} is not known")
        return found

    def row_again(self, contact_id: str) -> ContactRow:
        """The contact's row, read anew."""
        self.rows.pop(contact_id, None)
        return self.row(contact_id)

    def posted(self, ref: str) -> ContactRow | None:
        """The contact that was posted under `ref`, before or in this very transaction."""
        if ref not in self._refs:
            self.ask_refs([ref])()
        return self._refs[ref]

    def now_posted(self, row: ContactRow) -> None:
        """A contact that this transaction has made."""
        self._refs[row.ref] = row

    def owner_id(self, code: str) -> int:
        """The id of the agent named as owner; raises `Invalid`."""
        if code not in self._owners:
            self.read_owners([code])
        found = self._owners[code]
        if found is None:
            raise Invalid(f"owner {code!r} is not known: expected the code of an agent")
        return found

    def agent(self, code: str) -> Any:
        """The agent, active; raises `NotFound`."""
        if code not in self._agents:
            self.read_agents([code])
        found = self._agents[code]
        if found is None or not found.active:
            raise NotFound(f"agent {code!r} is not known")
        return found

    def agents_read(self) -> list[Row[Any]]:
        """The agents that were looked up so far."""
        return [row for row in self._agents.values() if row is not None]

    def reply(self, key: str) -> Kept | None:
        """What was answered to the key, before or in this very transaction."""
        if key in self.kept:
            return self.kept[key]
        if key not in self._replies:
            self.read_replies([key])
        return self._replies[key]

    def _contacts(self, query: Select[Any], wanted: list[str]) -> list[ContactRow]:
        found = self._connection.execute(query, {"wanted": as_list(wanted)}).all()
        return [self.rows.setdefault(row.id, ContactRow(row._asdict())) for row in found]

    def _first_read(self, query: Select[Any], wanted: Iterable[str], known: dict[str, Any]) -> dict[str, Row[Any]]:
        """Rows of what is `wanted` and not yet `known`, by their first column; the others are known to be nothing."""
        missing = sorted(set(wanted) - set(known))
        if not missing:
            return {}
        known.update(dict.fromkeys(missing))
        return {row[0]: row for row in self._connection.execute(query, {"wanted": as_list(missing)}).all()}
