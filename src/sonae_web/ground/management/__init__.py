"""Commands of Django that the ground changes."""
