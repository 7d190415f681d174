"""Every table of the schema, imported in one place so that metadata is whole."""

from sqlmodel import SQLModel

from roster import (
    accounts,
    agreed,
    appointments,
    calendars,
    contacts,
    events,
    people,
    protections,
    queues,
    rest,
    shifts,
    swaps,
    webhooks,
)

MODULES = (
    accounts,
    agreed,
    appointments,
    calendars,
    contacts,
    events,
    people,
    protections,
    queues,
    rest,
    shifts,
    swaps,
    webhooks,
)

metadata = SQLModel.metadata
