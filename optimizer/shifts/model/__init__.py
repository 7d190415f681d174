"""The whole problem as one CP-SAT model: its variables, every rule posted, one search."""
