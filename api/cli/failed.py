"""The error of a run that failed, apart from bad input."""


class Failed(Exception):
    """A run that could not be completed, through no fault in its input: exit status 1 and this line."""
