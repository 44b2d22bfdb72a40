"""What every test of a command runs it with."""

import pytest

from tests.cast import Shell


@pytest.fixture
def sonae(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(capsys, monkeypatch)
