"""Very many people: their teams planned side by side, each against what the others leave.

`parts.py` says who is planned together, `task.py` is what one process or machine does, `side_by_side.py` hands tasks to
a `concurrent.futures.Executor` and puts the answers together in an order that does not depend on who was first.
"""
