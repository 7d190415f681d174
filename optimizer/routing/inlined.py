"""Small compiled functions that are copied into the loops that call them: a call with arrays would cost more."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def inlined(function: Function) -> Function:
    """`function` compiled into each of its callers."""
    return cast(Function, njit(inline="always")(function))
