"""The outbox: a mail is kept sealed with what it tells, sent once, tried again, refused for good, and erased in time."""

import email
import email.policy
import re
import socketserver
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage as Message
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import IntegrityError, transaction
from django_tasks_db.models import DBTaskResult

from sonae.figures import LANGS
from sonae.programmes import library
from sonae_web.ground import jobs, outbox, sealed
from sonae_web.ground.addresses import Server, one_address, server
from sonae_web.ground.models import Mail
from tests.cast import Shell
from tests.web.cast import NOON

pytestmark = pytest.mark.django_db
TO = "hanako@example.jp"
HOST = {"host": "sonae.example.jp"}
DEAD_AFTER = timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where mails go as files."""
    monkeypatch.setattr(settings, "MAIL_DIR", tmp_path / "mail")
    return tmp_path / "mail"


def posted(**changes: Any) -> UUID:
    with transaction.atomic():
        return outbox.post(**{"kind": "trial", "to": TO, "lang": "ja", "values": HOST, **changes})


def files(folder: Path) -> list[Message]:
    return [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in sorted(folder.iterdir())
    ]


# --- from the transaction to the recipient
def test_a_mail_is_written_sealed_and_sent_once(folder: Path, at: Callable[[datetime], None]) -> None:
    number = posted()
    row = Mail.objects.get()
    assert (row.pk, row.kind, row.lang, row.state) == (number, "trial", "ja", "queued")
    stored = str(Mail.objects.values().get()) + str(DBTaskResult.objects.values().get())
    assert not any(word in stored for word in (TO, "hanako", "試し", HOST["host"]))
    assert outbox.state() == {"waiting": 1, "failed": 0}
    assert jobs.run_all() == 1
    (mail,) = files(folder)
    assert (mail["To"], mail["From"], mail["Subject"]) == (TO, "sonae@localhost", "【Sonae】メールの試し送り")
    assert mail["Message-ID"] == f"<{number}@localhost>"
    assert mail["Date"] == "Thu, 01 Apr 2027 03:00:00 +0000"
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "ja")
    assert mail.get_content_type() == "text/plain"
    assert "sonae.example.jp のメール" in mail.get_content()
    assert library("ja")("mail.footer").splitlines()[-1] in mail.get_content()
    (path,) = folder.iterdir()
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (0o600, 0o700)
    row.refresh_from_db()
    assert (row.state, row.sent_at, row.claimed_at, row.tries) == ("sent", NOON, None, 1)
    outbox.send.func(mail=number)
    row.refresh_from_db()
    assert (row.tries, outbox.state()) == (1, {"waiting": 0, "failed": 0})


def test_it_goes_back_with_its_transaction(folder: Path) -> None:
    def fail() -> None:
        with transaction.atomic():
            posted()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (jobs.run_all(), Mail.objects.count(), folder.exists()) == (0, 0, False)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused() -> None:
    with pytest.raises(RuntimeError, match="transaction"):
        outbox.post(kind="trial", to=TO, lang="ja", values=HOST)
    assert Mail.objects.count() == 0


@pytest.mark.parametrize("lang", LANGS)
def test_every_mail_has_words_and_no_subject_has_blanks(lang: Any) -> None:
    texts = library(lang).texts
    kinds = {key.split(".")[1] for key in texts if re.fullmatch(r"mail\.\w+\.(subject|body)", key)}
    assert "trial" in kinds
    for kind in kinds:
        subject, body = texts[f"mail.{kind}.subject"], texts[f"mail.{kind}.body"]
        other = library("en" if lang == "ja" else "ja").texts[f"mail.{kind}.body"]
        assert "{" not in subject
        assert "\n" not in subject
        assert set(outbox._BLANK.findall(body)) == set(outbox._BLANK.findall(other))


# --- what is refused
WRONG = (
    "", "hanako", "@example.jp", "a@example.jp,b@example.jp", "a@example.jp;b@example.jp", "a@example.jp b@example.jp",
    "a@example.jp\n", "a@example.jp\r\nBcc: b@example.jp", "a\n@example.jp", "Hanako <a@example.jp>", '"a b"@example.jp',
    '"a\\\n"@example.jp', "a@example.jp\x00", "a@\u2028example.jp", "@localhost", " a@example.jp",
)  # fmt: skip


@pytest.mark.parametrize("to", WRONG)
def test_what_is_not_one_address_is_refused_and_not_repeated(to: str) -> None:
    with pytest.raises(ValueError, match="one mail address") as refused:
        posted(to=to)
    assert not to or to not in str(refused.value)
    assert (Mail.objects.count(), DBTaskResult.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "to", ["a@example.jp", "sonae@localhost", "a.b+c@mail.example.co.jp", "o'neil@example.jp", "a@例え.jp"]
)
def test_what_is_one_address_is_taken_as_it_is(to: str) -> None:
    assert one_address(to) == to


@pytest.mark.parametrize(
    "changes",
    [
        {"values": {}}, {"values": {"host": "a", "name": "b"}}, {"values": {"name": "a"}}, {"values": {"host": "a\nb"}},
        {"values": {"host": "a\u2028b"}}, {"lang": "fr"}, {"kind": "Trial"}, {"kind": "trial.body"}, {"kind": ""},
    ],
)  # fmt: skip
def test_other_values_languages_and_kinds_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"value|languages"):
        posted(**changes)
    with pytest.raises(KeyError):
        posted(kind="unknown")


def test_a_mail_is_sent_at_a_moment_or_not_at_all() -> None:
    posted()
    for half in ({"state": "sent"}, {"sent_at": NOON}, {"state": "lost"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Mail.objects.update(**half)


# --- tried again, or not
def test_a_mail_that_cannot_be_written_is_tried_again_and_fails_at_last(
    folder: Path, at: Callable[[datetime], None]
) -> None:
    folder.parent.joinpath("mail").write_text("no folder")
    posted()
    moment = NOON
    for tried in range(1, outbox.TRIES + 1):
        assert jobs.run_all() == 1
        row = Mail.objects.get()
        assert (row.tries, row.claimed_at) == (tried, None)
        assert row.state == ("failed" if tried == outbox.TRIES else "queued")
        moment += DEAD_AFTER
        at(moment)
    assert jobs.run_all() == 0
    assert (outbox.state(), jobs.state()["dead"]) == ({"waiting": 0, "failed": 1}, 1)


def test_two_workers_do_not_send_one_mail(at: Callable[[datetime], None], folder: Path) -> None:
    number = posted()
    assert outbox._claim(number)
    with pytest.raises(outbox.Busy):
        outbox.send.func(mail=number)
    at(NOON + outbox.LEASE)  # the other one was killed
    outbox.send.func(mail=number)
    assert len(files(folder)) == 1
    assert Mail.objects.get().state == "sent"


def test_a_mail_that_is_erased_is_not_sent(folder: Path) -> None:
    number = posted()
    Mail.objects.update(content=None)
    outbox.send.func(mail=number)
    assert not folder.exists()
    assert outbox.state() == {"waiting": 0, "failed": 0}


# --- by SMTP
class Postman(socketserver.StreamRequestHandler):
    """A mail server that takes what it is given, but for one recipient whom it does not know and one who is too busy."""

    taken: ClassVar[list[bytes]] = []

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().strip().upper():
            if line.startswith(b"RCPT") and b"NOBODY" in line:
                self.say("550 5.1.1 <nobody@example.jp> unknown")
            elif line.startswith(b"RCPT") and b"BUSY" in line:
                self.say("451 4.3.0 later")
            elif line == b"DATA":
                self.say("354 go on")
                self.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                self.say("250 taken")
            else:
                self.say("221 bye" if line == b"QUIT" else "250 fine")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """What a mail server on a free port takes."""
    with socketserver.TCPServer(("127.0.0.1", 0), Postman) as post:
        monkeypatch.setattr(settings, "SMTP", server(f"smtp://127.0.0.1:{post.server_address[1]}"))
        monkeypatch.setattr(settings, "DEFAULT_FROM_EMAIL", "sonae@example.jp")
        Postman.taken.clear()
        thread = threading.Thread(target=post.serve_forever)
        thread.start()
        yield Postman.taken
        post.shutdown()
        thread.join()


def test_a_mail_server_gets_the_mail_and_a_second_time_the_same_id(taken: list[bytes], folder: Path) -> None:
    number = posted(lang="en")
    jobs.run_all()
    Mail.objects.update(state="queued", sent_at=None)  # as if the worker had been killed before it marked the mail
    outbox.send.func(mail=number)
    first, second = (email.message_from_bytes(each, policy=email.policy.default) for each in taken)
    assert first["Message-ID"] == second["Message-ID"] == f"<{number}@example.jp>"
    assert first["Subject"] == "[Sonae] Trial mail"
    assert first["To"] == TO
    assert "sonae.example.jp" in first.get_content()
    assert not folder.exists()


def test_an_address_that_the_server_does_not_know_is_not_tried_again(
    taken: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    posted(to="nobody@example.jp")
    jobs.run_all()
    assert (taken, outbox.state(), jobs.state()) == ([], {"waiting": 0, "failed": 1}, {"waiting": 0, "dead": 0})
    assert "nobody" not in caplog.text


def test_a_server_that_is_too_busy_is_asked_again(taken: list[bytes]) -> None:
    posted(to="busy@example.jp")
    jobs.run_all()
    assert (taken, outbox.state(), jobs.state()) == ([], {"waiting": 1, "failed": 0}, {"waiting": 1, "dead": 0})
    stored = str(DBTaskResult.objects.values().get())
    assert "SMTPRecipientsRefused" in stored
    assert "busy@" not in stored


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", None),
        ("smtp://localhost", Server("localhost", 25, "", "", use_tls=False, use_ssl=False)),
        ("smtp+tls://u%40x:p%2F@mail.example.jp", Server("mail.example.jp", 587, "u@x", "p/", use_tls=True, use_ssl=False)),
        ("smtp+ssl://u:p@mail.example.jp:4650/", Server("mail.example.jp", 4650, "u", "p", use_tls=False, use_ssl=True)),
    ],
)  # fmt: skip
def test_a_server_is_read_from_its_address(url: str, expected: Server | None) -> None:
    assert server(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.jp", "http://mail.example.jp", "smtps://mail.example.jp", "smtp://", "smtp://host:hidden",
        "smtp://host/hidden", "smtp://host?x=hidden", "smtp://u:hidden@mail.example.jp",
    ],
)  # fmt: skip
def test_another_address_of_a_server_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="smtp") as refused:
        server(url)
    assert "hidden" not in str(refused.value)


# --- Django's mails
def test_djangos_own_mails_go_through_the_outbox(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "sonae_web.ground.outbox.Backend")
    send_mail("パスワードの再設定", "リンク：https://sonae.example.jp/x", None, [TO, "taro@example.jp"])
    both = EmailMultiAlternatives("S\n", "text", None, [TO])
    both.attach_alternative("<b>text</b>", "text/html")
    assert both.send() == 1
    assert Mail.objects.filter(kind="account", state="queued").count() == 3
    assert jobs.run_all() == 3
    mails = files(folder)
    assert sorted(mail["To"] for mail in mails) == [TO, TO, "taro@example.jp"]
    assert {mail.get_content_type() for mail in mails} == {"text/plain"}
    assert {mail["Subject"].strip() for mail in mails} == {"パスワードの再設定", "S"}
    assert sum("https://sonae.example.jp/x" in mail.get_content() for mail in mails) == 2
    row = Mail.objects.filter(kind="account").first()
    assert row is not None
    assert sealed.get(row, "content")["values"] == {}


def test_djangos_mails_with_attachments_or_wrong_addresses_are_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMAIL_BACKEND", "sonae_web.ground.outbox.Backend")
    with pytest.raises(ValueError, match="attachments"):
        EmailMessage("s", "b", None, [TO], attachments=[("a.txt", "a", "text/plain")]).send()
    with pytest.raises(ValueError, match="one mail address"):
        send_mail("s", "b", None, [TO, "a@example.jp, b@example.jp"])
    assert (Mail.objects.count(), DBTaskResult.objects.count()) == (0, 0)


# --- the command
def test_a_trial_mail_is_written_by_a_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    sonae = Shell(capsys, monkeypatch)
    assert sonae("mail", "a@example.jp,b@example.jp", "--json").data["problems"][0]["code"] == "mail.address"
    written = sonae("mail", TO, "--lang", "en")
    assert "trial mail is written" in written.out
    assert sonae("jobs", "--json").data["mails"] == {"waiting": 1, "failed": 0}
    assert sonae("worker", "--once", "--lang", "en").out == "1 jobs done\n"
    (mail,) = files(folder)
    assert "testserver" in mail.get_content()
