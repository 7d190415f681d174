"""Column generation: rows as columns of a linear program, and the bounds it proves."""
