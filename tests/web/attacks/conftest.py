"""The attacks use the desk's tree and its clerks."""

from tests.web.desk.conftest import as_clerk, there

__all__ = ["as_clerk", "there"]
