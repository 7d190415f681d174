"""Third-party contact systems: each speaks its vendor's language and calls the same floor services."""
