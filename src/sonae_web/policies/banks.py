"""Banks and branches: loaded by the operator as a list, found by name, kana or code."""

import csv
import io
import re

from django.db import transaction

from sonae.problems import Problem, Refused, problem
from sonae_web.desk.listing import folded
from sonae_web.policies.models import Branch

COLUMNS = ("bank", "bank_name", "bank_kana", "branch", "branch_name", "branch_kana")
MOST_FOUND = 20
MOST_NAME = 60
AT_ONCE = 1_000
_BANK, _BRANCH = re.compile("[0-9]{4}"), re.compile("[0-9]{3}")


def load(text: str) -> int:
    """Put a list in the place of the one there is, whole or not at all; return its branches. Raises Refused.

    A CSV with the columns of COLUMNS, one line a branch; codes keep their leading noughts.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
    if missing:
        raise Refused([problem("bank.columns", "1", found=missing[0], known=", ".join(COLUMNS))])
    branches: dict[tuple[str, str], Branch] = {}
    problems: list[Problem] = []
    for line, row in enumerate(rows, 2):
        values = {name: (row[name] or "").strip() for name in COLUMNS}
        fault = _fault(values)
        if fault is None and (values["bank"], values["branch"]) in branches:
            fault = values["branch"]
        if fault is not None:
            problems.append(problem("bank.row", str(line), line=line, found=fault))
        else:
            branches[values["bank"], values["branch"]] = _branch(values)
    if problems:
        raise Refused(problems[:MOST_FOUND])
    with transaction.atomic():
        Branch.objects.all().delete()
        Branch.objects.bulk_create(branches.values(), batch_size=AT_ONCE)
    return len(branches)


def search_banks(text: str) -> list[dict[str, str]]:
    """Return the banks whose name, kana or code holds a text, the first MOST_FOUND by kana."""
    rows = Branch.objects.filter(bank_folded__contains=folded(text)).order_by("bank_kana", "bank")
    found = rows.values("bank", "bank_name", "bank_kana").distinct()[:MOST_FOUND]
    return [{name: str(value) for name, value in each.items()} for each in found]


def search_branches(bank: str, text: str) -> list[Branch]:
    """Return the branches of a bank whose name, kana or code holds a text, the first MOST_FOUND by kana."""
    rows = Branch.objects.filter(bank=bank, folded__contains=folded(text))
    return list(rows.order_by("kana", "code")[:MOST_FOUND])


def bank_named(code: str) -> str:
    """Return the name of a bank, or ""."""
    return Branch.objects.filter(bank=code).values_list("bank_name", flat=True).first() or ""


def branch_named(bank: str, code: str) -> str:
    """Return the name of a branch, or ""."""
    return Branch.objects.filter(bank=bank, code=code).values_list("name", flat=True).first() or ""


def _fault(values: dict[str, str]) -> str | None:
    """Return what of a line cannot be used."""
    if not _BANK.fullmatch(values["bank"]):
        return values["bank"]
    if not _BRANCH.fullmatch(values["branch"]):
        return values["branch"]
    return next((values[name] for name in COLUMNS if not 1 <= len(values[name]) <= MOST_NAME), None)


def _branch(values: dict[str, str]) -> Branch:
    return Branch(
        bank=values["bank"], bank_name=values["bank_name"], bank_kana=values["bank_kana"],
        code=values["branch"], name=values["branch_name"], kana=values["branch_kana"],
        bank_folded=folded(f"{values['bank_name']}|{values['bank_kana']}|{values['bank']}"),
        folded=folded(f"{values['branch_name']}|{values['branch_kana']}|{values['branch']}"),
    )  # fmt: skip
