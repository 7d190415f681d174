"""The agent's hand on their own breaks: where they may go, moved, split, swapped."""
