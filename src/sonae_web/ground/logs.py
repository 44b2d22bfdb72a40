"""Log lines as JSON: what happened, when, in which request; never an address with a secret, a name or a message's arguments."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")
SUSPECTED = "django.security."
FIELDS = ("route", "method", "status", "milliseconds", "code", "tries")


class Json(logging.Formatter):
    """One line a record: the message's fixed text, our own fields, and of an exception its type and place."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
            "request": request_id.get(),
        }
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            if where := place_of(record.exc_info[1]):
                line["where"] = where
        return json.dumps(line, ensure_ascii=False)


def _event(record: logging.LogRecord) -> str:
    """Return what happened in fixed words. Of what Django suspects only the kind: its message repeats what a visitor sent."""
    if record.name.startswith(SUSPECTED):
        return record.name.removeprefix(SUSPECTED)
    return record.msg if isinstance(record.msg, str) else type(record.msg).__name__


def place_of(error: BaseException | None) -> str:
    """Return where an exception was raised, as file, line and function; "" for one that never was. None of its words."""
    trace = error.__traceback__ if error else None
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return ""
    code = trace.tb_frame.f_code
    return f"{code.co_filename.rpartition('/src/')[2]}:{trace.tb_lineno} {code.co_name}"
