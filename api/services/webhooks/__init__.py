"""Signed webhooks: lines of the event log sent to other software, at least once and in order where possible."""
