"""The few calls Breather makes to TaskRouter: a worker's activity, and one of a worker's attributes.

POST /v1/Workspaces/{WorkspaceSid}/Workers/{WorkerSid} (twilio.com/docs/taskrouter/api/worker). Attributes are one
JSON text that is replaced as a whole, so they are read first and written on the condition that they are still those.
"""

import json
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx2

from api.adapters.settings import TwilioSettings

TIMEOUT_SECONDS = 3.0
TRIES = 3
CHANGED_MEANWHILE = 412


class TaskRouterError(RuntimeError):
    """TaskRouter could not be reached, or did not do what was asked; the words name no secret and no attribute."""


class TaskRouter:
    """TaskRouter's workers, for one workspace. Use it as a context manager; calls block, at most some seconds."""

    def __init__(self, settings: TwilioSettings, auth_token: str) -> None:
        self._client = httpx2.Client(
            base_url=f"{settings.api_url.rstrip('/')}/v1/Workspaces/{settings.workspace_sid}/Workers",
            auth=(settings.account_sid, auth_token),
            timeout=TIMEOUT_SECONDS,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def set_activity(self, worker_sid: str, activity_sid: str) -> None:
        """Move the worker to the activity."""
        self._post(worker_sid, {"ActivitySid": activity_sid}, {})

    def set_attribute(self, worker_sid: str, name: str, value: int) -> None:
        """Set one attribute, and leave the others as they are."""
        for _ in range(TRIES):
            found = self._done(lambda: self._client.get(f"/{worker_sid}"))
            attributes = _attributes(found)
            if attributes.get(name) == value:
                return
            headers = {"If-Match": found.headers["ETag"]} if "ETag" in found.headers else {}
            body = {"Attributes": json.dumps({**attributes, name: value})}
            reply = self._post(worker_sid, body, headers)
            if reply.status_code != CHANGED_MEANWHILE:
                return
        raise TaskRouterError(f"worker {worker_sid}: its attributes changed each time they were to be written")

    def _post(self, worker_sid: str, body: dict[str, str], headers: dict[str, str]) -> httpx2.Response:
        return self._done(lambda: self._client.post(f"/{worker_sid}", data=body, headers=headers))

    def _done(self, call: Callable[[], httpx2.Response]) -> httpx2.Response:
        try:
            reply = call()
        except httpx2.HTTPError as error:
            raise TaskRouterError(f"TaskRouter can't be reached: {type(error).__name__}") from error
        if not reply.is_success and reply.status_code != CHANGED_MEANWHILE:
            raise TaskRouterError(f"TaskRouter answered {reply.status_code}")
        return reply


def _attributes(reply: httpx2.Response) -> dict[str, Any]:
    try:
        found = json.loads(reply.json()["attributes"] or "{}")
    except (ValueError, KeyError, TypeError) as error:
        raise TaskRouterError("TaskRouter answered with a worker whose attributes can't be read") from error
    if not isinstance(found, dict):
        raise TaskRouterError("TaskRouter answered with a worker whose attributes are no object")
    return found
