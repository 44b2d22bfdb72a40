"""The site under load: 150 requests a second for ten minutes, on SQLite and on PostgreSQL, everything on two cores.

    PYTHONPATH=src:. .venv/bin/python bench/web.py [--quick] [--seconds 600] [--database sqlite] [--members 50000]

In a temporary folder it makes 50,000 members (``web_data.py``: 5,000 have answered twice, the others are invited), starts
``sonae serve`` as an operator would, behind HTTPS as its proxy tells it, and lets 50 people walk (``web_load.py``,
locust): reading 85 %, saving an answer of the checklist 10 %, a result 5 % (``web_mix.py``); each page alone, without the files
that a browser keeps. They are signed in beforehand: hashing a password takes a core 0.13 s by intent, so signing in is measured
by itself. Web, jobs, database and locust share the same two cores; what each took of them is printed.

PostgreSQL writes to the disk at each commit as installed; SQLite as the site's settings say. Members stand for covers: those have no page
in the mix. Exits with 1 when a target is missed; ends and deletes all that it began. ``web_pages.py`` tells the
processor time of a single page.
"""

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
RATE, P50, P99 = 150, 60, 300
"""Requests a second, and milliseconds."""
QUICK = 20
WORKERS = {"sqlite": 2, "postgresql": 3}
"""Web processes, as docs/operating.md advises for two cores."""
SIGN_IN_SECONDS = 20
PATIENCE = 60
"""Seconds that the site has to start or to end."""
TICK = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure each database and exit with 1 when a target was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} s each")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--answered", type=int, default=5_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    seconds = QUICK if asked.quick else asked.seconds
    missed = []
    for kind in asked.database or ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory(prefix="sonae-web-") as folder, _database(kind, Path(folder)) as address:
            missed += [f"{kind}: {each}" for each in measured(kind, address, Path(folder), seconds, asked)]
    print("\n".join(missed) or "every target is met")
    sys.exit(bool(missed))


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    from tests.postgres import cluster

    with nullcontext(f"sqlite:///{folder}/site.sqlite3") if kind == "sqlite" else cluster(()) as address:
        yield address


def measured(kind: str, address: str, folder: Path, seconds: int, asked: argparse.Namespace) -> list[str]:
    """Fill a database, load the site on it, print what came of it and return the targets missed."""
    keys = f"bench-1:{secrets.token_urlsafe(32)}="
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "SONAE_SECRET_KEY": secrets.token_urlsafe(48), "SONAE_KEYS": keys,
        "SONAE_HOSTS": "127.0.0.1,localhost", "SONAE_PROXY": "true", "SONAE_LOG_LEVEL": "WARNING",
        "SONAE_DATABASE_URL": address, "SONAE_DATA": str(folder / "data"), "SONAE_SAMPLE": "false",
    }  # fmt: skip
    plan = folder / "plan.json"
    started = time.perf_counter()
    _run(["web_data.py", str(plan), str(asked.members), str(asked.answered)], environment, 1_800)
    print(f"\n{kind}: {asked.members:,} members made in {time.perf_counter() - started:.0f} s", flush=True)
    with _site(environment, WORKERS[kind]) as (site, port):
        load = ["web_load.py", str(plan), f"http://127.0.0.1:{port}"]
        before, since = _cores(site), os.getloadavg()[0]
        walked = _load([*load, "walk", str(seconds)], environment, seconds)
        after = _cores(site)
        print(f"{seconds} s; load of the machine {since:.1f} before, {os.getloadavg()[0]:.1f} at the end")
        missed = _table(walked)
        spans = {name: after[name] - before[name] for name in after} | {"locust": walked["core"]}
        print(
            "of two cores: " + ", ".join(f"{name} {each / walked['seconds'] / 2:.0%}" for name, each in spans.items())
        )
        _table(_load([*load, "sign_in", str(SIGN_IN_SECONDS)], environment, SIGN_IN_SECONDS), judged=False)
    return missed


def _table(found: dict[str, Any], *, judged: bool = True) -> list[str]:
    """Print pages, busiest last in a line of their own for all, and return the targets missed."""
    print(f"{'page':24}{'requests':>9}{'per s':>8}{'p50':>7}{'p95':>7}{'p99':>7}{'faults':>8}   (ms)")
    for row in found["pages"]:
        rate = row["requests"] / found["seconds"]
        times = "".join(f"{row[each] or 0:7.0f}" for each in ("p50", "p95", "p99"))
        print(f"{row['page']:24}{row['requests']:9}{rate:8.1f}{times}{row['faults']:8}")
    for fault, number in found["faults"].items():
        print(f"  {fault}: {number}")
    print(flush=True)
    if not judged:
        return []
    rate, all_ = found["pages"][-1]["requests"] / found["seconds"], found["pages"][-1]
    figures = (
        (f"{rate:.1f} requests/s, target {RATE}", rate >= RATE),
        (f"p50 {all_['p50']:.0f} ms, target under {P50}", all_["p50"] < P50),
        (f"p99 {all_['p99']:.0f} ms, target under {P99}", all_["p99"] < P99),
        (f"{all_['faults']} faults, target 0", not all_["faults"]),
    )
    for text, met in figures:
        print(f"  {'met   ' if met else 'MISSED'} {text}")
    return [text for text, met in figures if not met]


@contextmanager
def _site(environment: dict[str, str], workers: int) -> Iterator[tuple[int, int]]:
    """Start the site on a free port, yield its process and port, and end all of it."""
    command = [sys.executable, "-m", "sonae_cli", "serve", "--port", "0", "--workers", str(workers)]
    with tempfile.TemporaryFile("w+") as said:
        site = subprocess.Popen(command, env=environment, stderr=said, stdout=said)
        try:
            yield site.pid, _port(site, said)
            if site.poll() is not None:
                raise RuntimeError(f"the site ended by itself ({site.returncode})")
        finally:
            parts = _tree(site.pid)
            site.terminate()
            try:
                site.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                for pid in parts:
                    os.kill(pid, signal.SIGKILL)
                site.wait(PATIENCE)


def _port(site: "subprocess.Popen[bytes]", said: Any) -> int:
    """Wait until the site answers and return its port."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and site.poll() is None:
        said.seek(0)
        words = said.read()
        for line in words.splitlines():
            if line.startswith("http://"):
                port = int(line.rstrip("/").rpartition(":")[2])
                if _answers(port):
                    return port
        time.sleep(0.2)
    raise RuntimeError(f"the site did not start: {words[-2000:]}")


def _answers(port: int) -> bool:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz", headers={"X-Forwarded-Proto": "https"})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except OSError:
        return False


def _cores(site: int) -> dict[str, float]:
    """Return the seconds of a core that the site's processes and those of its database have taken until now."""
    postmasters = [pid for pid, (_, name, _) in _processes().items() if name == "postgres"]
    return {"site": _taken(_tree(site)), "database server": _taken(postmasters)}


def _taken(pids: list[int]) -> float:
    found = _processes()
    return sum(found[pid][2] for pid in pids if pid in found)


def _tree(root: int) -> list[int]:
    """Return a process and all below it."""
    found, tree = _processes(), [root]
    for pid in tree:
        tree += [child for child, (parent, _, _) in found.items() if parent == pid]
    return tree


def _processes() -> dict[int, tuple[int, str, float]]:
    """Return parent, name and seconds of a core of every process, of children that have ended too."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = path.read_text(encoding="utf-8", errors="replace").rpartition(") ")
        except OSError:
            continue  # it has ended meanwhile
        fields = rest.split()
        found[int(path.parent.name)] = (int(fields[1]), head.partition("(")[2], sum(map(int, fields[11:15])) / TICK)
    return found


def _load(command: list[str], environment: dict[str, str], seconds: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_run(command, environment, seconds + 120))
    return found


def _run(command: list[str], environment: dict[str, str], most: int) -> str:
    """Run a program of this folder to its end, at most so many seconds, and return what it printed."""
    ended = subprocess.run(
        [sys.executable, str(HERE / command[0]), *command[1:]],
        env=environment, stdout=subprocess.PIPE, text=True, timeout=most, check=True,
    )  # fmt: skip
    return ended.stdout


if __name__ == "__main__":
    main()
