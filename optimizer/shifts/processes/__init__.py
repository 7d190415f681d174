"""A run in processes of its own, and what they tell each other."""
