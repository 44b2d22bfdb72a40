"""Times the risk report: typst (ours) against WeasyPrint on the same content, side by side in one run.

    .venv/bin/python bench/report.py [--runs 7] [--memory 200]

WeasyPrint is optional (``pip install weasyprint``; it needs pango). Every run has its own answers, so that nothing is
taken from a cache. Prints medians, pages, ms a page, the ratio, and with --memory how the process grows over reports.
"""

import argparse
import importlib.util
import random
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from html import escape
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))  # so that it runs as it is; hence imports below

from sonae.checklist import Answers, read_answers
from sonae.papers import render
from sonae.papers.fonts import FAMILY, paths
from sonae.programmes import read_file
from sonae.report import build, diagnose

ON = date(2026, 11, 23)


def reports(count: int, seed: int) -> list[dict[str, Any]]:
    """Return the data of so many different reports (random answers to the mail-order example)."""
    source: Answers = read_answers(read_file(ROOT / "examples" / "mail_order.yaml"))
    draw = random.Random(seed)  # noqa: S311 - sample data
    found = []
    for number in range(count):
        given = {question.id: draw.choice(["yes", "partly", "no", "unknown"]) for question in source.asked}
        business = replace(source.business, name=f"株式会社見本{number}", persons_held=draw.randrange(500, 90_000))
        found.append(build(diagnose(replace(source, given=MappingProxyType(given), business=business), ON), "ja"))
    return found


def typst_pdf(data: Mapping[str, Any]) -> bytes:
    """Render with our own template."""
    return render("report", dict(data), ON)


def weasyprint_pdf(data: Mapping[str, Any]) -> bytes:
    """Render the same text with WeasyPrint: every string of the report, in tables and blocks of the same kind."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    faces = "".join(
        f"@font-face {{font-family: 'N'; src: url('file://{path}'); font-weight: {weight}}}"
        for path, weight in zip(paths(), (400, 700), strict=True)
    )
    css = weasyprint.CSS(string=faces + _CSS, font_config=fonts)
    pdf: bytes = weasyprint.HTML(string=_html(data)).write_pdf(stylesheets=[css], font_config=fonts)
    return pdf


_CSS = """
@page {size: A4; margin: 24mm 22mm 20mm; @bottom-right {content: counter(page) ' / ' counter(pages)}}
body {font: 9pt/1.8 'N'; text-align: justify} h1 {font-size: 20pt; break-before: page} h2 {font-size: 12pt}
table {width: 100%; border-collapse: collapse} td {border-bottom: .4pt solid #d5dbe1; padding: 1.7mm 1mm}
.e {break-inside: avoid; border-top: .5pt solid #76828e; padding: 2.5mm 0; display: grid; grid-template-columns: 32mm 1fr; gap: 6mm}
"""


def _html(data: Mapping[str, Any]) -> str:
    def cells(*texts: object) -> str:
        return "<tr>" + "".join(f"<td>{escape(str(text))}</td>" for text in texts) + "</tr>"

    summary, law, loss, plan, sources = (data[name] for name in ("summary", "law", "loss", "plan", "sources"))
    parts = [f"<h1>{escape(data['cover']['name'])}</h1>", f"<h1>総合評価</h1>{summary['radar']}"]
    parts.append("<table>" + "".join(cells(a["name"], a["score"], a["grade"]) for a in summary["areas"]) + "</table>")
    parts.append("<table>" + "".join(cells(a["action"], a["effort"], a["gain"]) for a in summary["first"]) + "</table>")
    parts.append(f"<h1>法律</h1><p>{escape(law['lead'])}</p>")
    parts.append("<table>" + "".join(cells(h["name"], h["count"], h["open"]) for h in law["headings"]) + "</table>")
    parts.append("<h1>損害</h1><table>" + "".join(cells(r["kind"], r["working"], r["yen"]) for r in loss["rows"]))
    parts.append(
        "".join(cells(p["name"], p["liability"], p["cost"], p["paid"], p["retained"]) for p in loss["plans"])
        + "</table>"
    )
    parts.append("<h1>分野</h1>")
    for area in data["areas"]:
        parts.append(_entry(f"{area['score']} {area['grade']}", area["name"], area["comment"]))
    parts.append("<h1>例</h1>")
    for case in data["cases"]:
        parts.append(_entry(case["industry"], case["title"], case["what"], case["lesson"]))
    rows = "".join(cells(r["action"], r["question"], r["effort"]) for stage in plan["stages"] for r in stage["rows"])
    parts.append(f"<h1>進め方</h1><table>{rows}</table>")
    parts.append(
        "<h1>出典</h1><table>"
        + "".join(cells(r["name"], r["basis_name"], r["references"]) for r in sources["rows"])
        + "</table>"
    )
    parts.append("<h1>付録</h1>")
    for group in data["annex"]["groups"]:
        parts.append(f"<h2>{group['name']} {group['score']}</h2>")
        for row in group["rows"]:
            left = f"{row['number']} {row['answer']} {row['law']} {row['gain']}"
            parts.append(_entry(left, row["question"], row["text"], row["step"], row["effort"], row["evidence"]))
    return f"<html lang=ja><body>{''.join(parts)}</body></html>"


def _entry(left: str, title: str, *texts: str) -> str:
    body = "".join(f"<p>{escape(text)}</p>" for text in texts)
    return f"<div class=e><div>{escape(left)}</div><div><h3>{escape(title)}</h3>{body}</div></div>"


def timed(make: Callable[[Mapping[str, Any]], bytes], data: list[dict[str, Any]]) -> tuple[float, float]:
    """Return the median seconds and pages of rendering each report once, after one warm-up."""
    import pypdf

    make(data[0])
    seconds, pages = [], []
    for each in data[1:]:
        started = time.perf_counter()
        pdf = make(each)
        seconds.append(time.perf_counter() - started)
        pages.append(len(pypdf.PdfReader(BytesIO(pdf)).pages))
    return statistics.median(seconds), statistics.median(pages)


def memory(count: int) -> None:
    """Render so many reports and print the peak memory after each quarter."""
    data = reports(20, seed=9)
    for number in range(1, count + 1):
        each = dict(data[number % len(data)]) | {"number": f"{number:012x}", "business": f"見本商事 第{number}営業所"}
        typst_pdf(each)
        if number in (20, count // 4, count // 2, 3 * count // 4, count):
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"memory after {number:5d} reports: peak {peak:.0f} MB")


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--memory", type=int, default=0)
    options = parser.parse_args()
    data = reports(options.runs + 1, seed=4)
    import typst

    ours, pages = timed(typst_pdf, data)
    print(
        f"typst {getattr(typst, '__version__', '')}: {ours * 1000:.0f} ms, {pages:.0f} pages, {ours * 1000 / pages:.1f} ms a page"
    )
    if importlib.util.find_spec("weasyprint"):
        import weasyprint

        theirs, their_pages = timed(weasyprint_pdf, data[: min(4, len(data))])
        print(
            f"WeasyPrint {weasyprint.__version__}: {theirs * 1000:.0f} ms, {their_pages:.0f} pages; ratio {theirs / ours:.1f}"
        )
    else:
        print("WeasyPrint is not installed: pip install weasyprint (needs pango) to compare.")
    if options.memory:
        memory(options.memory)
    print(f"font {FAMILY}")


if __name__ == "__main__":
    main()
