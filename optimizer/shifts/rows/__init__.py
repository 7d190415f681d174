"""One person's row: what personal rules say of it, and the best one against prices by dynamic programming."""
