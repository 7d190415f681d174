"""Who may sign in or call."""
