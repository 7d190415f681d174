"""What an import did, or would do."""

from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counts of one kind while it is stored."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    left_out: int = 0


@dataclass(frozen=True)
class KindCount:
    """Counts of one kind, in the `unit` it is stored in (a requirement counts quarter-hours)."""

    kind: str
    unit: str
    added: int
    updated: int
    unchanged: int
    removed: int
    left_out: int
    note: str = ""


@dataclass(frozen=True)
class ImportReport:
    """`check_only` = nothing was kept; counts only of the kinds that the files had."""

    check_only: bool
    files: int
    counts: tuple[KindCount, ...] = field(default=())

    def count(self, kind: str) -> KindCount:
        """The counts of `kind`; zeros where no file had it."""
        zeros = KindCount(kind, kind, 0, 0, 0, 0, 0)
        return next((count for count in self.counts if count.kind == kind), zeros)
