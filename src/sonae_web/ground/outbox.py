"""The outbox: mails are written in the transaction of what they tell, sealed, and sent by a job afterwards.

Sent once as far as SMTP allows: claimed before, marked after. Where a worker is killed in between, the mail goes out again
under the same Message-ID. Without a mail server they are files. Subjects hold no personal data: they have no blanks.
"""

import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, timedelta
from email.utils import format_datetime
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from django.db.models import F

from sonae.figures import LANGS, Lang
from sonae.programmes import load
from sonae_web.ground import clock, sealed
from sonae_web.ground.addresses import Server, one_address
from sonae_web.ground.jobs import job
from sonae_web.ground.models import Mail
from sonae_web.ground.words import lang as current_lang

TRIES = 6
LEASE = timedelta(minutes=5)
"""How long a mail is one worker's: longer than a server may take, shorter than a job's lease."""
PATIENCE = 30
"""Seconds that a mail server has for each answer."""
_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}")
_BLANK = re.compile(r"\{([A-Za-z_]+)\}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")


class Busy(Exception):  # noqa: N818 - a state: another worker has it in hand
    """A mail that another worker is sending."""


def post(*, kind: str, to: str, lang: Lang, values: Mapping[str, str]) -> UUID:
    """Write a mail of the words ``mail.<kind>`` to one recipient in this transaction, and return its id.

    ``values`` fill the blanks of its body, all of them. Raises KeyError for a kind without words, ValueError for another
    language, for more than one address, for a subject with blanks, and for values that are too few, too many or have line
    breaks; RuntimeError outside a transaction.
    """
    if lang not in LANGS or not _KIND.fullmatch(kind):
        raise ValueError("a mail has a kind and one of the site's languages")
    words = load(settings.PROGRAMME).words(lang)
    subject, body = words(f"mail.{kind}.subject"), words(f"mail.{kind}.body")
    if _BLANK.search(subject):
        raise ValueError(f"the subject of {kind} has blanks: it would hold someone's data")
    if set(_BLANK.findall(body)) != values.keys() or any(_CONTROL.search(value) for value in values.values()):
        raise ValueError(f"{kind} needs a value of one line for each of its blanks, and no other")
    filled = words(f"mail.{kind}.body", **values) if values else body
    return _write(kind, to, lang, subject, f"{filled.rstrip()}\n\n{words('mail.footer')}\n", dict(values))


def state() -> dict[str, int]:
    """Return how many mails wait, and how many could not be sent, of those whose content is not erased yet."""
    kept = Mail.objects.filter(content__isnull=False)
    return {
        "waiting": kept.filter(state=Mail.State.QUEUED).count(),
        "failed": kept.filter(state=Mail.State.FAILED).count(),
    }


@job(tries=TRIES)
def send(mail: UUID) -> None:
    """Send a mail, unless it is sent already. Raises Busy while another worker sends it, and what made it fail."""
    row = _claim(mail)
    if row is None:
        return
    try:
        _deliver(row)
    except Exception as error:
        _give_back(row, for_good=_refused(error) or row.tries >= TRIES)
        if not _refused(error):
            raise
    else:
        Mail.objects.filter(pk=mail).update(state=Mail.State.SENT, sent_at=clock.now(), claimed_at=None)


class Backend(BaseEmailBackend):
    """Django's own mails, and those of packages, through the outbox: plain text alone, a mail for each recipient."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the mails and return how many messages they were. Raises ValueError for an attachment or a wrong address."""
        with transaction.atomic():
            for each in email_messages:
                if each.attachments:
                    raise ValueError("a mail of the site has no attachments")
                for to in each.recipients():
                    _write("account", to, current_lang(), _CONTROL.sub(" ", str(each.subject)), str(each.body), {})
        return len(email_messages)


def _write(kind: str, to: str, lang: Lang, subject: str, body: str, values: dict[str, str]) -> UUID:
    row = Mail(kind=kind, lang=lang, created_at=clock.now())
    sealed.put(row, "content", {"to": one_address(to), "subject": subject, "body": body, "values": values})
    send.enqueue(mail=row.pk)
    row.save(force_insert=True)
    return row.pk


@transaction.atomic
def _claim(mail: UUID) -> Mail | None:
    """Return a mail that is ours for LEASE; None when it is sent, failed or erased. Raises Busy."""
    row = Mail.objects.select_for_update().filter(pk=mail, state=Mail.State.QUEUED, content__isnull=False).first()
    if row is None:
        return None
    now = clock.now()
    if row.claimed_at and now < row.claimed_at + LEASE:
        raise Busy
    row.claimed_at, row.tries = now, row.tries + 1
    row.save(update_fields=["claimed_at", "tries"])
    return row


def _give_back(row: Mail, *, for_good: bool) -> None:
    ours = Mail.objects.filter(pk=row.pk, claimed_at=row.claimed_at)
    ours.update(claimed_at=None, state=Mail.State.FAILED if for_good else F("state"))


def _refused(error: Exception) -> bool:
    """Whether a server refused a mail for good: the address is not there, or the mail is not wanted."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    return isinstance(error, SMTPResponseException) and error.smtp_code in (550, 551, 552, 553, 554)


def _deliver(row: Mail) -> None:
    content: dict[str, Any] = sealed.get(row, "content")
    sender = settings.DEFAULT_FROM_EMAIL
    message = EmailMessage(
        content["subject"],
        content["body"],
        sender,
        [content["to"]],
        headers={
            "Message-ID": f"<{row.pk}@{sender.rpartition('@')[2]}>",
            "Date": _date(row),
            "Auto-Submitted": "auto-generated",
            "Content-Language": row.lang,
        },
    )
    server: Server | None = settings.SMTP
    if server:
        EmailBackend(**server._asdict(), timeout=PATIENCE).send_messages([message])
    else:
        _to_file(row, message)


def _date(row: Mail) -> str:
    return format_datetime(row.created_at.astimezone(UTC))


def _to_file(row: Mail, message: EmailMessage) -> None:
    """Write the mail as a file that its owner alone may read, whole or not at all."""
    folder = settings.MAIL_DIR
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f".{row.pk}.part"
    part.unlink(missing_ok=True)  # left by a worker that was killed
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(message.message().as_bytes())
    part.replace(folder / f"{row.pk}.eml")
