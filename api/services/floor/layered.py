"""A dictionary with changes laid over it: a batch changes a few of many thousand contacts, and may be rolled back."""

from collections.abc import Iterator, MutableMapping
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Layered(MutableMapping[K, V]):
    """`base` as changed, with `base` itself as it was until `folded`."""

    def __init__(self, base: dict[K, V]) -> None:
        self._base = base
        self._set: dict[K, V] = {}
        self._gone: set[K] = set()

    def __getitem__(self, key: K) -> V:
        if key in self._set:
            return self._set[key]
        if key in self._gone:
            raise KeyError(key)
        return self._base[key]

    def __setitem__(self, key: K, value: V) -> None:
        self._set[key] = value
        self._gone.discard(key)

    def __delitem__(self, key: K) -> None:
        if key not in self:
            raise KeyError(key)
        self._set.pop(key, None)
        if key in self._base:
            self._gone.add(key)

    def __contains__(self, key: object) -> bool:
        return key in self._set or (key in self._base and key not in self._gone)

    def __iter__(self) -> Iterator[K]:
        """Keys in the order in which they came, as of a dictionary."""
        for key in self._base:
            if key not in self._gone:
                yield key
        for key in self._set:
            if key not in self._base:
                yield key

    def __len__(self) -> int:
        return len(self._base) - len(self._gone) + sum(key not in self._base for key in self._set)

    def __bool__(self) -> bool:
        return bool(self._set) or len(self._base) > len(self._gone)

    def folded(self) -> dict[K, V]:
        """`base`, changed in place: for whoever knows that nobody needs it as it was."""
        for key in self._gone:
            del self._base[key]
        self._base.update(self._set)
        self._gone, self._set = set(), {}
        return self._base
