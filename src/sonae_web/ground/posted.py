"""Whole numbers in what a browser sends: versions that were seen, years, pages."""

MOST_DIGITS = 9
NONE = -1
"""Stands for what is no whole number: no version, year or page is that."""


def whole(text: str) -> int:
    """Return a whole number of plain digits, NONE for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else NONE
