"""Rocket.Chat: who takes the next chat of a department, and what became of it."""
