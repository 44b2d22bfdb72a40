"""What the tests of the desk share: a tree, and clerks who are signed in with a second factor."""

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from sonae_web.accounts.models import Organisation, User
from sonae_web.accounts.services import grant_role
from tests.web.cast import Tree, person, tree

SignIn = Callable[..., Client]
"""``as_clerk("association", place)``, and a name where there are several."""


@pytest.fixture
def there() -> Tree:
    return tree()


def signed_in(role: str, organisation: Organisation, name: str = "") -> Client:
    """A browser in which somebody of a role is signed in with a second factor."""
    mail = f"{name or role}-{organisation.pk}@example.jp"
    user = User.objects.filter(email=mail).first() or person(mail)
    grant_role(user=user, organisation=organisation, role=role)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "sample"})
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_clerk() -> SignIn:
    return signed_in
