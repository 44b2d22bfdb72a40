"""What the computations take, as JSON Schema for the API's description. The reader itself tells every fault with its place."""

from typing import Any

from sonae.checklist.answers import CHECKS
from sonae.checklist.business import MEDIA, MOST_EMPLOYEES, NAME_LENGTH, USES
from sonae.checklist.edition import ANSWERS
from sonae.jo import IDENTIFIABILITY
from sonae.money import MOST_YEN
from sonae.programmes import DISPUTE_COSTS
from sonae.programmes.cursor import MOST_PERSONS
from sonae.rating.request import GRADES, MOST_CLAIMS, WINDOWS
from sonae.scenario import MOST_AWARD_TIERS, MOST_COSTS, MOST_EACH

Schema = dict[str, Any]


def _object(required: Schema, optional: Schema) -> Schema:
    properties = required | optional
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _integer(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _some(words: tuple[str, ...]) -> Schema:
    return {"type": "array", "items": {"type": "string", "enum": list(words)}, "uniqueItems": True}


YEN, EACH, PERSONS = _integer(0, MOST_YEN), _integer(0, MOST_EACH), _integer(0, MOST_PERSONS)
NAMES: Schema = {"type": "array", "items": {"type": "string"}, "uniqueItems": True}
FACTOR = _integer(1, 2)

BUSINESS = _object(
    {
        "name": {"type": "string", "minLength": 1, "maxLength": NAME_LENGTH},
        "industry": {"type": "string", "description": "An id of the programme's industries."},
        "employees": _integer(0, MOST_EMPLOYEES),
        "persons_held": PERSONS,
    },
    {
        "annual_sales": YEN,
        "information": NAMES | {"description": "Ids of the programme's information."},
        "media": _some(MEDIA),
        "uses": _some(USES),
        "on_consignment": {"type": "boolean"},
    },
)
ANSWER_FILE = _object(
    {
        "programme": {"type": "string"},
        "edition": {"type": "string"},
        "business": BUSINESS,
        "answers": {
            "type": "object",
            "description": "By question; true and false are yes and no.",
            "additionalProperties": {"anyOf": [{"type": "string", "enum": list(ANSWERS)}, {"type": "boolean"}]},
        },
    },
    {"check": {"type": "string", "enum": list(CHECKS)}},
)
TERMS = _object(
    {"liability_limit": YEN, "cost_limit": YEN, "deductible": YEN},
    {
        "insurer_share": {"type": "string", "description": "A share between 0 and 1, such as 0.9."},
        "goodwill_cap_each": YEN,
        "dispute_costs": {"type": "string", "enum": list(DISPUTE_COSTS)},
    },
)
SCENARIO = _object(
    {"persons": _integer(1, MOST_PERSONS)},
    {
        "awards": {
            "type": "array",
            "maxItems": MOST_AWARD_TIERS,
            "items": _object({"claimants": PERSONS, "yen_each": EACH}, {}),
        },
        "goodwill": _object({"persons": PERSONS, "yen_each": EACH}, {}),
        "dispute_costs": YEN,
        "costs": {"type": "object", "maxProperties": MOST_COSTS, "additionalProperties": YEN},
        "plan": TERMS,
    },
)
LEAK = _object(
    {
        "persons": _integer(1, MOST_PERSONS),
        "items": {
            "anyOf": [
                NAMES,
                _object(
                    {"x": _integer(1, 3), "y": _integer(1, 3), "identifiability": {"enum": list(IDENTIFIABILITY)}}, {}
                ),
            ]
        },
    },
    {"responsibility": FACTOR, "response": FACTOR},
)
DAY: Schema = {"type": "string", "format": "date"}
QUOTE = _object(
    {
        "programme": {"type": "string"},
        "on": DAY,
        "industry": {
            "type": "string",
            "description": "An id of the programme's industries, or a middle group such as 83.",
        },
        "annual_sales": YEN,
        "plan": _object({"liability_limit": YEN, "cost_limit": YEN, "deductible": YEN}, {}),
    },
    {
        "grade": {"type": "string", "enum": list(GRADES)},
        "declaration_signed": {"type": "boolean"},
        "certifications": NAMES,
        "persons_held": PERSONS,
        "known_incident": {"type": "boolean"},
        "recent_claims": _integer(0, MOST_CLAIMS),
        "kinds": NAMES | {"description": "Kinds of business that the programme does not take."},
        "applied": DAY | {"description": "The months of cover follow from it; without it, a whole year."},
        "window": {"type": "string", "enum": list(WINDOWS)},
        "months": _integer(1, 12),
    },
)


def body(schema: Schema) -> Schema:
    """Return what an operation adds to its description for a body of this schema."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
