"""``sonae worker``, ``sonae scheduler``, ``sonae jobs``, ``sonae mail``: what the site does outside a request."""

import signal
import threading
from typing import Annotated, Any

import typer

from sonae.figures import count
from sonae.problems import Refused, problem
from sonae.programmes import library
from sonae_cli.output import Output, show
from sonae_cli.site import begin_site, site_database


def worker(
    once: Annotated[bool, typer.Option("--once", help="Run what is due now, and end.")] = False,
) -> None:
    """Run the site's jobs (mails among them) until stopped. Several workers share them, on this machine or another."""
    with site_database():
        from sonae_web.ground import jobs

        if once:
            ran = jobs.run_all()
            show({"jobs": ran}, [library(Output.lang)("worker.ran", jobs=count(ran))])
        else:
            jobs.run_worker(asked_to_stop())


def scheduler() -> None:
    """Do what is due by the clock, such as sealing the audit log each second, until stopped. Two share the work safely."""
    begin_site()
    from sonae_web.ground import jobs
    from sonae_web.schedule import SCHEDULE

    jobs.run_schedule(asked_to_stop(), SCHEDULE)


def jobs(
    again: Annotated[bool, typer.Option("--again", help="Let the dead jobs be tried anew.")] = False,
) -> None:
    """Show how many jobs and mails wait, and which jobs are dead."""
    with site_database():
        from sonae_web.ground import jobs, outbox

        words = library(Output.lang)
        revived = jobs.revive() if again else 0
        lines = [words("worker.revived", jobs=count(revived))] if again else []
        queue, mails, dead = jobs.state(), outbox.state(), jobs.dead()
    lines += [
        words("worker.waiting", jobs=count(queue["waiting"]), mails=count(mails["waiting"])),
        words("worker.failed", jobs=count(queue["dead"]), mails=count(mails["failed"])),
    ]
    rows: list[dict[str, Any]] = [
        {"id": str(each.id), "at": each.at.isoformat(timespec="seconds"), "name": each.name, "error": each.error, "place": each.place}
        for each in dead
    ]  # fmt: skip
    lines += [words("worker.dead", **each) for each in rows]
    show({"revived": revived, "jobs": queue, "mails": mails, "dead": rows}, lines)


def mail(to: Annotated[str, typer.Argument(help="The address to send it to.", show_default=False)]) -> None:
    """Write a trial mail to an address, to check the site's mail settings."""
    with site_database():
        from django.conf import settings
        from django.db import transaction

        from sonae_web.ground import outbox
        from sonae_web.ground.addresses import one_address

        try:
            one_address(to)
        except ValueError as error:
            raise Refused([problem("mail.address", "to")]) from error
        with transaction.atomic():
            written = outbox.post(kind="trial", to=to, lang=Output.lang, values={"host": settings.ALLOWED_HOSTS[0]})
    show({"mail": str(written)}, [library(Output.lang)("worker.trial", mail=written)])


def asked_to_stop() -> threading.Event:
    """Return what is set when this process is asked to end by SIGTERM or SIGINT."""
    asked = threading.Event()

    def ask(*_: object) -> None:  # in a thread: the wait that it interrupts may hold the event's lock
        threading.Thread(target=asked.set).start()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, ask)
    return asked
