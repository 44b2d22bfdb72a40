"""The facts of a business as a member enters them: which questions are asked, and what a leak would cost, follow from these."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from sonae.checklist import Business
from sonae.checklist.business import ELECTRONIC_USES, MEDIA, MOST_EMPLOYEES, NAME_LENGTH, USES
from sonae.figures import count, exact_yen, yen
from sonae.money import MOST_YEN
from sonae.programmes import Programme, Words
from sonae.programmes.cursor import MOST_PERSONS
from sonae_web.diagnosis.figures import yen_amount
from sonae_web.diagnosis.forms import whole_number
from sonae_web.ground.typed import composed, unseen

COMMON = (
    "name",
    "address",
    "birth_date",
    "sex",
    "phone",
    "email",
    "member_number",
    "employer",
    "photo",
    "purchase_history",
)
"""Items that most businesses hold; shown first."""
GROUPS = ("common", "money", "care", "identity", "other")
GROUP_OF_KIND = {"financial": "money", "card": "money", "special_care": "care", "identity": "identity"}
NUMBERS = {"employees": MOST_EMPLOYEES, "persons_held": MOST_PERSONS, "annual_sales": MOST_YEN}
CHOICES = ("information", "media", "uses")
FIELDS = ("name", "industry", *NUMBERS, *CHOICES, "on_consignment")


@dataclass(frozen=True)
class Profile:
    """The form as entered, its faults by field in words, and the business when there is none."""

    entered: Mapping[str, str]
    chosen: Mapping[str, tuple[str, ...]]
    faults: Mapping[str, str]
    business: Business | None


def shown(business: Business | None, name: str) -> Profile:
    """Return the form of a business as it stands, or an empty one with the organisation's name.

    Whether it works on consignment is no box that may stay empty: where that was assumed, neither is chosen.
    """
    if business is None:
        return Profile({"name": name[:NAME_LENGTH]}, dict.fromkeys(CHOICES, ()), {}, None)
    sales, consigned = business.annual_sales, "yes" if business.on_consignment else "no"
    entered = {
        "name": business.name,
        "industry": business.industry,
        "employees": count(business.employees),
        "persons_held": count(business.persons_held),
        "annual_sales": "" if sales is None else count(sales),
        "on_consignment": "" if "on_consignment" in business.assumed else consigned,
    }
    return Profile(entered, {name: getattr(business, name) for name in CHOICES}, {}, business)


def read(programme: Programme, posted: QueryDict, words: Words) -> Profile:
    """Return the form as posted, each fault at its field."""
    entered = {name: composed(posted.get(name, ""))[:200] for name in ("name", "industry", *NUMBERS, "on_consignment")}
    known = {"information": tuple(programme.items), "media": MEDIA, "uses": USES}
    chosen = {name: tuple(each for each in known[name] if each in posted.getlist(name)) for name in CHOICES}
    faults: dict[str, str] = {}
    if not 1 <= len(entered["name"]) <= NAME_LENGTH or unseen(entered["name"]):
        faults["name"] = words("site.facts.fault_name", most=NAME_LENGTH)
    if entered["industry"] not in programme.industries:
        faults["industry"] = words("site.quick.fault_industry")
    numbers: dict[str, int] = {}
    for name, most in NUMBERS.items():
        _number(name, most, entered[name], numbers, faults, words)
    held = numbers.get("persons_held", 0)
    if held and not chosen["information"]:
        faults["information"] = words("site.facts.fault_information")
    if held and not chosen["media"] and not ELECTRONIC_USES & set(chosen["uses"]):
        faults["media"] = words("site.facts.fault_media", persons=count(held))
    if entered["on_consignment"] not in ("yes", "no"):
        faults["on_consignment"] = words("site.facts.fault_on_consignment")
    faults = {name: faults[name] for name in FIELDS if name in faults}
    return Profile(entered, chosen, faults, None if faults else _business(entered, chosen, numbers))


def _number(name: str, most: int, text: str, numbers: dict[str, int], faults: dict[str, str], words: Words) -> None:
    if name == "annual_sales" and not text:
        return
    number = yen_amount(text) if name == "annual_sales" else whole_number(text)
    if number is not None and number <= most:
        numbers[name] = number
    elif name == "annual_sales":
        faults[name] = words(
            "site.facts.fault_annual_sales", least=exact_yen(0, words.lang), most=yen(most, words.lang)
        )
    else:
        faults[name] = words(f"site.quick.fault_{name}", most=count(most))


def _business(
    entered: Mapping[str, str], chosen: Mapping[str, tuple[str, ...]], numbers: Mapping[str, int]
) -> Business:
    return Business(
        name=entered["name"],
        industry=entered["industry"],
        employees=numbers["employees"],
        persons_held=numbers["persons_held"],
        annual_sales=numbers.get("annual_sales"),
        information=chosen["information"],
        media=chosen["media"],
        uses=chosen["uses"],
        on_consignment=entered["on_consignment"] == "yes",
        assumed=() if "annual_sales" in numbers else ("annual_sales",),
    )


def groups(programme: Programme, chosen: Mapping[str, tuple[str, ...]], words: Words) -> list[dict[str, Any]]:
    """Return the items of information to tick, in groups; a group with something ticked stands open."""
    members: dict[str, list[str]] = {group: [] for group in GROUPS}
    members["common"] = list(COMMON)
    for item, data in programme.items.items():
        if item not in COMMON:
            members[GROUP_OF_KIND.get(data.kind, "other")].append(item)
    return [
        {
            "name": words(f"site.facts.group_{group}"),
            "options": options(items, "item", chosen["information"], words),
            "open": group == "common" or any(item in chosen["information"] for item in items),
        }
        for group, items in members.items()
    ]


def options(
    ids: tuple[str, ...] | list[str], prefix: str, chosen: tuple[str, ...], words: Words
) -> list[dict[str, Any]]:
    """Return check boxes by id."""
    return [{"value": each, "name": words(f"{prefix}.{each}.name"), "on": each in chosen} for each in ids]


def told(business: Business, words: Words) -> list[tuple[str, str]]:
    """Return the facts of a business as label and text, in the form's order."""
    parted = "、" if words.lang == "ja" else ", "

    def named(prefix: str, ids: tuple[str, ...]) -> str:
        return parted.join(words(f"{prefix}.{each}.name") for each in ids) or words("site.facts.nothing")

    sales = business.annual_sales
    rows = {
        "name": business.name,
        "industry": words(f"industry.{business.industry}.name"),
        "employees": words("site.facts.people", number=count(business.employees)),
        "persons_held": words("site.facts.persons", number=count(business.persons_held)),
        "annual_sales": words("site.facts.sales_unknown") if sales is None else yen(sales, words.lang),
        "information": named("item", business.information),
        "media": named("medium", business.media),
        "uses": named("use", business.uses),
        "on_consignment": words("site.facts.consigned" if business.on_consignment else "site.facts.not_consigned"),
    }
    return [(words(f"site.facts.{name}"), text) for name, text in rows.items()]
