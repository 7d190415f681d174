"""Rows of TRACE.csv, DUTY.csv and one policy's report, described for `breather schema`. `files.py` reads the files."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from optimizer.simulation.files import LAST_SECOND, LONGEST_SECONDS, NAME_LENGTH

Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH)]
Time = Annotated[float, Field(ge=0, le=LAST_SECOND)] | datetime
Seconds = Annotated[float, Field(ge=0, le=LONGEST_SECONDS)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Amount = Annotated[float, Field(ge=0)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TraceRow(_Row):
    """One contact: a row of TRACE.csv under a header with these columns."""

    contact: Annotated[Name, Field(description="unique in the file")]
    queue: Annotated[Name, Field(description="the skill it needs")]
    arrived_at: Annotated[Time, Field(description="seconds from 0, or ISO 8601; the same way in both files")]
    handle_seconds: Annotated[Seconds, Field(description="talk and after-contact work")]
    patience_seconds: Annotated[Seconds | Literal[""], Field(description="gives up after so long; empty = never")]
    difficulty: Annotated[float, Field(ge=0, le=100, description="points")]
    heavy: Annotated[Literal[0, 1, ""], Field(description="empty = by the policy's tier")]


class DutyRow(_Row):
    """One session of work: a row of DUTY.csv under a header with these columns."""

    agent: Annotated[Name, Field(description="sessions of one agent do not overlap")]
    start: Annotated[Time, Field(description="seconds from 0, or ISO 8601; the same way in both files")]
    end: Annotated[Time, Field(description="after `start`")]
    skills: Annotated[str, Field(min_length=1, description="names of queues joined by |")]


class SimulationReport(_Row):
    """What came of one routing policy; the report has one of these by the name of each."""

    served: Count
    abandoned: Count
    mean_wait_seconds: Amount
    p95_wait_seconds: Amount
    service_level: Share
    occupancy: Share
    heavy_total: Count
    max_heavy_per_agent_day_mean: Amount
    share_agent_days_heavy_ge4: Share
    gini_heavy: Share
    share_next_contact_within_5min_after_heavy: Share
    share_next_contact_within_10min_after_heavy: Share
    back_to_back_heavy: Count
    rest_minutes_given: Amount
    rest_debt_minutes: Amount
    peak_acute_load_p95: Amount
    max_carried_load: Amount
