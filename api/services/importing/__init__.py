"""Import files into the database: all of it or nothing, every fault at once."""

from api.services.importing.report import ImportReport, KindCount
from api.services.importing.run import import_files

__all__ = ["ImportReport", "KindCount", "import_files"]
