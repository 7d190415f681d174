"""The assignment against brute force: overdue first, then as many as can be, then the least sum of costs."""

from itertools import product

import numpy as np
import pytest

from optimizer.routing import matching

SEEDS = range(150)


def match(cost: np.ndarray, eligible: np.ndarray, urgency: np.ndarray, overdue: np.ndarray) -> np.ndarray:
    """The column matched to each row, -1 for none, of a whole table."""
    row_of, column_of = np.nonzero(eligible)
    pair_of = matching.match(row_of, column_of, cost[row_of, column_of], urgency, overdue)
    return np.array([-1 if pair < 0 else column_of[pair] for pair in pair_of])


def best_by_hand(
    cost: np.ndarray, eligible: np.ndarray, urgency: np.ndarray, overdue: np.ndarray
) -> tuple[int, int, float]:
    """(overdue unmatched, unmatched, cost) of the best matching, by trying all of them."""
    rows, columns = cost.shape
    best = (rows + 1, rows + 1, float("inf"))
    for choice in product(range(-1, columns), repeat=rows):
        used = [column for column in choice if column >= 0]
        if len(used) != len(set(used)):
            continue
        if any(column >= 0 and not eligible[row, column] for row, column in enumerate(choice)):
            continue
        best = min(best, judged(np.array(choice), cost, urgency, overdue))
    return best


def judged(choice: np.ndarray, cost: np.ndarray, urgency: np.ndarray, overdue: np.ndarray) -> tuple[int, int, float]:
    """(overdue unmatched, unmatched, cost) of one matching; costs in hundredths, as the solver rounds them."""
    left = choice < 0
    paired = sum(round(float(cost[row, column]) * 100) for row, column in enumerate(choice) if column >= 0)
    return int((left & overdue).sum()), int(left.sum()), paired + float(np.rint(urgency[left] * 100).sum())


@pytest.mark.parametrize("seed", SEEDS)
def test_it_is_as_good_as_the_best_of_all_matchings(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows, columns = int(random.integers(1, 5)), int(random.integers(1, 5))
    cost = np.round(random.uniform(-50, 80, (rows, columns)), 2)
    eligible = random.random((rows, columns)) < random.uniform(0.2, 1)
    urgency = np.round(random.uniform(0, 300, rows), 2)
    overdue = random.random(rows) < 0.3
    found = match(cost, eligible, urgency, overdue)
    matched = found[found >= 0]
    assert len(matched) == len(set(matched.tolist()))
    assert all(eligible[row, column] for row, column in enumerate(found) if column >= 0)
    assert judged(found, cost, urgency, overdue) == best_by_hand(cost, eligible, urgency, overdue)


def test_equal_costs_go_to_the_earlier_column() -> None:
    cost, eligible = np.zeros((1, 5)), np.array([[False, True, True, True, True]])
    assert match(cost, eligible, np.zeros(1), np.zeros(1, np.bool_)).tolist() == [1]
    two = match(np.zeros((2, 5)), np.ones((2, 5), np.bool_), np.zeros(2), np.zeros(2, np.bool_))
    assert sorted(two.tolist()) == [0, 1]


def test_one_free_person_takes_what_waits_longest_of_equals_and_first_what_is_overdue() -> None:
    cost, eligible = np.array([[9.0, 0.0], [9.0, 0.0], [9.0, 90.0]]), np.array([[False, True]] * 3)
    never = np.zeros(3, np.bool_)
    assert match(cost, eligible, np.zeros(3), never).tolist() == [1, -1, -1]
    assert match(cost, eligible, np.array([0.0, 0.0, 91.0]), never).tolist() == [-1, -1, 1]
    assert match(cost, eligible, np.zeros(3), np.array([False, False, True])).tolist() == [-1, -1, 1]


def test_nobody_eligible_leaves_all_waiting() -> None:
    none = np.zeros((3, 4), np.bool_)
    assert match(np.zeros((3, 4)), none, np.ones(3), np.ones(3, np.bool_)).tolist() == [-1, -1, -1]


def test_no_agents_and_extreme_costs_are_no_trouble() -> None:
    assert match(np.zeros((2, 0)), np.zeros((2, 0), np.bool_), np.ones(2), np.zeros(2, np.bool_)).tolist() == [-1, -1]
    cost = np.array([[1e12, -1e12], [5.0, 5.0]])
    found = match(cost, np.ones((2, 2), np.bool_), np.array([1e15, 0.0]), np.array([True, False]))
    assert found.tolist() == [1, 0]


def test_many_more_agents_than_contacts_still_gives_the_cheapest() -> None:
    random = np.random.default_rng(7)
    cost = random.uniform(0, 100, (30, 2000))
    found = match(cost, np.ones((30, 2000), np.bool_), np.zeros(30), np.zeros(30, np.bool_))
    # Swapping any two of the pairs, or one of them for an agent left over, gains nothing.
    rows = np.arange(30)
    paired = cost[rows, found]
    swapped = cost[:, found] + cost[:, found].T
    assert (paired[:, None] + paired[None, :] <= swapped + 0.05).all()
    spare = np.setdiff1d(np.arange(2000), found)
    assert (paired <= cost[:, spare].min(axis=1) + 0.02).all()
