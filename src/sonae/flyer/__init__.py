"""The flyer of a programme year: two pages from data alone, in both languages."""

from sonae.flyer.build import build, pdf
from sonae.flyer.page import Contact
from sonae.flyer.shown import check_flyer, first_day

__all__ = ["Contact", "build", "check_flyer", "first_day", "pdf"]
