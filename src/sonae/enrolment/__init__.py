"""Joining a programme: when one may apply, when cover starts and ends, when it is debited, and what becomes of it."""

from sonae.enrolment.calendar import (
    Choice,
    Closed,
    Extension,
    Kind,
    applied_on,
    choices,
    faults_of,
    moved,
    none_open,
)

__all__ = [
    "Choice",
    "Closed",
    "Extension",
    "Kind",
    "applied_on",
    "choices",
    "faults_of",
    "moved",
    "none_open",
]
