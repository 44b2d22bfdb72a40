"""Sonae's library: pure functions over programmes that are data. No framework, clock, environment or network."""

__version__ = "0.1.0"
