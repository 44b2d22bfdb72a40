"""Processor time of each page in this process alone: ``web_pages.py PLAN.json [PAGE]``; with a page, its profile.

The test client runs every middleware and draws the whole page; no socket, no other process. Time of the processor is not
lengthened by what else the machine does, so that two commits can be told apart on a busy one.
"""

import cProfile
import json
import pstats
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sonae_cli.site import begin_site

begin_site()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

ROUNDS, BEFORE = 40, 8
ADDRESS = "https://localhost"
SIMULATED = (
    "/loss/?industry=retail&persons={persons}&staff=18&sales=120000000&kinds=contact&kinds=account&media=paper&media=pc"
    "&uses=web_shop&plan=p5000"
)


def main(plan: Path, page: str = "") -> None:
    """Print by page the least milliseconds of processor time, its statements and size; or the profile of one."""
    acts = pages(json.loads(plan.read_text(encoding="utf-8")))
    for name, act in acts.items():
        if page in ("", name):
            for number in range(BEFORE):
                act(number)
            with CaptureQueriesContext(connection) as asked:
                answer = act(BEFORE)
                statements = len(asked)
            times = [_timed(act, number) for number in range(BEFORE, BEFORE + ROUNDS)]
            print(
                f"{name:22} {min(times):7.1f} ms  {statements:3} statements  {len(answer.content):7} bytes",
                flush=True,
            )
    if page:
        _profiled(acts[page])


def pages(plan: dict[str, Any]) -> dict[str, Callable[[int], Any]]:
    """Return how to get each page, with the number of the member, link or business to take."""
    member = [(_client(each["session"]), each, f"/my/{each['place']}") for each in plan["members"][:20]]
    association, prefecture = plan["associations"][0], plan["prefectures"][0]
    national, visitor = plan["national"][0], Client(SERVER_NAME="localhost")
    clerk, federation, root = (_client(each["session"]) for each in (association, prefecture, national))

    def of_member(path: str) -> Callable[[int], Any]:
        def get(number: int) -> Any:
            client, each, base = member[number % len(member)]
            question = list(each["seen"])[number % len(each["seen"])]
            return _got(client, f"{base}/{path}".format(result=each["result"], question=question))

        return get

    def save(number: int) -> Any:
        client, each, base = member[number % len(member)]
        question, (version, value) = list(each["seen"].items())[number // len(member)]
        other = "no" if value == "yes" else "yes"
        each["seen"][question] = (version + 1, other)
        path = f"{base}/checklist/questions/{question}"
        answer = client.post(path, {"answer": other, "seen": str(version)}, secure=True)
        assert answer.status_code == 302, answer.status_code
        return answer

    return {
        "landing": lambda n: _got(visitor, "/"),
        "quick check question": lambda n: _got(visitor, f"/quick/{plan['links'][n]}/{n % 8 + 1}"),
        "simulator": lambda n: _got(visitor, SIMULATED.format(persons=1_000 + 37 * n)),
        "member home": of_member(""),
        "overview": of_member("checklist/"),
        "question": of_member("checklist/questions/{question}"),
        "question saved": save,
        "result": of_member("results/{result}"),
        "results": of_member("results/"),
        "actions": of_member("actions/"),
        "association desk": lambda n: _got(clerk, f"/desk/{association['place']}/?page={n % 9 + 1}"),
        "prefecture desk": lambda n: _got(federation, f"/desk/{prefecture['place']}/"),
        "national desk": lambda n: _got(root, f"/desk/{national['place']}/"),
    }


def _client(session: str) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def _got(client: Client, path: str) -> Any:
    answer = client.get(path, secure=True)
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return answer


def _timed(act: Callable[[int], Any], number: int) -> float:
    started = time.process_time()
    act(number)
    return (time.process_time() - started) * 1_000


def _profiled(act: Callable[[int], Any]) -> None:
    profile = cProfile.Profile()
    profile.enable()
    for number in range(BEFORE + ROUNDS, BEFORE + 2 * ROUNDS):
        act(number)
    profile.disable()
    pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
