"""What is written is read back the same, as CSV and as XLSX: generated people and lines of every column type."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from roster.contacts import ArrivalState, History, Resolvability, Stake
from roster.exchange import Place
from roster.exchange.columns import folded
from roster.exchange.kind import Kind
from roster.exchange.kinds import AVAILABILITY, CONTACTS, CONTRACTS, PEOPLE, QUEUES, SHIFTS
from roster.exchange.kinds_agreed import PAIRS, ROLE_REQUIREMENTS
from roster.exchange.read import read_files
from roster.exchange.rows import (
    AvailabilityRow,
    ContactRow,
    ContractRow,
    PairRow,
    PairWord,
    PastOutcome,
    PersonRow,
    QueueRow,
    RoleRequirementRow,
    Row,
    ShiftRow,
)
from roster.exchange.write import lines_of, write_csv, write_workbook
from roster.people import AvailabilityKind, Channel

AT = Place("", 0)
PRINTABLE = st.characters(categories=["L", "N", "P", "S", "Zs"]).filter(str.isprintable)


def _words(limit: int) -> st.SearchStrategy[str]:
    texts = st.text(PRINTABLE, min_size=1, max_size=limit).map(str.strip)
    return texts.filter(lambda words: bool(words) and words[0] not in "=+-@")


def _members(kind: type[Channel] | type[Stake]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.sets(st.sampled_from(kind)).map(lambda found: tuple(one for one in kind if one in found))


def _lists(limit: int) -> st.SearchStrategy[tuple[str, ...]]:
    words = _words(limit).filter(lambda word: "|" not in word and folded(word) != "none")
    return st.lists(words, max_size=3, unique=True).map(tuple)


DATES = st.dates(date(1970, 1, 1), date(2199, 12, 31))
PEOPLE_ROWS = st.lists(
    st.builds(
        PersonRow,
        at=st.just(AT),
        agent=_words(64),
        name=_words(120),
        team=_words(80),
        contract=_words(80),
        channels=st.none() | _members(Channel).filter(bool),
        peer=st.none() | st.booleans(),
        roles=st.none() | _lists(40).filter(lambda roles: "peer" not in roles),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row.agent,
)
CONTRACT_ROWS = st.builds(
    lambda name, low, more, *rest: ContractRow(AT, name, low, min(low + more, 10_080), *rest),
    _words(80),
    st.integers(0, 10_080),
    st.integers(0, 10_080),
    st.none() | st.integers(7, 14),
    st.none() | st.integers(1, 7),
    st.none() | st.integers(1, 14),
    st.none() | st.integers(0, 4),
)
SHIFT_ROWS = st.builds(
    lambda code, start, minutes, meal, after: ShiftRow(AT, code, "S", start, (start + minutes) % 1440, meal, after),
    _words(32),
    st.integers(0, 1439),
    st.integers(60, 1439),
    st.none() | st.integers(0, 59),
    st.none() | _lists(32),
)
PAIR_ROWS = st.builds(
    lambda people, pair: PairRow(AT, *people, pair),
    st.lists(_words(64), min_size=2, max_size=2, unique=True),
    st.sampled_from(PairWord),
)
ROLE_REQUIREMENT_ROWS = st.builds(
    lambda team, role, weekday, start, more, required: RoleRequirementRow(
        AT, team, role, weekday, start, min(start + more, 2880), required
    ),
    st.none() | _words(80),
    st.none() | _words(40),
    st.none() | st.integers(0, 6),
    st.integers(0, 1439),
    st.integers(1, 2880),
    st.integers(0, 10_000),
)
QUEUE_ROWS = st.builds(
    QueueRow,
    at=st.just(AT),
    queue=_words(64),
    name=_words(120),
    channel=st.none() | st.sampled_from(Channel),
    priority=st.none() | st.integers(1, 9),
    target_wait_seconds=st.none() | st.integers(1, 86_400),
    service_level=st.none() | st.integers(1, 999_999).map(lambda millionths: millionths / 1_000_000),
)
WINDOW_ROWS = st.builds(
    lambda agent, weekday, start, more: AvailabilityRow(
        AT, agent, AvailabilityKind.AVAILABLE, weekday, start, min(start + more, 2880), None, None
    ),
    _words(64),
    st.integers(0, 6),
    st.integers(0, 1439),
    st.integers(1, 2880),
)
AWAY_ROWS = st.builds(
    lambda agent, days: AvailabilityRow(AT, agent, AvailabilityKind.TIME_OFF, None, None, None, min(days), max(days)),
    _words(64),
    st.tuples(DATES, DATES),
)
CONTACT_ROWS = st.builds(
    ContactRow,
    at=st.just(AT),
    contact=_words(120),
    queue=_words(64),
    priority=st.none() | st.integers(0, 99),
    arrived_at=st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)).map(  # noqa: DTZ001 - local times
        lambda instant: instant.replace(microsecond=0)
    ),
    wait_seconds=st.integers(0, 604_800),
    outcome=st.sampled_from(PastOutcome),
    handle_seconds=st.integers(0, 604_800),
    agent=st.none() | _words(64),
    arrival_state=st.none() | st.sampled_from(ArrivalState),
    parties=st.none() | st.integers(1, 99),
    history=st.none() | st.sampled_from(History),
    stakes=st.none() | _members(Stake),
    resolvability=st.none() | st.sampled_from(Resolvability),
)


def _read_back(*kinds: tuple[Kind, Sequence[Row]]) -> None:
    """Written and read by both formats, then shown again: nothing is at fault, nothing has changed.

    All kinds at once: a sheet or a file each, as they are imported together.
    """
    shown = []
    with TemporaryDirectory() as folder:
        as_csv = [Path(folder) / f"{number}.csv" for number, _ in enumerate(kinds)]
        for path, (kind, rows) in zip(as_csv, kinds, strict=True):
            write_csv(path, kind, lines_of(kind, rows))
        as_workbook = Path(folder) / "a.xlsx"
        write_workbook(as_workbook, [(kind, lines_of(kind, rows)) for kind, rows in kinds])
        for paths in (as_csv, [as_workbook]):
            reading = read_files(paths)
            assert reading.faults == []
            for _, rows in kinds:
                assert [_said(row) for row in reading.rows[type(rows[0])]] == [_said(row) for row in rows]
            shown.append([lines_of(kind, reading.rows[type(rows[0])]) for kind, rows in kinds])
    assert shown[0] == shown[1]


def _said(row: Row) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in type(row).__slots__)  # type: ignore[attr-defined]  # rows have slots


@settings(deadline=None, derandomize=True, max_examples=60)
@given(PEOPLE_ROWS, CONTRACT_ROWS, QUEUE_ROWS, st.one_of(WINDOW_ROWS, AWAY_ROWS), CONTACT_ROWS)
def test_people_and_a_line_of_other_kinds(
    people: list[Row], contract: Row, queue: Row, availability: Row, contact: Row
) -> None:
    _read_back(
        (PEOPLE, people), (CONTRACTS, [contract]), (QUEUES, [queue]), (AVAILABILITY, [availability]),
        (CONTACTS, [contact]),
    )  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=60)
@given(SHIFT_ROWS, PAIR_ROWS, ROLE_REQUIREMENT_ROWS)
def test_a_line_of_what_is_agreed(shift: Row, pair: Row, role: Row) -> None:
    _read_back((SHIFTS, [shift]), (PAIRS, [pair]), (ROLE_REQUIREMENTS, [role]))
