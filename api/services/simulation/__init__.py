"""Routing policies side by side on one trace: what came of it, for the command, the report and the page."""
