"""The tables of the floor for SQL Core: on the hot path rows are read and written without the ORM."""

from sqlalchemy import Table

from roster.store.tables import metadata

AGENT: Table = metadata.tables["agent"]
AGENT_CHANNEL: Table = metadata.tables["agent_channel"]
API_TOKEN: Table = metadata.tables["api_token"]
CONTACT: Table = metadata.tables["contact"]
EVENT: Table = metadata.tables["event"]
FLOOR_STATE: Table = metadata.tables["floor_state"]
PAST_CONTACT: Table = metadata.tables["past_contact"]
IDEMPOTENT_REPLY: Table = metadata.tables["idempotent_reply"]
POOL: Table = metadata.tables["pool"]
POOL_CHANGE: Table = metadata.tables["pool_change"]
PRIVATE_LIMIT: Table = metadata.tables["private_limit"]
QUEUE: Table = metadata.tables["queue"]
REST: Table = metadata.tables["rest"]
REST_DEBT: Table = metadata.tables["rest_debt"]
SEGMENT: Table = metadata.tables["segment"]
SKILL: Table = metadata.tables["skill"]
TEAM: Table = metadata.tables["team"]
