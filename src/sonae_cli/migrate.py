"""``sonae migrate``: the site's database brought up to date, by the owner of its tables."""

from sonae.programmes import library
from sonae_cli.output import Output, show
from sonae_cli.site import begin_site, bring_up_to_date


def migrate() -> None:
    """Bring the site's database up to date: its tables and, on PostgreSQL, row-level security. Safe to run again."""
    begin_site()
    bring_up_to_date()
    show({"up_to_date": True}, [library(Output.lang)("database.up_to_date")])
