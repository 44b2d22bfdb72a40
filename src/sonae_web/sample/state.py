"""Whether a database holds the sample: asked at every start, hence apart from what makes it, which takes long to load."""

from uuid import UUID, uuid5

from sonae_web.accounts.models import Organisation, User

ROOT = uuid5(UUID(int=0), "sonae sample")
"""The id of the sample's national federation: a database whose only root this is holds the sample and nothing else."""


class NotEmpty(Exception):  # noqa: N818 - a state
    """The database holds something that is not the sample."""


def is_there() -> bool:
    """Return whether the sample was made. Raises NotEmpty when the database holds anything else."""
    roots = list(Organisation.objects.filter(parent=None).values_list("pk", flat=True))
    if not roots and not User.objects.exists():
        return False
    if roots != [ROOT]:
        raise NotEmpty
    return True
