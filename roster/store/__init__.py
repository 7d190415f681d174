"""Engine, migrations and sessions."""
