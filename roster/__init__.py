"""The domain: people, shifts, contacts, rest, the load model, working-time rules and policy."""
