"""Repair: after a change, as few published shifts moved as possible, with what is proved about it."""
