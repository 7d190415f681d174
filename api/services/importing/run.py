"""The import use case: read, check, store, tell; in one transaction."""

from collections.abc import Sequence
from pathlib import Path

from api.context import Context
from api.errors import Invalid
from api.events.log import append
from api.services.floor.work import touch_pools
from api.services.importing.check import check
from api.services.importing.known import read_known
from api.services.importing.report import ImportReport
from api.services.importing.store import store
from roster.clock import ClockError
from roster.clock import zone as zone_named
from roster.exchange.read import read_files
from roster.store.engine import writing


class _CheckedOnly(Exception):
    """Leaves the transaction without keeping anything."""

    def __init__(self, report: ImportReport) -> None:
        super().__init__()
        self.report = report


def import_files(
    context: Context, paths: Sequence[Path], *, actor: str, check_only: bool = False, zone: str | None = None
) -> ImportReport:
    """Import CSV and XLSX files of any kinds together, all or nothing.

    Parameters
    ----------
    paths : the files, in any order; they may refer to each other and to what is in the database.
    check_only : do everything but keep it.
    zone : IANA zone of local times in requirements and contacts; by default the one zone that all teams have.

    Raises
    ------
    roster.exchange.ExchangeError : every bad cell of every file.
    api.errors.Invalid : no file at all, or a `zone` that does not exist.
    """
    if not paths:
        raise Invalid("no file given: expected at least one CSV or XLSX file")
    if zone is not None:
        try:
            zone_named(zone)
        except ClockError as error:
            raise Invalid(str(error)) from error
    reading = read_files(paths)
    try:
        with writing(context.engine) as session:
            checked = check(reading, read_known(session), zone)
            reading.require_faultless()
            counts = store(session, reading, checked, context.policy)
            report = ImportReport(check_only, len(paths), counts)
            if check_only:
                raise _CheckedOnly(report)
            touch_pools(session)
            append(
                session,
                at=context.now(),
                kind="import.finished",
                subject="import",
                actor=actor,
                data={
                    "files": [path.name for path in paths],
                    "counts": {count.kind: {"added": count.added, "updated": count.updated} for count in counts},
                },
            )
    except _CheckedOnly as checked_only:
        return checked_only.report
    context.announcer.announce()
    return report
