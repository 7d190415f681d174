"""The durable floor: contacts, rests, and who is where."""
