"""What the desk does outside of a request: the rest of a long list, the totals of the night."""

from uuid import UUID

from sonae_web.accounts.models import Organisation, Role
from sonae_web.accounts.services import scope_of
from sonae_web.desk import totals, uploads
from sonae_web.desk.models import CLERKS, Upload
from sonae_web.ground import clock
from sonae_web.ground.jobs import job
from sonae_web.ground.scope import declared, unscoped

ROWS_AT_ONCE = 10_000


@job()
def load_rest(upload: UUID) -> None:
    """Load the next rows of a list as the clerk who sent it, and put down a job for what is left.

    A clerk who holds no role there any more loads nothing: the list waits for another to go on with it.
    """
    with unscoped("upload.load"):
        row = Upload.objects.defer("content").filter(pk=upload).first()
    if row is None:
        return
    held = Role.objects.filter(user=row.made_by, organisation=row.tenant, role__in=CLERKS, user__is_active=True).first()
    if held is None:
        return
    scope = scope_of(user=held.user, role=held.pk)
    with declared(scope):
        place = Organisation.objects.get(pk=row.tenant)
        row = uploads.load(scope=scope, place=place, upload=row.pk, most=ROWS_AT_ONCE)
    if row.state != Upload.State.DONE:
        load_rest.enqueue(upload=row.pk)


@job()
def nightly_totals() -> None:
    """Make the totals of today."""
    totals.make_totals(clock.today())
