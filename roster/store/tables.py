"""Every table of the schema, imported in one place so that metadata is whole."""

from sqlmodel import SQLModel

from roster import accounts, contacts, events, people, queues, rest, shifts

MODULES = (accounts, contacts, events, people, queues, rest, shifts)

metadata = SQLModel.metadata
