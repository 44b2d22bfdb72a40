"""The people of ``bench/web.py``, in a process of their own: ``web_load.py PLAN.json ADDRESS KIND SECONDS``.

KIND is ``walk`` (people signed in already, and visitors) or ``sign_in`` (people who sign in one after another). Prints JSON:
by page what was counted, the faults seen, seconds measured, and the processor time of this process.
"""

import json
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from locust import FastHttpUser, task
from locust.env import Environment

from web_mix import MIX, addresses

WALKERS, SIGNING_IN = 50, 4
EACH = 3.2
"""Requests a second of a walker on average: 160 in all, a little over the target, so that it is not missed by chance."""
WARM = 10
"""Seconds before anything is counted: programmes are read, connections opened."""
SEEN, CHOSEN = re.compile(r'name="seen" value="(\d+)"'), re.compile(r'value="(\w+)" checked')
PLAN: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
ADDRESS, CSRF = sys.argv[2], "c" * 32
NUMBERS = iter(range(1_000_000))
FAULTS: Counter[str] = Counter()


class Person(FastHttpUser):
    """Somebody behind an address of their own, reaching the site through its proxy."""

    abstract = True
    host = ADDRESS
    network_timeout = connection_timeout = 30.0

    def on_start(self) -> None:
        """Take a number, so that no two act for the same member."""
        self.number = next(NUMBERS)
        self.chance = random.Random(self.number)  # noqa: S311
        self.form: tuple[str, str, str] | None = None

    def ask(self, page: str, method: str, path: str, session: str = "", fields: dict[str, str] | None = None) -> Any:
        """Ask for a page and count anything but the answer it must have as a fault."""
        cookies = f"csrftoken={CSRF}" + (f"; sessionid={session}" if session else "")
        headers = {
            "Cookie": cookies, "X-CSRFToken": CSRF, "Origin": ADDRESS.replace("http:", "https:"),
            "X-Forwarded-Proto": "https", "X-Forwarded-For": f"10.0.{self.number // 250}.{self.number % 250}",
        }  # fmt: skip
        if (jar := self.client.client.cookiejar) is not None:
            jar.clear()
        wanted = 302 if method == "POST" else 200
        with self.client.request(
            method, path, name=page, data=fields, headers=headers, allow_redirects=False, catch_response=True
        ) as answer:
            if answer.status_code == wanted:
                answer.success()
            else:
                FAULTS[f"{page}: {answer.status_code}"] += 1
                answer.failure(f"status {answer.status_code}")
        return answer


class Walker(Person):
    """Walks as people do, by MIX: each walker for members, links and clerks of its own."""

    due = 0.0

    def wait_time(self) -> float:
        """Return the seconds until the next page: at random moments, EACH a second; what came late is caught up with.

        People who all click at the same moment, every third of a second, would measure their queue and not the site.
        """
        self.due = (self.due or time.monotonic()) + self.chance.expovariate(EACH)
        return max(0.0, self.due - time.monotonic())

    @task
    def step(self) -> None:
        """Go to one page."""
        page = self.chance.choices(list(MIX), list(MIX.values()))[0]
        if page == "question saved" and self.form is not None:
            self.save(*self.form)
        elif page in ("question", "question saved"):
            self.question()
        else:
            self.read(page)

    def own(self, kind: str) -> Any:
        """Return one of the plan's that is this walker's alone (clerks are shared: they only read)."""
        rows = PLAN[kind]
        return self.chance.choice(rows[self.number % WALKERS :: WALKERS] or rows)

    def read(self, page: str) -> None:
        """Read a page."""
        kind, path = addresses(page)
        each = self.own(kind) if kind else {}
        link = each if isinstance(each, str) else ""
        values = each if isinstance(each, dict) else {}
        path = path.format(
            link=link, place=values.get("place", ""), result=values.get("result", ""),
            number=self.chance.randrange(1, 9), persons=self.chance.randrange(100, 100_000),
        )  # fmt: skip
        self.ask(page, "GET", path, values.get("session", ""))

    def question(self) -> None:
        """Open a question of the checklist."""
        each = self.own("members")
        path = f"/my/{each['place']}/checklist/questions/{self.chance.choice(list(each['seen']))}"
        answer = self.ask("question", "GET", path, each["session"])
        if answer.status_code == 200 and (seen := SEEN.search(answer.text)):
            chosen = CHOSEN.search(answer.text)
            other = "no" if chosen and chosen[1] == "yes" else "yes"
            self.form = (path, each["session"], f"{other} {seen[1]}")

    def save(self, path: str, session: str, filled: str) -> None:
        """Save the answer of the question that is open."""
        self.form = None
        value, seen = filled.split()
        self.ask("question saved", "POST", path, session, {"answer": value, "seen": seen})


class SigningIn(Person):
    """Signs in, again and again, each time as the next person and from another address."""

    @task
    def sign_in(self) -> None:
        """Send address and password."""
        self.number = next(NUMBERS)
        mail = PLAN["sign_ins"][self.number % len(PLAN["sign_ins"])]
        self.ask("sign-in", "POST", "/account/login/", "", {"login": mail, "password": PLAN["password"]})


def main(kind: str, seconds: float) -> None:
    """Let people act and print what was counted."""
    people, number = (Walker, WALKERS) if kind == "walk" else (SigningIn, SIGNING_IN)
    environment = Environment(user_classes=[people], host=ADDRESS)
    runner = environment.create_local_runner()
    runner.start(number, spawn_rate=number)
    time.sleep(WARM)
    environment.stats.reset_all()
    FAULTS.clear()
    wall, core = time.perf_counter(), time.process_time()
    time.sleep(seconds)
    wall, core = time.perf_counter() - wall, time.process_time() - core
    rows = [*environment.stats.entries.values(), environment.stats.total]
    counted = [
        {
            "page": row.name, "requests": row.num_requests, "faults": row.num_failures,
            **{f"p{share}": row.get_response_time_percentile(share / 100) for share in (50, 95, 99)},
        }
        for row in rows
    ]  # fmt: skip
    runner.quit()
    print(json.dumps({"pages": counted, "faults": FAULTS, "seconds": wall, "core": core}))


if __name__ == "__main__":
    main(sys.argv[3], float(sys.argv[4]))
