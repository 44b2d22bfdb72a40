"""Renders plain data with a typst template into a tagged PDF (PDF/A-2a, PDF/UA-1), the same bytes for the same data."""

import json
import threading
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any

from sonae.papers.fonts import paths

TEMPLATES = Path(__file__).parent / "templates"
_lock = threading.Lock()


@lru_cache(maxsize=1)
def _fonts() -> Any:
    import typst

    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[path.parent for path in paths()]
    )


@lru_cache(maxsize=8)
def _compiler(template: str) -> Any:
    import typst

    return typst.Compiler(TEMPLATES / f"{template}.typ", root=TEMPLATES, font_paths=_fonts())


def render(template: str, data: dict[str, Any], on: date) -> bytes:
    """Return the PDF of ``templates/<template>.typ`` over the data, dated ``on``.

    The data reaches the template as JSON, never as markup. Fonts and compiler are made once a process.
    """
    with _lock:
        pdf: bytes = _compiler(template).compile(
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=datetime.combine(on, time(0), UTC),
        )
    return pdf
