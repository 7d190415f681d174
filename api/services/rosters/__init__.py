"""A roster from its problem to its publication."""
