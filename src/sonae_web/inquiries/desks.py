"""The desks of federations: which prefecture each serves, and how it is reached. Public, but each sets its own alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction

from sonae.contacts import NATIONAL, Office
from sonae.contacts import contacts as all_contacts
from sonae.flyer import Contact
from sonae.programmes import load
from sonae_web.accounts.models import Organisation, User
from sonae_web.ground import audit, clock
from sonae_web.ground.scope import Scope, declared, unscoped
from sonae_web.inquiries.models import Desk


class Taken(Exception):  # noqa: N818 - a state
    """A prefecture that another federation serves."""


@dataclass(frozen=True)
class Place:
    """A desk and the federation that it belongs to."""

    office: str
    name: str
    phone: str
    organisation: Organisation

    @property
    def contact(self) -> Contact:
        """As the flyer prints it."""
        return Contact(self.organisation.name, self.name, self.phone)


def prefectures() -> Sequence[Office]:
    """Return the prefectural offices of the programme, in the order of their codes."""
    return all_contacts(load(settings.PROGRAMME)).prefectural


def places() -> dict[str, Place]:
    """Return every desk of an open federation, by office."""
    with unscoped("inquiries.desks"):
        rows = list(Desk.objects.order_by("office"))
    open_ = Organisation.objects.filter(pk__in=[row.tenant for row in rows], state=Organisation.State.ACTIVE).in_bulk()
    return {
        row.office: Place(row.office, row.name, row.phone, open_[row.tenant]) for row in rows if row.tenant in open_
    }


def place_for(office: str) -> Organisation:
    """Return the federation that answers an office's inquiries: its own if it is on the site, else the national one."""
    found = places().get(office)
    return found.organisation if found else Organisation.objects.get(kind=Organisation.Kind.NATIONAL)


def own(*, scope: Scope) -> Desk | None:
    """Return the desk of the scope's federation, if it set one."""
    return Desk.within(scope).filter(tenant=scope.organisation).first()


@transaction.atomic
def save(*, scope: Scope, office: str, name: str, phone: str, by: User) -> Desk:
    """Set the desk of the scope's federation; the national one serves the country, whatever office is named.

    Raises Taken for a prefecture that another federation serves.
    """
    place = Organisation.objects.select_for_update().get(pk=scope.organisation)
    row = own(scope=scope) or Desk(tenant=place.pk)
    row.office = NATIONAL if place.kind == Organisation.Kind.NATIONAL else office
    row.name, row.phone, row.changed_at = name, phone, clock.now()
    try:
        with declared(scope), transaction.atomic():
            row.save()
    except IntegrityError:
        raise Taken from None
    audit.record(action="desk.changed", kind="desk", object_id=row.pk, actor=by.pk, organisation=place.pk)
    return row
