"""What a visitor tells of the business before the quick check."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from sonae.checklist.business import MOST_EMPLOYEES
from sonae.programmes import Programme
from sonae.programmes.cursor import MOST_PERSONS

MOST = {"employees": MOST_EMPLOYEES, "persons_held": MOST_PERSONS}
FIELDS = ("industry", *MOST)


@dataclass(frozen=True)
class Facts:
    """What was put into the fields, what is right of it, and the word id of what is wrong by field."""

    entered: Mapping[str, str]
    values: Mapping[str, int | str]
    faults: Mapping[str, str]


def read_facts(programme: Programme, posted: Mapping[str, str]) -> Facts:
    """Return the facts of a posted form."""
    entered = {name: posted.get(name, "").strip()[:100] for name in FIELDS}
    values: dict[str, int | str] = {}
    faults: dict[str, str] = {}
    if entered["industry"] in programme.industries:
        values["industry"] = entered["industry"]
    else:
        faults["industry"] = "site.quick.fault_industry"
    for name, most in MOST.items():
        number = whole_number(entered[name])
        if number is None or number > most:
            faults[name] = f"site.quick.fault_{name}"
        else:
            values[name] = number
    return Facts(entered, values, faults)


def whole_number(text: str) -> int | None:
    """Return a number as people type it: full-width digits, commas, a unit of 人 or 名, 1.2万; None for anything else."""
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").removesuffix("分")
    plain = plain.removesuffix("人").removesuffix("名")
    scale = 10_000 if plain.endswith("万") else 1
    whole, point, part = plain.removesuffix("万").partition(".")
    if (
        not whole.isascii()
        or not whole.isdigit()
        or len(whole) > 12
        or (point and (scale == 1 or not (part.isascii() and part.isdigit()) or len(part) > 4))
    ):
        return None
    return int(whole) * scale + (int(part.ljust(4, "0")) if point else 0)
