"""Documents: typst templates, fonts and charts. Data in, PDF bytes out."""

from sonae.papers.charts import Mark, Spoke, exceedance, radar, squares
from sonae.papers.fonts import printable
from sonae.papers.qr import qr
from sonae.papers.render import render

__all__ = ["Mark", "Spoke", "exceedance", "printable", "qr", "radar", "render", "squares"]
