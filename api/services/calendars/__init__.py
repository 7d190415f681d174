"""Calendars that agents subscribe to: their addresses, and what is in them."""
