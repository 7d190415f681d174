"""Check what files agree about people against what is agreed already: contracts, pairs, roles that are asked for."""

from api.services.importing.known import Known
from roster.agreed import PEER, PairKind
from roster.exchange.faults import one_of
from roster.exchange.read import Reading
from roster.exchange.rows import ContractRow, PairRow, PairWord, PersonRow, RoleRequirementRow

DEFAULT_RUN = (1, 6)
"""Least and most days of work in a row of a contract whose file says nothing."""


def check_agreed(reading: Reading, known: Known) -> None:
    """Add a fault to `reading` for each line that can't stand beside the others or what is stored."""
    _contracts(reading, known)
    _pairs(reading, known)
    _roles(reading, known)


def _contracts(reading: Reading, known: Known) -> None:
    for row in reading.of(ContractRow):
        least, most = known.run_of_contract.get(row.contract, DEFAULT_RUN)
        least, most = row.min_consecutive_days or least, row.max_consecutive_days or most
        if least > most:
            column, told = (
                ("min_consecutive_days", f"at most max_consecutive_days, which is {most}")
                if row.min_consecutive_days
                else ("max_consecutive_days", f"at least min_consecutive_days, which is {least}")
            )
            reading.complain(row.at, column, str(getattr(row, column)), told)


def _pairs(reading: Reading, known: Known) -> None:
    rows = reading.of(PairRow)
    wanted: dict[tuple[str, str], str] = {pair: kind.value for pair, kind in known.pairs.items()}
    wanted |= {(row.first, row.second): row.pair.value for row in rows}
    for row in rows:
        turned = wanted.get((row.second, row.first), PairWord.NONE.value)
        if {row.pair.value, turned} == {PairKind.TOGETHER.value, PairKind.APART.value}:
            expected = f"{turned} or none: {row.second} and {row.first} are to be {turned} by another line"
            reading.complain(row.at, "pair", row.pair.value, expected)


def _roles(reading: Reading, known: Known) -> None:
    people = reading.of(PersonRow)
    # A person's row that is at fault may bring the role: that it is missing would be no second fault.
    if reading.may_bring("people") or len(people) < len(reading.mentioned["people", "agent"]):
        return
    roles = known.roles | {role for row in people for role in row.roles or ()}
    roles |= {PEER} if any(row.peer for row in people) else set()
    for row in reading.of(RoleRequirementRow):
        if row.role is not None and row.role not in roles and row.required:
            reading.complain(row.at, "role", row.role, one_of("roles that somebody has", roles, row.role))
