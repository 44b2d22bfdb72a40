"""Documents: typst templates, fonts and charts. Data in, PDF bytes out."""

from sonae.papers.charts import Spoke, radar
from sonae.papers.fonts import printable
from sonae.papers.render import render

__all__ = ["Spoke", "printable", "radar", "render"]
