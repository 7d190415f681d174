"""Files in and out: CSV and XLSX tables of people, hours, requirements and contact history."""

from roster.exchange.faults import ExchangeError, Fault, Place

__all__ = ["ExchangeError", "Fault", "Place"]
