"""The windows as they stand: extensions of the normal one, decided by the national federation, never taken back."""

from datetime import date

from django.db import IntegrityError, transaction

from sonae.enrolment import Choice, Extension, choices, faults_of
from sonae.problems import Problem, Refused, problem
from sonae.programmes import Programme
from sonae_web.accounts.models import Organisation
from sonae_web.ground import audit, clock
from sonae_web.ground.scope import Scope
from sonae_web.windows.models import WindowExtension

MOST_REASON = 200


def known() -> tuple[Extension, ...]:
    """Return every extension decided so far."""
    rows = WindowExtension.objects.order_by("decided_on", "until")
    return tuple(Extension(row.year, row.until, row.decided_on) for row in rows)


def open_choices(programme: Programme, applied: date) -> list[Choice]:
    """Return the covers that an application of a day may choose, as the windows stand: extensions count."""
    return choices(programme, applied, known())


def listed() -> list[WindowExtension]:
    """Return the extensions, the latest decision first."""
    return list(WindowExtension.objects.order_by("-decided_on", "-until"))


def may_extend(organisation: Organisation) -> bool:
    """Return whether a federation may extend: the policyholder alone, the national one."""
    return organisation.kind == Organisation.Kind.NATIONAL


@transaction.atomic
def extend(*, scope: Scope, programme: Programme, year: int, until: date, reason: str) -> WindowExtension:
    """Keep the normal window of a year open until the end of a day. Raises Refused."""
    faults = list(faults_of(programme, Extension(year, until, clock.today())))
    if not 1 <= len(reason) <= MOST_REASON:
        faults.append(problem("extension.reason", "reason", most=MOST_REASON))
    if faults:
        raise Refused(faults)
    row = WindowExtension(
        year=year, until=until, decided_on=clock.today(), reason=reason, made_at=clock.now(), made_by=scope.user
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused([_twice(until)]) from None
    audit.record(
        action="window.extended", kind="extension", object_id=row.pk, actor=scope.user, organisation=scope.organisation,
        detail={"year": year, "until": until.strftime("d%Y%m%d")},
    )  # fmt: skip
    return row


def _twice(until: date) -> Problem:
    return problem("extension.twice", "until", found=until)
