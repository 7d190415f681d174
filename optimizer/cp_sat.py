"""How every CP-SAT solver of ours is made."""

from ortools.sat.python import cp_model


def new_solver() -> cp_model.CpSolver:
    """A solver that leaves signals alone.

    CP-SAT catches SIGINT by itself and takes a lock in the handler: a Ctrl-C at the wrong moment would hang the
    process for good. Who may be interrupted decides that for itself.
    """
    solver = cp_model.CpSolver()
    solver.parameters.catch_sigint_signal = False
    return solver
