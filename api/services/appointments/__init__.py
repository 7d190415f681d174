"""What is promised a time in the day: call-backs, meetings, focus time, reflective groups."""
