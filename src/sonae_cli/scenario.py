"""``sonae estimate`` and ``sonae jo``: one leak worked through."""

from sonae import contract
from sonae.figures import count, exact_yen, yen
from sonae.programmes import library, load
from sonae_cli.clock import today
from sonae_cli.output import File, Output, document, show

PROGRAMME = "chuokai-leak"


def estimate(file: File) -> None:
    """Work one leak through: damages, goodwill, costs, and what a plan pays and leaves."""
    worked, data = contract.estimate(document(file))
    words, lang = library(Output.lang), Output.lang
    rows = [("damages", worked.damages), ("goodwill", worked.goodwill), ("dispute_costs", worked.dispute_costs)]
    labelled = [(words(f"estimate.{name}"), amount) for name, amount in rows]
    labelled += [(_cost_name(kind), amount) for kind, amount in worked.costs.items()]
    labelled.append((words("estimate.total"), worked.total))
    paid = [("paid_liability", worked.paid_liability), ("paid_cost", worked.paid_cost), ("paid", worked.paid)]
    labelled += [(words(f"estimate.{name}"), amount) for name, amount in [*paid, ("retained", worked.retained)]]
    show(data, [f"{label}: {exact_yen(amount, lang)}" for label, amount in labelled])


def _cost_name(kind: str) -> str:
    words = library(Output.lang)
    return words(f"estimate.cost.{kind}") if f"estimate.cost.{kind}" in words else kind


def jo(file: File) -> None:
    """Work out the potential liability of a leak by the JO model: a head and in all."""
    leak, found, data = contract.jo(document(file), load(PROGRAMME), today())
    words, lang = library(Output.lang), Output.lang
    factors = f"x {found.x}, y {found.y}, {words('jo.identifiability')} {found.identifiability}"
    persons = f"{count(leak.persons)} {words('jo.persons')}"
    lines = [
        f"{words('jo.per_person')}: {exact_yen(found.per_person, lang)}  ({factors})",
        f"{words('jo.total')}: {exact_yen(found.total, lang)}  ({yen(found.total, lang)}, {persons})",
        words("jo.caution"),
    ]
    show(data, lines)
