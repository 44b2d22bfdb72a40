"""A paper: its data, ready to print, and its PDF; and the sheet on which the papers are put together."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sonae.dates import JST
from sonae.figures import Lang, day, era_year, exact_yen, yen
from sonae.figures import decimal as decimal_text
from sonae.papers import printable, render
from sonae.policy.inputs import Office, Parties, Terms
from sonae.programmes import Programme

Block = dict[str, Any]
_WEEKDAY = re.compile(r" ?[（(][月火水木金土日A-Za-z]{1,3}[）)]$")


@dataclass(frozen=True, eq=False)
class Paper:
    """A paper in one language, ready to be issued: ``data`` is plain and holds every string printed.

    ``lost``: characters of the input that the font lacks, printed as 〓 (``U+1F600``).
    """

    kind: str
    lang: Lang
    number: str
    on: date
    data: Mapping[str, Any]
    lost: tuple[str, ...] = ()

    def pdf(self) -> bytes:
        """Return the PDF (PDF/A-2a, PDF/UA-1): equal bytes for equal data within one release. Takes some 0.1 s."""
        return render("policy", dict(self.data), self.on)


class Sheet:
    """A paper in the making: words and figures in its language, and what stands behind the cover."""

    def __init__(self, programme: Programme, parties: Parties, lang: Lang) -> None:
        self.programme, self.parties, self.lang = programme, parties, lang
        self.words = programme.words(lang)

    def w(self, key: str, /, **values: object) -> str:
        """Return a word of the papers: ``policy.<key>``."""
        return self.words(f"policy.{key}", **values)

    # --- figures
    def yen(self, amount: int) -> str:
        """Return an exact amount."""
        return exact_yen(amount, self.lang)

    def limit(self, amount: int) -> str:
        """Return a limit or deductible as people say it."""
        return yen(amount, self.lang)

    def percent(self, share: Fraction) -> str:
        """Return a share in per cent, with at most two decimals."""
        return f"{decimal_text(share * 100, 2)}%"

    def day(self, on: date) -> str:
        """Return a day with its weekday, in Japanese with the year of the era."""
        if self.lang == "en":
            return day(on, "en")
        return day(on, "ja").replace("年", f"年（{era_year(on)}）", 1)

    def moment(self, at: datetime) -> str:
        """Return a moment in Japan, to the minute."""
        there = at.astimezone(JST)
        return self.w("moment", day=self.day(there.date()), time=there.strftime("%H:%M"))

    def contract_moment(self, at: datetime) -> str:
        """Return a moment as contracts say it: 午後4時."""
        there = at.astimezone(JST)
        if (there.hour, there.minute) != (16, 0):
            return self.moment(at)
        return self.w("at_four", day=_WEEKDAY.sub("", self.day(there.date())))

    def terms(self, terms: Terms) -> list[tuple[str, str]]:
        """Return limits and deductible as rows."""
        rows = [
            (self.w("liability_limit"), self.limit(terms.liability_limit)),
            (self.w("cost_limit"), self.limit(terms.cost_limit)),
            (self.w("deductible"), self.w("deductible_each", yen=self.limit(terms.deductible))),
        ]
        if terms.insurer_share != 1:
            rows.append((self.w("insurer_share"), self.percent(terms.insurer_share)))
        return rows

    def stamp(self, at: datetime) -> str:
        """Return a moment in Japan in figures alone, to the minute: for columns."""
        return at.astimezone(JST).strftime("%Y-%m-%d %H:%M")

    # --- blocks
    def title(self, text: str) -> Block:
        """Return a heading."""
        return {"type": "title", "text": text}

    def text(self, text: str) -> Block:
        """Return a paragraph."""
        return {"type": "text", "text": text}

    def note(self, text: str) -> Block:
        """Return a paragraph in small print."""
        return {"type": "note", "text": text}

    def notice(self, text: str, tone: str = "info") -> Block:
        """Return a sentence that must not be missed: ``info`` or ``warn``."""
        return {"type": "notice", "text": text, "tone": tone}

    def facts(self, rows: Iterable[tuple[str, str]]) -> Block:
        """Return rows of a name and what is so; rows without a value are left out."""
        return {"type": "facts", "rows": [list(row) for row in rows if row[1]]}

    def points(self, items: Sequence[str]) -> Block:
        """Return a list."""
        return {"type": "points", "items": list(items)}

    def asked(self, question: str, answer: str) -> Block:
        """Return a question with its answer."""
        return {"type": "asked", "question": question, "answer": answer}

    def together(self, blocks: Sequence[Block]) -> Block:
        """Return blocks that stand on one page."""
        return {"type": "together", "blocks": list(blocks)}

    def table(
        self,
        head: Sequence[str],
        rows: Iterable[Sequence[str]],
        align: str,
        widths: Sequence[str],
        foot: Sequence[str] = (),
    ) -> Block:
        """Return a table: ``align`` a letter (l, r, c) and ``widths`` ``auto`` or a number of shares for each column."""
        return {
            "type": "table",
            "head": list(head),
            "rows": [list(row) for row in rows],
            "foot": list(foot),
            "align": list(align),
            "widths": list(widths),
        }

    def insurers(self) -> list[Block]:
        """Return the insurers with their shares, each answering for its own; or that they are not settled."""
        found = self.parties.insurers
        if not found:
            return [self.text(self.w("insurers_open"))]
        rows = [
            (each.name, self.w("lead") if place == 0 and len(found) > 1 else "", self.percent(each.share))
            for place, each in enumerate(found)
        ]
        table = self.table((self.w("insurer"), "", self.w("share")), rows, "llr", ("1", "auto", "auto"))
        return [table, *([self.note(self.w("several"))] if len(found) > 1 else [])]

    def office(self, office: Office | None) -> str:
        """Return whom to ask on one line: name and how it is reached."""
        if office is None:
            return self.w("office_open")
        reached = (
            self.w("telephone", number=office.telephone) if office.telephone else "",
            office.hours,
            office.mail,
        )
        told = ("、" if self.lang == "ja" else ", ").join(each for each in reached if each)
        if not told:
            return office.name
        return f"{office.name}（{told}）" if self.lang == "ja" else f"{office.name} ({told})"

    def paper(
        self,
        kind: str,
        *,
        number: str,
        on: date,
        blocks: Sequence[Block],
        layout: str = "form",
        title: str = "",
        to: str = "",
        **more: Any,
    ) -> Paper:
        """Return the paper of these blocks; what the font lacks is printed as 〓, with a note that says so."""
        lost: dict[str, None] = {}
        title = title or self.w(f"{kind}.title")
        data = _printable(
            {
                "lang": self.lang,
                "kind": kind,
                "layout": layout,
                "number": number,
                "on": on.isoformat(),
                "title": title,
                "day": self.day(on),
                "to": self.w("honorific", name=to) if to else "",
                "subject": to,
                "issuer": self.parties.policyholder,
                "programme": self.words(f"programme.{self.programme.id}.name"),
                "approval": self.parties.approval,
                "watermark": self.w("watermark") if self.programme.status == "sample" else "",
                "blocks": list(blocks),
                "words": {
                    key: self.w(key)
                    for key in (
                        "estimate",
                        "number",
                        "date",
                        "issuer",
                        "page_total",
                        "reference",
                        "sample_note",
                        "qr_alt",
                    )
                },
                **more,
            },
            lost,
        )
        data["lost"] = self.w("lost", codes=" ".join(lost)) if lost else ""
        return Paper(kind, self.lang, number, on, data, tuple(lost))


def _printable(value: Any, lost: dict[str, None]) -> Any:
    match value:
        case str():
            lines = [printable(line) for line in value.splitlines()]
            lost.update(dict.fromkeys(code for _, gone in lines for code in gone))
            return "\n".join(line for line, _ in lines)
        case dict():
            return {key: _printable(inner, lost) for key, inner in value.items()}
        case list() | tuple():
            return [_printable(inner, lost) for inner in value]
        case _:
            return value
