"""What is wrong with an entry, in our words."""

from dataclasses import dataclass

from allauth.account.forms import AddEmailForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm

from sonae_web.accounts.models import User
from sonae_web.ground.words import words


@dataclass(frozen=True)
class Field:
    """A field of a form of Django's, as our templates draw it."""

    id: str
    name: str
    label: str
    hint: str
    kind: str
    complete: str
    value: object
    fault: str


def say(error: ValidationError, label: str) -> str:
    """Return an error in our words (``site.fault.<code>``), or in its own where we have none."""
    key = f"site.fault.{error.code}"
    params = error.params if isinstance(error.params, dict) else {}
    return words()(key, **params, label=label) if key in words() else " ".join(error.messages)


def of_form(form: BaseForm) -> list[tuple[str, str]]:
    """Return what is wrong with a form: the id of the field (the first one for what concerns none), and the words."""
    shown = {field.name: field for field in form.visible_fields()}
    first = next((field.auto_id for field in shown.values()), "main")
    found = []
    for name, errors in form.errors.as_data().items():
        place = shown[name].auto_id if name in shown else first
        label = _label(form, name) if name != NON_FIELD_ERRORS else ""
        found += [(place, say(error, label)) for error in errors]
    return found


def fields(form: BaseForm) -> list[Field]:
    """Return the visible fields of a form."""
    faults = form.errors.as_data() if form.is_bound else {}
    found = []
    for bound in form.visible_fields():
        kind = getattr(bound.field.widget, "input_type", "text")
        hint = f"site.hint.{bound.name}"
        label = _label(form, bound.name)
        found.append(
            Field(
                bound.auto_id,
                bound.html_name,
                label,
                words()(hint) if hint in words() else "",
                kind,
                str(bound.field.widget.attrs.get("autocomplete", "off")),
                "" if kind == "password" or bound.value() is None else bound.value(),
                " ".join(say(error, label) for error in faults.get(bound.name, [])),
            )
        )
    return found


def of_password(password: str, mail: str) -> str:
    """Return what is wrong with a new password for an address, or ""."""
    try:
        validate_password(password, User(email=mail))
    except ValidationError as error:
        return say(error.error_list[0], words()("site.fields.password1"))
    return ""


def _label(form: BaseForm, name: str) -> str:
    if isinstance(form, AddEmailForm) and name == "email":
        name = "new_email"
    key = f"site.fields.{name}"
    return words()(key) if key in words() else name
