"""What is kept of a compiled function is used as long as nothing that it calls has changed, and no longer."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import optimizer.compiled
from optimizer.compiled import sources_of

HEAD = "from optimizer.compiled import compiled\n\n\n"
CALLEE = "@compiled\ndef callee() -> int:\n    return {answer}\n"
CALLER = "from optimizer.callee import callee\n\n\n@compiled\ndef caller() -> int:\n    return callee() + 1\n"
ASK = "from optimizer.caller import caller; print(caller(), sum(caller.stats.cache_hits.values()))"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with `compiled` and two functions of different files."""
    folder = tmp_path / "optimizer"
    folder.mkdir()
    (folder / "__init__.py").touch()
    shutil.copy(optimizer.compiled.__file__, folder)
    (folder / "callee.py").write_text(HEAD + CALLEE.format(answer=1))
    (folder / "caller.py").write_text(HEAD + CALLER)
    return folder


def asked(package: Path) -> list[int]:
    """What the caller answers in a process of its own, and how often what was kept of it was used."""
    run = subprocess.run([sys.executable, "-c", ASK], cwd=package.parent, capture_output=True, text=True, check=True)
    return [int(word) for word in run.stdout.split()]


@pytest.mark.slow
def test_a_changed_callee_is_called_by_a_caller_that_was_kept(package: Path) -> None:
    assert asked(package) == [2, 0]
    assert asked(package) == [2, 1]
    (package / "other.py").write_text("# nothing that a compiled function calls\n")
    assert asked(package) == [2, 1]
    (package / "callee.py").write_text(HEAD + CALLEE.format(answer=10))
    assert asked(package) == [11, 0]
    assert asked(package) == [11, 1]


def test_the_digest_is_of_the_files_that_compiled_functions_depend_on(package: Path) -> None:
    before = sources_of.__wrapped__(package)
    (package / "other.py").write_text("# nothing that a compiled function calls\n")
    assert sources_of.__wrapped__(package) == before
    (package / "tuples.py").write_text("from typing import NamedTuple\n")
    assert sources_of.__wrapped__(package) != before
