"""Who could give each debrief: as many requests as can have a peer at once, by augmenting paths.

An upper bound on the debriefs of any plan in which all breaks have their place: every one of them needs a session of a
peer, at a time that leaves both people room for their breaks.
"""

from collections.abc import Mapping, Sequence


def matched(wishes: Mapping[str, Sequence[str]], sessions: Mapping[str, int]) -> dict[str, str]:
    """A peer for as many requests as possible. `wishes`: the peers of each request, best first."""
    given: dict[str, list[str]] = {}
    found: dict[str, str] = {}

    def place(request: str, tried: set[str]) -> bool:
        for peer in wishes[request]:
            if peer in tried or sessions.get(peer, 0) < 1:
                continue
            tried.add(peer)
            held = given.setdefault(peer, [])
            if len(held) < sessions[peer]:
                held.append(request)
                found[request] = peer
                return True
            for other in list(held):
                if place(other, tried):
                    held.remove(other)
                    held.append(request)
                    found[request] = peer
                    return True
        return False

    for request in sorted(wishes, key=lambda one: (len(wishes[one]), one)):
        place(request, set())
    return found
