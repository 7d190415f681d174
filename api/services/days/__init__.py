"""A day's segments: planned, read, and an agent's own ledger of it."""
