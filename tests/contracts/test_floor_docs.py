"""Every policy key that routing, load and rest read is explained in the documentation."""

from pathlib import Path

import pytest

from roster.policy import DifficultyPolicy, LoadPolicy, RestPolicy, RoutingPolicy

DOCS = Path(__file__).parents[2] / "docs"
KEYS = [
    *((page, key) for page, table in (("routing.md", RoutingPolicy),) for key in table.model_fields),
    *(("load.md", key) for table in (DifficultyPolicy, LoadPolicy, RestPolicy) for key in table.model_fields),
]


@pytest.mark.parametrize(("page", "key"), KEYS)
def test_each_key_is_explained(page: str, key: str) -> None:
    assert key in (DOCS / page).read_text(encoding="utf-8")
