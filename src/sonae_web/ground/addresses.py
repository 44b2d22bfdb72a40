"""Mail addresses and the mail server, as they are written in settings and forms; imports no model."""

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

_ONE = re.compile(r"[^\s\x00-\x20\x7f,;:<>()\[\]\"\\@]+@[^\s\x00-\x20\x7f,;:<>()\[\]\"\\@]+")
PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


class Server(NamedTuple):
    """What Django's SMTP backend needs to know."""

    host: str
    port: int
    username: str
    password: str
    use_tls: bool
    use_ssl: bool


def one_address(text: str) -> str:
    """Return a mail address as it is. Raises ValueError, without repeating it, unless it is exactly one plain address."""
    try:
        validate_email(text)
    except ValidationError:
        text = ""
    if not _ONE.fullmatch(text):
        raise ValueError("not one mail address")
    return text


def server(url: str) -> Server | None:
    """Return the mail server of ``smtp+tls://user:password@host:587``; None for no text.

    ``smtp+tls`` begins plain and turns to TLS (STARTTLS), ``smtp+ssl`` is TLS from the start, ``smtp`` is plain. Raises
    ValueError for another form, and for a password that would cross a network in clear.
    """
    if not url:
        return None
    form = ValueError(f"it is written as {', '.join(PORTS)}, then ://user:password@host:port")
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise form from None  # whose words would repeat a part of it
    if not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise form
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if password and parts.scheme == "smtp" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        raise ValueError("a password is sent with smtp+tls or smtp+ssl only")
    return Server(parts.hostname, port, user, password, parts.scheme == "smtp+tls", parts.scheme == "smtp+ssl")
