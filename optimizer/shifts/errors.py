"""What can go wrong inside a solve that is no result."""


class SolverError(RuntimeError):
    """The solver and the checkers disagree, or the model is broken: a defect of ours, never a result."""
