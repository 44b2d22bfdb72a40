"""Applications as they are read: a row with what it says, locked where it is changed; and what a refusal says."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from sonae.dates import JST
from sonae.enrolment import Choice, Kind, of_year
from sonae.enrolment.states import Life, NotAllowed, after
from sonae.programmes import Plan, Programme, load
from sonae_web.accounts.models import Organisation, Role
from sonae_web.ground import audit, clock, sealed
from sonae_web.ground.scope import Scope, get_or_404
from sonae_web.policies.models import Application, Content, Cover
from sonae_web.windows import extensions


class Told(Exception):  # noqa: N818 - an answer in words
    """What was asked cannot be done; ``word`` is the id of the words that say why."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class Changed(Told):
    """Somebody else was faster: what was seen is no longer what there is."""

    def __init__(self) -> None:
        super().__init__("site.policies.changed")


@dataclass(frozen=True)
class Sheet:
    """An application and what it says."""

    row: Application
    content: dict[str, Any]

    def part(self, name: str) -> dict[str, Any]:
        """Return one part of what it says; empty where nothing was entered."""
        found: dict[str, Any] = self.content.get(name, {})
        return found

    def has(self, name: str) -> bool:
        """Return whether a part was entered. Of the business its corporate number is there from the start."""
        if name == "plan":
            return self.row.quote is not None
        return bool(self.part(name).get("signatory") if name == "business" else self.part(name))


def programme() -> Programme:
    """Return the site's programme."""
    return load(settings.PROGRAMME)


def plan_of(plan: str) -> Plan:
    """Return a plan of the programme by its id."""
    return next(each for each in programme().plans if each.id == plan)


def open_choices() -> list[Choice]:
    """Return what an application completed today may choose."""
    return extensions.open_choices(programme(), clock.today())


def choice_of(row: Application) -> Choice | None:
    """Return the choice that an application for its year has today, of its kind where that is open; None: none."""
    return of_year(open_choices(), row.year, chosen(row).kind)


def chosen(row: Application | Cover) -> Choice:
    """Return the choice that an application or cover is for, moments in Japan's time."""
    kind: Kind = "normal" if row.kind == "normal" else "mid_term"
    start, end = (each.astimezone(JST) for each in (row.cover_from, row.cover_to))
    return Choice(kind, row.year, start, end, row.months, row.debit_on)


def read(*, scope: Scope, application: UUID) -> Sheet:
    """Return an application with what it says. Raises Http404."""
    row = get_or_404(Application, scope, application)
    return Sheet(row, content_of(scope, row))


def content_of(scope: Scope, row: Application) -> dict[str, Any]:
    """Return what an application says."""
    found: dict[str, Any] = sealed.get(Content.within(scope).get(application=row.pk), "content")
    return found


def locked(*, scope: Scope, application: UUID) -> Application:
    """Return an application, locked until the transaction ends. Raises Http404."""
    found = get_or_404(Application, scope, application)
    return Application.within(scope).select_for_update().get(pk=found.pk)


def step(row: Application, name: str, *, by: str) -> None:
    """Take a step of the life of an application, in memory. Raises Told for one that cannot be taken now."""
    life = Life(row.cover_from, row.cover_to, row.state)
    try:
        row.state = after(life, name, by=by, at=clock.now()).state
    except NotAllowed as not_allowed:
        word = "too_late" if not_allowed.why == "before_start" else "decided"
        raise Told(f"site.policies.{word}") from not_allowed
    row.version += 1
    row.changed_at = clock.now()


def set_choice(row: Application, choice: Choice) -> None:
    """Let an application be for a choice, in memory."""
    row.year, row.kind, row.months = choice.year, choice.kind, choice.months
    row.cover_from, row.cover_to, row.debit_on = choice.cover_from, choice.cover_to, choice.debit_on


def not_own(scope: Scope, tenant: UUID) -> None:
    """Refuse, with Told, whoever would decide about themselves.

    That is whoever acts for the business as its member, and who holds the association's role where the business is the
    association itself: its member organisation of the same name or number.
    """
    place = Organisation.objects.select_related("parent").get(pk=tenant)
    held = Role.objects.filter(user=scope.user)
    own = held.filter(organisation=place, role=Role.Name.MEMBER).exists()
    if not own and is_association(place):
        own = held.filter(organisation=place.parent, role=Role.Name.ASSOCIATION).exists()
    if own:
        raise Told("site.policies.own")


def is_association(member: Organisation) -> bool:
    """Return whether a member organisation is its association as the insured: the same name or number."""
    above = member.parent
    if above is None or above.kind != Organisation.Kind.ASSOCIATION:
        return False
    return member.name == above.name or bool(member.number and member.number == above.number)


def record(scope: Scope, row: Application, action: str, **detail: audit.Value) -> None:
    """Write into the log what was done to an application."""
    audit.record(
        action=f"application.{action}", kind="application", object_id=row.pk, actor=scope.user, organisation=row.tenant,
        detail={"version": row.version, **detail},
    )  # fmt: skip
