"""Twilio TaskRouter: the assignment callback, the event callback, and what Breather keeps current there."""
