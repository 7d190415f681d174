"""Functions compiled to machine code by numba, on their first call, and kept beside the source for the next process."""

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """`function` compiled; where nothing may be written beside the source or in the user's cache, for this process."""
    try:
        return cast(Function, njit(cache=True, nogil=True)(function))
    except RuntimeError:
        # numba's "no locator available": a read-only installation without a home.
        return cast(Function, njit(nogil=True)(function))
