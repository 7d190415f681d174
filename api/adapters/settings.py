"""What a site says about its contact systems: how their ids map to ours, and how each is to be answered.

A TOML file named by `BREATHER_ADAPTERS`, read at start; secrets come from the environment alone. Unknown keys are
errors.
"""

import tomllib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from api.errors import Invalid
from roster.contacts import EntryConditions
from roster.rest import AgentState

Code = Annotated[str, Field(min_length=1, max_length=64)]
VendorId = Annotated[str, Field(min_length=1, max_length=120)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _each_once(names: Mapping[str, str], table: str) -> None:
    codes = sorted(names.values())
    twice = {code for code, after in pairwise(codes) if code == after}
    if twice:
        raise ValueError(f"{table} names {', '.join(sorted(twice))} twice: expected each agent once")


class TwilioSettings(_Table):
    """Twilio TaskRouter: ids by SID, the activities it may be moved between, and the instruction for a yes."""

    account_sid: str = ""
    workspace_sid: str = ""
    public_url: str = Field(default="", description="scheme and host under which Twilio calls us; empty = as received")
    api_url: str = "https://taskrouter.twilio.com"
    workers: dict[VendorId, Code] = Field(default_factory=dict, description="WorkerSid to agent code")
    queues: dict[VendorId, Code] = Field(default_factory=dict, description="TaskQueueSid to queue code")
    activities: dict[VendorId, AgentState] = Field(default_factory=dict, description="ActivitySid to state")
    available_activity: str = Field(default="", description="ActivitySid to go back to")
    protected_activity: str = Field(default="", description="ActivitySid of the time between contacts")
    within_points: float = Field(
        default=20.0, ge=0, description="how much more than the best TaskRouter's pick may cost"
    )
    instruction: Literal["accept", "dequeue", "call", "redirect"] = "accept"
    call_from: str = ""
    twiml_url: str = Field(default="", description="what call and redirect run")
    publish_load: bool = Field(default=False, description="keep the worker attribute breather_load current")

    @property
    def writes(self) -> bool:
        """Whether Breather changes anything at Twilio."""
        return self.publish_load or bool(self.protected_activity)

    @model_validator(mode="after")
    def _complete(self) -> "TwilioSettings":
        needed = {"account_sid": self.writes, "workspace_sid": self.writes}
        needed["available_activity"] = bool(self.protected_activity)
        needed["call_from"] = self.instruction == "call"
        needed["twiml_url"] = self.instruction in ("call", "redirect")
        missing = [name for name, wanted in needed.items() if wanted and not getattr(self, name)]
        if missing:
            raise ValueError(f"expected {' and '.join(missing)} too, for what is set here")
        _each_once(self.workers, "workers")
        return self


class RocketChatSettings(_Table):
    """Rocket.Chat: departments and people by their ids; what a department's chats are like on arrival."""

    departments: dict[VendorId, Code] = Field(default_factory=dict, description="department id to queue code")
    default_queue: str = Field(default="", max_length=64, description="queue of chats without a department")
    users: dict[VendorId, str] = Field(default_factory=dict, description="user id to agent code; empty = no agent here")
    usernames: dict[VendorId, Code] = Field(default_factory=dict, description="user name to agent code")
    entries: dict[Code, EntryConditions] = Field(default_factory=dict, description="by queue code")
    offer_seconds: int = Field(default=30, ge=5, le=600, description="an offer not asked for so long is given up")

    @model_validator(mode="after")
    def _names_once(self) -> "RocketChatSettings":
        _each_once(self.usernames, "usernames")
        return self


class AzureSettings(_Table):
    """Azure Job Router: the label that names the queue, and ids of workers and queues."""

    queue_label: VendorId = "breather_queue"
    queues: dict[VendorId, Code] = Field(default_factory=dict, description="value of the label to queue code")
    workers: dict[VendorId, Code] = Field(default_factory=dict, description="worker id to agent code")


class Adapters(_Table):
    """All of it. An adapter without its secret in the environment answers 404, whatever stands here."""

    twilio: TwilioSettings = TwilioSettings()
    rocketchat: RocketChatSettings = RocketChatSettings()
    azure: AzureSettings = AzureSettings()


def read_adapters(path: Path | None) -> Adapters:
    """The file at `path`, or the defaults without one.

    Raises
    ------
    Invalid: no such file, no TOML, or values that can't be used; each with its key, value and what was expected.
    """
    if path is None:
        return Adapters()
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(f"{path}: can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"{path}: is no TOML: {error}") from error
    try:
        return Adapters.model_validate(values)
    except ValidationError as error:
        lines = [
            f"{path}: {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            + ("" if isinstance(fault["input"], dict) else f" (found {fault['input']!r})")
            for fault in error.errors()
        ]
        raise Invalid("\n".join(lines)) from error


def ours(table: Mapping[str, str], vendor_id: str) -> str:
    """Our code for a vendor's id: as the table says, else the id itself, for sites that use our codes there."""
    return table.get(vendor_id, vendor_id)
