"""A first roster: people without a row get their best one, one after another, against what cover still lacks."""

import numpy as np

from optimizer.shifts.search.crew import Crew


def construct(crew: Crew, seed: int) -> bool:
    """Put in everyone who has no row yet, in random order; False where someone can't have one."""
    order = np.random.default_rng([seed, 0]).permutation(len(crew.people))
    missing = [crew.people[int(number)] for number in order if crew.people[int(number)].agent.id not in crew.rows]
    return all(crew.reinsert(person) for person in missing)
