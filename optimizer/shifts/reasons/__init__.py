"""Why a roster is as it is, or can't be."""
