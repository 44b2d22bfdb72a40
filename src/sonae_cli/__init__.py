"""The command line: a few lines over the library for each command."""
