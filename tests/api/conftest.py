"""Fixtures of this folder."""

import pytest

from api.context import Context
from tests.api.appointment_stage import Stage, staged
from tests.conftest import SetClock


@pytest.fixture
def stage(context: Context, clock: SetClock) -> Stage:
    """For tests of appointments: six people on the early shift; it is 07:05."""
    return staged(context, clock)


@pytest.fixture
def any_stage(any_context: Context, clock: SetClock) -> Stage:
    """The same on both databases."""
    return staged(any_context, clock)
