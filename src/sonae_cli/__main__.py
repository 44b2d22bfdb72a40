"""Runs the command line: ``python -m sonae_cli``."""

from sonae_cli.app import main

if __name__ == "__main__":
    main()
