"""Charts as small SVG texts, the same for page and PDF. Attributes and classes only: they pass a strict style policy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, log10, pi, sin
from xml.sax.saxutils import escape

INK, INK_2, LINE, LINE_2, OWN = "#17212b", "#4a5662", "#d5dbe1", "#76828e", "#1b4f80"
FONT = "Noto Sans CJK JP"


@dataclass(frozen=True, slots=True)
class Spoke:
    """One axis of a radar: its label, its score 0–100 (None: nothing applies), whether it is weak, its score the time before."""

    label: str
    score: int | None
    weak: bool = False
    before: int | None = None


def radar(spokes: Sequence[Spoke], aim: int, title: str) -> str:
    """Return a radar chart (SVG) of scores 0–100 with rings at 25, 50, 75 and 100 and a dashed line at ``aim``.

    Weak areas have bold labels and larger dots, so that nothing rests on colour. Axes without a score count as 0 and show "—".
    Where any axis has a score of the time before, those are a dotted line.
    """
    width, height, radius = 400, 304, 108
    x0, y0 = width / 2, height / 2

    def at(index: int, share: float, beyond: float = 0) -> tuple[float, float]:
        angle = -pi / 2 + 2 * pi * index / len(spokes)
        distance = radius * share + beyond
        return round(x0 + distance * cos(angle), 1), round(y0 + distance * sin(angle), 1)

    def ring(share: float) -> str:
        return " ".join("{},{}".format(*at(index, share)) for index in range(len(spokes)))

    own = " ".join("{},{}".format(*at(index, (spoke.score or 0) / 100)) for index, spoke in enumerate(spokes))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-family="{FONT}">',
        f"<title>{escape(title)}</title>",
        *(f'<polygon points="{ring(share)}" fill="none" stroke="{LINE}"/>' for share in (0.25, 0.5, 0.75, 1)),
        *(
            '<line x1="{}" y1="{}" x2="{}" y2="{}" stroke="{}"/>'.format(x0, y0, *at(index, 1), LINE)
            for index in range(len(spokes))
        ),
        f'<polygon points="{ring(aim / 100)}" fill="none" stroke="{LINE_2}" stroke-width="1.6" stroke-dasharray="5 4"/>',
        f'<polygon points="{own}" fill="{OWN}" fill-opacity="0.15" stroke="{OWN}" stroke-width="2.6" stroke-linejoin="round"/>',
    ]
    if any(spoke.before is not None for spoke in spokes):
        earlier = " ".join("{},{}".format(*at(index, (spoke.before or 0) / 100)) for index, spoke in enumerate(spokes))
        parts.append(
            f'<polygon points="{earlier}" fill="none" stroke="{INK_2}" stroke-width="1.6" stroke-dasharray="1.5 3"/>'
        )
    for index, spoke in enumerate(spokes):
        x, y = at(index, (spoke.score or 0) / 100)
        parts.append(f'<circle cx="{x}" cy="{y}" r="{4.6 if spoke.weak else 3.2}" fill="{OWN}"/>')
        parts.append(_label(spoke, *at(index, 1, 10), x0))
    return "\n".join([*parts, "</svg>"])


def _label(spoke: Spoke, x: float, y: float, middle: float) -> str:
    anchor = "middle" if abs(x - middle) < 12 else "end" if x < middle else "start"
    shift = -16 if anchor == "middle" and y < 152 else 12 if anchor == "middle" else -2
    weight = ' font-weight="700"' if spoke.weak else ""
    score = "—" if spoke.score is None else spoke.score
    return (
        f'<text x="{x}" y="{round(y + shift, 1)}" font-size="12" fill="{INK}" text-anchor="{anchor}"{weight}>{escape(spoke.label)}</text>'
        f'<text x="{x}" y="{round(y + shift + 15, 1)}" font-size="13" fill="{INK}" text-anchor="{anchor}" font-weight="700">{score}</text>'
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on an exceedance curve: yen, the chance of more, and its label."""

    yen: float
    chance: float
    label: str


def exceedance(
    points: Sequence[tuple[float, float]], marks: Sequence[Mark], ticks: Mapping[float, str], title: str
) -> str:
    """Return a chart (SVG) of the chance, 0 to 1, that an amount is passed; yen on a logarithmic axis with ``ticks``."""
    width, height, left, right, top, bottom = 400, 160, 40, 12, 12, 26
    low, high = log10(min(ticks)), log10(max(ticks))

    def x(yen: float) -> float:
        share = (log10(max(yen, 1.0)) - low) / (high - low)
        return round(left + (width - left - right) * min(max(share, 0.0), 1.0), 1)

    def y(chance: float) -> float:
        return round(top + (height - top - bottom) * (1 - chance), 1)

    line = " ".join(f"{x(yen)},{y(chance)}" for yen, chance in points)
    area = f"{x(points[0][0])},{y(0)} {line} {x(points[-1][0])},{y(0)}"
    shown = [mark for mark in marks if mark.yen > 0]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-family="{FONT}">',
        f"<title>{escape(title)}</title>",
        *(
            f'<line x1="{left}" y1="{y(share)}" x2="{width - right}" y2="{y(share)}" stroke="{LINE}"/>'
            f'<text x="{left - 6}" y="{y(share) + 4}" font-size="10" fill="{INK_2}" text-anchor="end">{share:.0%}</text>'
            for share in (0, 0.5, 1)
        ),
        *(
            f'<line x1="{x(yen)}" y1="{y(0)}" x2="{x(yen)}" y2="{y(0) + 4}" stroke="{LINE_2}"/>'
            f'<text x="{x(yen)}" y="{height - 8}" font-size="10" fill="{INK_2}" text-anchor="{_anchor(yen, ticks)}">{escape(name)}</text>'
            for yen, name in ticks.items()
        ),
        f'<polygon points="{area}" fill="{OWN}" fill-opacity="0.12"/>',
        f'<polyline points="{line}" fill="none" stroke="{OWN}" stroke-width="2.4" stroke-linejoin="round"/>',
        *(
            f'<circle cx="{x(mark.yen)}" cy="{y(mark.chance)}" r="4" fill="{OWN}"/>'
            f'<text x="{x(mark.yen) + 7}" y="{y(mark.chance) - _LIFT[index]}" font-size="10.5" fill="{INK}" '
            f'font-weight="700">{escape(mark.label)}</text>'
            for index, mark in enumerate(shown)
        ),
    ]
    return "\n".join([*parts, "</svg>"])


_LIFT = (5, 10, 3)
"""How far a mark's label stands above it: the last two marks lie close together."""


def _anchor(yen: float, ticks: Mapping[float, str]) -> str:
    return "end" if yen == max(ticks) else "middle"


def squares(groups: Sequence[tuple[int, str]], across: int, title: str) -> str:
    """Return squares (SVG), so many of each group in its colour, in rows of ``across``: persons of a list, for instance.

    >>> squares([(2, "#b3301a"), (1, "#9db8d2")], 2, "Three").count("<rect")
    3
    """
    colours = [colour for number, colour in groups for _ in range(number)]
    down = -(-len(colours) // across)
    cells = (
        f'<rect x="{place % across * 10}" y="{place // across * 10}" width="8" height="8" rx=".6" fill="{colour}"/>'
        for place, colour in enumerate(colours)
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {across * 10 - 2} {down * 10 - 2}" role="img">'
    return "\n".join([head, f"<title>{escape(title)}</title>", *cells, "</svg>"])
