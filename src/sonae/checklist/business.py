"""The business that answers: what it is, what it holds, what it uses, and the facts that follow from these."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sonae.programmes import Cursor, Programme

MEDIA = ("paper", "pc", "server", "portable", "mail")
STORES = ("server", "paper", "portable", "mail")
"""Media as the loss engine counts persons on them: server stands for every electronic store."""
USES = (
    "web_shop", "website", "cloud", "contractors", "agents", "temp_staff", "remote_work", "personal_devices",
    "bulk_mail", "fax", "camera", "foreign", "generative_ai",
)  # fmt: skip
SIZES = ("small", "medium", "large")
SITUATIONS = ("relaxed", "over_5000", "consignment")
MOST_EMPLOYEES = 1_000_000
NAME_LENGTH = 100
ELECTRONIC_USES = frozenset({"cloud", "web_shop"})
"""Uses that keep persons' data by themselves."""
FACTS = (
    "name", "industry", "employees", "persons_held", "annual_sales", "information", "media", "uses", "on_consignment",
)  # fmt: skip
"""What a business states about itself, in the order in which it is asked."""
WHOLE = (*FACTS, "assumed", "persons_on")
"""All fields of a business."""
MAY_BE_LEFT_OUT = ("annual_sales", "information", "media", "uses", "on_consignment")
"""Fields of a business that are filled in for whoever leaves them out."""
ASSUMED_INFORMATION = ("name", "address")
ASSUMED_MEDIA = ("paper", "pc")


@dataclass(frozen=True, slots=True)
class Business:
    """A business as it describes itself. ``assumed`` names the fields that it left out and that were filled for it."""

    name: str
    industry: str
    employees: int
    persons_held: int
    annual_sales: int | None
    information: tuple[str, ...]
    media: tuple[str, ...]
    uses: tuple[str, ...]
    on_consignment: bool
    assumed: tuple[str, ...] = ()
    persons_on: tuple[tuple[str, int], ...] = ()
    """Persons whose data is on a medium (one of STORES), where the business tells it; else a share is assumed."""

    @property
    def size(self) -> str:
        """Size band: small (≤ 20 employees), medium (21–100), large (> 100)."""
        return "small" if self.employees <= 20 else "medium" if self.employees <= 100 else "large"

    def information_kinds(self, programme: Programme) -> frozenset[str]:
        """Kinds of information held: special_care, financial, card, identity."""
        return _kinds(programme, self.information)

    def is_relaxed(self, programme: Programme, on: date) -> bool:
        """Whether the guideline's simpler ways for small and medium handlers hold.

        At most 100 employees, except holders of more than 5,000 persons' data and those handling data on consignment
        (guideline, general rules, section 10).
        """
        return not self.on_consignment and not self.holds_many(programme, on) and self.is_few(programme, on)

    def is_few(self, programme: Programme, on: date) -> bool:
        """Whether the number of employees alone would allow the simpler ways."""
        return self.employees <= programme.integer("law.small_handler.employees", on)

    def holds_many(self, programme: Programme, on: date) -> bool:
        """Whether it holds the data of more persons than the simpler ways allow."""
        return self.persons_held > programme.integer("law.small_handler.persons", on)

    def facts(self, programme: Programme, on: date) -> Mapping[str, int]:
        """Return the facts that a comment's variant may name, each with its weight where two variants fit equally well.

        An industry weighs more than a situation under the law, a situation more than a size.
        """
        facts = {self.size: 1, self.industry: 8}
        if self.is_relaxed(programme, on):
            facts["relaxed"] = 2
        if self.is_few(programme, on) and self.holds_many(programme, on):
            facts["over_5000"] = 3
        if self.on_consignment:
            facts["consignment"] = 4
        return facts


def plain_business(business: Business, names: Iterable[str] = FACTS) -> dict[str, Any]:
    """Return fields of a business, its facts or those named, as plain data; ``restored`` gives it back."""
    return {name: _listed(getattr(business, name)) for name in names}


def restored(stored: Mapping[str, Any]) -> Business:
    """Return the business of plain data."""
    facts: dict[str, Any] = {name: _tupled(value) for name, value in stored.items()}
    return Business(**facts)


def _listed(value: Any) -> Any:
    return [_listed(each) for each in value] if isinstance(value, tuple) else value


def _tupled(value: Any) -> Any:
    return tuple(_tupled(each) for each in value) if isinstance(value, list) else value


def read_business(cursor: Cursor, programme: Programme) -> Business:
    """Return the business described at the cursor, noting every fault. Fields left out are filled and named."""
    cursor.fields(["name", "industry", "employees", "persons_held"], MAY_BE_LEFT_OUT)
    if not isinstance(cursor.value, dict):
        return Business("", "", 0, 0, None, (), (), (), on_consignment=False)
    assumed = tuple(name for name in MAY_BE_LEFT_OUT if not cursor.has(name))
    information = cursor.words("information", programme.items, "information.unknown")
    media, uses = cursor.words("media", MEDIA), cursor.words("uses", USES)
    persons = cursor.persons("persons_held")
    if persons and cursor.has("media") and cursor["media"].value == [] and not ELECTRONIC_USES & set(uses):
        cursor["media"].fault("business.kept_nowhere", persons=f"{persons:,}")
    return Business(
        name=cursor.text("name", most=NAME_LENGTH),
        industry=cursor.choice("industry", programme.industries, "other", what="industry.unknown"),
        employees=cursor.integer("employees", 0, MOST_EMPLOYEES),
        persons_held=persons,
        annual_sales=cursor.yen("annual_sales") if cursor.has("annual_sales") else None,
        information=ASSUMED_INFORMATION if "information" in assumed else information,
        media=ASSUMED_MEDIA if "media" in assumed else media,
        uses=uses,
        on_consignment=cursor.truth("on_consignment"),
        assumed=assumed,
    )


def business_of(found: Mapping[str, Any]) -> Business:
    """Return the business of the fields found in a file, checked each by itself; those left out are filled in."""
    return Business(
        name=found.get("name", ""),
        industry=found["industry"],
        employees=found["employees"],
        persons_held=found["persons_held"],
        annual_sales=found.get("annual_sales"),
        information=found.get("information", ASSUMED_INFORMATION),
        media=found.get("media", ASSUMED_MEDIA),
        uses=found.get("uses", ()),
        on_consignment=found.get("on_consignment", False),
        assumed=tuple(name for name in MAY_BE_LEFT_OUT if name not in found),
    )


@lru_cache(maxsize=1_000)
def _kinds(programme: Programme, information: tuple[str, ...]) -> frozenset[str]:
    """Each question with a condition asks for them."""
    return frozenset(programme.items[item].kind for item in information) - {""}
