"""A bank account that premiums can be debited from: what its parts must look like, before any bank has looked at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sonae.debitfile.kana import bank_kana
from sonae.problems import Refused, problem

KINDS: Mapping[str, str] = {"ordinary": "1", "current": "2"}
"""預金種目: 普通 and 当座, with their digit in a bank's file."""
LENGTHS: Mapping[str, int] = {"bank": 4, "branch": 3, "number": 7}
"""Digits of a bank's code, a branch's code and an account's number."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as a file of debits names it; ``holder`` in the characters of a bank's file."""

    bank: str
    branch: str
    kind: str
    number: str
    holder: str

    def data(self) -> dict[str, str]:
        """Return the account as plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


def read_account(entered: Mapping[str, Any]) -> Account:
    """Return the account of entered texts (of any width; a number shorter than seven digits is filled with noughts).

    Raises Refused with every fault, each at the name of its field.
    """
    problems = []
    digits = {name: _digits(str(entered.get(name, ""))) for name in LENGTHS}
    digits["number"] = digits["number"].zfill(LENGTHS["number"]) if digits["number"] else ""
    faults = {
        "bank": problem("account.bank", "bank", digits=LENGTHS["bank"]),
        "branch": problem("account.branch", "branch", digits=LENGTHS["branch"]),
        "number": problem("account.number", "number", digits=LENGTHS["number"]),
    }
    for name, length in LENGTHS.items():
        if len(digits[name]) != length or set(digits[name]) == {"0"}:
            problems.append(faults[name])
    kind = str(entered.get("kind", ""))
    if kind not in KINDS:
        problems.append(problem("account.kind", "kind"))
    holder = ""
    try:
        holder = bank_kana(str(entered.get("holder", "")))
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused(problems)
    return Account(digits["bank"], digits["branch"], kind, digits["number"], holder)


_TO_ASCII = str.maketrans("０１２３４５６７８９", "0123456789", " 　-－")


def _digits(text: str) -> str:
    """Return the digits of a text, or "" where it holds anything else."""
    plain = text.strip().translate(_TO_ASCII)
    return plain if plain.isascii() and plain.isdigit() else ""
