"""Times the loss simulator as a visitor feels it: from a slider's move to the new figures on the screen.

    .venv/bin/python bench/simulator.py [--moves 200] [--businesses 200]

Starts the sample site on a free port of this machine, in a folder of its own, and ends it. Three figures: the server's
answer alone (random businesses, each another), the round trip in chromium (a slider moved by a key, until the new figures
are painted), and a slider drawn along at 60 moves a second (how old the figures on the screen are, at each frame).
"""

import argparse
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 150
"""Milliseconds within which the figures follow."""
INDUSTRIES = ("retail", "clinic", "printing", "letting", "manufacturing", "it", "mail_order")
KEYS = ("ArrowRight", "ArrowRight", "ArrowLeft")
WATCH = """() => {
  window.moved = 0; window.times = [];
  document.querySelector("[data-for=persons]").addEventListener("input", () => {
    if (!window.moved) window.moved = performance.now();
  });
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
    if (!window.moved) return;
    window.times.push(performance.now() - window.moved); window.moved = 0;
  }))).observe(document.querySelector("#figures"), {childList: true});
}"""
DRAW = """(steps) => new Promise((done) => {
  const slider = document.querySelector("[data-for=persons]"), ages = [], born = new Map();
  const shown = () => new URLSearchParams(location.search).get("persons");
  let at = 0;
  const frame = () => {
    if (at < steps) {
      slider.value = Math.round(Math.abs(Math.sin(at / 40)) * slider.max);
      slider.dispatchEvent(new Event("input", {bubbles: true}));
      const entered = document.querySelector("#persons").value;
      if (entered !== [...born.keys()].at(-1)) { born.delete(entered); born.set(entered, performance.now()); }
      at++;
    }
    const list = [...born], seen = list.findIndex(([value]) => value === shown());
    if (seen >= 0) list.slice(0, seen).forEach(([value]) => born.delete(value));
    if (seen >= 0 && seen < list.length - 1) ages.push(performance.now() - list[seen + 1][1]);
    else ages.push(0);
    if (at < steps || shown() !== document.querySelector("#persons").value) requestAnimationFrame(frame);
    else done(ages);
  };
  requestAnimationFrame(frame);
})"""


@contextmanager
def site() -> Iterator[str]:
    """The sample site, until done with it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sonae_cli", "serve", "--sample", "--port", str(port), "--data", folder]
        server = subprocess.Popen(command, cwd=ROOT / "src", stderr=subprocess.DEVNULL)
        address = f"http://localhost:{port}"
        try:
            for _ in range(150):
                try:
                    urllib.request.urlopen(f"{address}/readyz", timeout=5).close()  # noqa: S310 - our own
                    break
                except OSError:
                    time.sleep(0.2)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


def answers(address: str, businesses: int, seed: int) -> list[float]:
    """Return milliseconds of the server's answer for so many random businesses."""
    draw, times = random.Random(seed), []  # noqa: S311 - sample data
    for number in range(businesses + 20):
        query = urllib.parse.urlencode(
            {
                "industry": draw.choice(INDUSTRIES), "staff": draw.randrange(1, 300), "sales": "",
                "persons": draw.randrange(10, 500_000), "kinds": ["contact", draw.choice(["account", "medical"])],
                "media": ["paper", "pc"], "uses": draw.sample(["web_shop", "cloud", "contractors"], 2), "plan": "p5000",
            },
            doseq=True,
        )  # fmt: skip
        asked = urllib.request.Request(f"{address}/loss/?{query}", headers={"HX-Request": "true"})  # noqa: S310 - our own
        started = time.perf_counter()
        with urllib.request.urlopen(asked) as answer:  # noqa: S310 - our own
            answer.read()
        if number >= 20:
            times.append(1000 * (time.perf_counter() - started))
    return times


def moves(page: Page, address: str, number: int) -> list[float]:
    """Return milliseconds from each key on a slider to the new figures painted."""
    page.goto(f"{address}/loss/")
    page.evaluate(WATCH)
    page.locator("[data-for=persons]").focus()
    for count in range(number + 5):
        page.keyboard.press(KEYS[count % len(KEYS)] if count % 12 < 9 else "ArrowLeft")
        page.wait_for_function(f"window.times.length > {count}")
    found: list[float] = page.evaluate("window.times")
    return found[5:]


def told(name: str, times: list[float]) -> None:
    """Print median, 95 and 99 %, the most, and how many were beyond the limit."""
    ranked = sorted(times)
    p95, p99 = (ranked[min(len(ranked) - 1, round(share * len(ranked)))] for share in (0.95, 0.99))
    late = sum(each > LIMIT for each in ranked)
    print(
        f"{name:42} n {len(ranked):5}  median {statistics.median(ranked):6.1f}  95 % {p95:6.1f}  99 % {p99:6.1f}  "
        f"most {ranked[-1]:6.1f} ms  beyond {LIMIT} ms: {late}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, default=200)
    parser.add_argument("--businesses", type=int, default=200)
    chosen = parser.parse_args()
    with site() as address, sync_playwright() as play:
        told("server's answer", answers(address, chosen.businesses, seed=4))
        browser: Any = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 390, "height": 844}, locale="ja-JP", bypass_csp=True)
        told("key on a slider to figures on the screen", moves(page, address, chosen.moves))
        told("slider drawn along, age of the figures", page.evaluate(DRAW, 240))
        browser.close()


if __name__ == "__main__":
    main()
