"""Functions compiled to machine code by numba, on their first call, and kept beside the source for the next process.

What is kept of a function has those it calls inside, from whatever file. Numba looks only whether the function's own
file has changed, so it would go on with what a changed callee used to do. Here it looks at all these files together.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])

PARTS = (b"optimizer.compiled", b"optimizer.routing.inlined", b"NamedTuple")
"""What is in each file with a compiled function, or with a tuple that such functions take."""


def compiled(function: Function) -> Function:
    """`function` compiled; where nothing may be written beside the source or in the user's cache, for this process."""
    try:
        found: Any = njit(cache=True, nogil=True)(function)
    except RuntimeError:
        # numba's "no locator available": a read-only installation without a home.
        return cast(Function, njit(nogil=True)(function))
    # Numba has no public way to say what a kept function depends on. The files are named by it, because even to look
    # at those of other sources may need classes that are gone.
    kept, sources = found._cache, sources_of(Path(__file__).parent)
    name = f"{kept._impl.filename_base}-{sources[:16]}"
    kept._cache_file = type(kept._cache_file)(kept._cache_path, name, sources)
    return cast(Function, found)


@cache
def sources_of(folder: Path) -> str:
    """A digest of every file under `folder` that compiled functions depend on."""
    digest = sha256()
    for file in sorted(folder.rglob("*.py")):
        text = file.read_bytes()
        if any(part in text for part in PARTS):
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + text + b"\0")
    return digest.hexdigest()
