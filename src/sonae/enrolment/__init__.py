"""Joining a programme: when one may apply, when cover starts and ends, when it is debited, and what becomes of it."""

from sonae.enrolment.calendar import (
    Answer,
    Choice,
    Closed,
    Extension,
    Kind,
    answer,
    applied_on,
    choices,
    faults_of,
    last_day,
    moved,
    none_open,
    of_year,
)

__all__ = [
    "Answer",
    "Choice",
    "Closed",
    "Extension",
    "Kind",
    "answer",
    "applied_on",
    "choices",
    "faults_of",
    "last_day",
    "moved",
    "none_open",
    "of_year",
]
