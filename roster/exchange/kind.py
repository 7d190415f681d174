"""What a kind of file is: its columns, its key, and what a row must obey; and the columns that several kinds have."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from roster.exchange import rows
from roster.exchange.columns import Cell, folded, text

Complaint = tuple[str, str]
"""A column of the row, and what was expected there."""


@dataclass(frozen=True)
class Column:
    """One column. A `required` one must be in the header and filled; any other may be absent or empty."""

    name: str
    cell: Cell
    says: str
    required: bool = True
    field: str = ""
    aliases: tuple[str, ...] = ()
    refers: str = ""
    """The kind of file that a value must be named in (or the database), if any."""

    @property
    def attribute(self) -> str:
        """The field of the row that it fills."""
        return self.field or self.name


@dataclass(frozen=True)
class Kind:
    """One kind of file. `key`: columns that together name a row; `examples`: two valid rows for the template."""

    name: str
    says: str
    row: Callable[..., rows.Row]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    examples: tuple[tuple[str, ...], tuple[str, ...]]
    complaints: Callable[[Any], Iterable[Complaint]] = lambda row: ()

    def column(self, heading: str) -> Column | None:
        """The column that `heading` means, by name or alias."""
        word = folded(heading)
        return next((column for column in self.columns if word == column.name or word in column.aliases), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its columns, in order."""
        return tuple(column.name for column in self.columns)


AGENT = Column("agent", text(64, "an agent's code"), "code by which files and routing software know the agent")
TEAM = Column("team", text(80, "a team's name"), "name of the team")
CONTRACT = Column("contract", text(80, "a contract's name"), "name of the contract")
QUEUE = Column("queue", text(64, "a queue's code"), "code of the queue; also the skill that it needs")
SHIFT = Column("shift", text(32, "a shift's code"), "code of the shift")
OF_AGENT, OF_QUEUE = replace(AGENT, refers="people"), replace(QUEUE, refers="queues")
OF_TEAM = replace(TEAM, says="name of the team; the whole centre where empty", required=False, refers="teams")
OF_SHIFT = replace(SHIFT, refers="shifts")
LATEST_HOUR = 48
"""A time that passes midnight is written as one up to 48:00."""
