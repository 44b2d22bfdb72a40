"""The browser tests begin with full allowances too."""

from tests.web.conftest import full_allowances

__all__ = ["full_allowances"]
