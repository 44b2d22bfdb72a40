"""Template tags: forms of allauth drawn our way."""

from typing import Any

from django import template
from django.forms import BaseForm

from sonae_web.accounts import acting, faults
from sonae_web.accounts.models import User

register = template.Library()


@register.simple_tag
def second_factor_due(user: User) -> bool:
    """Return whether a person must set up a second factor before acting."""
    return acting.is_due(user)


@register.inclusion_tag("accounts/_faults.html")
def form_faults(form: BaseForm) -> dict[str, Any]:
    """Draw the summary of what is wrong with a form, if anything is."""
    return {"found": faults.of_form(form) if form.is_bound else []}


@register.inclusion_tag("accounts/_fields.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """Draw the fields of a form."""
    return {"fields": faults.fields(form), "hidden": form.hidden_fields()}
