"""Several programs run as one: where one ends, all end."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of <linux/prctl.h>."""
GRACE = 30
"""Seconds that the parts have to end by themselves; then they are killed, with all that they started."""


class _Parts:
    """What runs, by the number of its process, and whether it was asked to end."""

    def __init__(self) -> None:
        self.running: dict[int, tuple[str, subprocess.Popen[bytes]]] = {}
        self.asked = False

    def start(self, name: str, command: Sequence[str]) -> None:
        # nothing else runs in this process, so that what the child does before its program is safe
        part = subprocess.Popen(command, process_group=0, preexec_fn=_follow_parent())  # noqa: S603 - commands of ours
        self.running[part.pid] = (name, part)

    def end(self) -> None:
        signal.alarm(GRACE)
        for pid in self.running:
            os.kill(pid, signal.SIGTERM)  # not waited for yet: the number is still its own

    def ask(self, *_: object) -> None:
        self.asked = True
        self.end()

    def kill(self, *_: object) -> None:
        for pid in self.running:
            _kill(pid)

    def next_ended(self) -> tuple[str, int]:
        """Wait for a part to end, kill what it left, and return its name and exit code."""
        while True:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
            assert ended is not None  # noqa: S101 - None with WNOHANG alone
            if ended.si_pid in self.running:
                _kill(ended.si_pid)
                name, part = self.running.pop(ended.si_pid)
                return name, part.wait()
            os.waitpid(ended.si_pid, 0)  # someone else's child, left to us


def run_together(parts: Sequence[tuple[str, Sequence[str]]]) -> tuple[str, int] | None:
    """Run commands side by side until asked to stop (SIGTERM, SIGINT) or until one ends; then end them all.

    Returns None when asked to stop, otherwise name and exit code of the part that ended first. Each part leads a group of
    its own, so that Ctrl-C reaches them through this process alone, once, and nothing that they started is left over.
    """
    all_ = _Parts()
    first: tuple[str, int] | None = None
    acts = ((signal.SIGTERM, all_.ask), (signal.SIGINT, all_.ask), (signal.SIGALRM, all_.kill))
    before = [(number, signal.signal(number, act)) for number, act in acts]
    try:
        for name, command in parts:
            all_.start(name, command)
        if all_.asked:
            all_.end()  # those too that were started since
        while all_.running:
            ended = all_.next_ended()
            if first is None and not all_.asked:
                first = ended
                all_.end()
    finally:
        all_.kill()
        signal.alarm(0)
        for number, act in before:
            signal.signal(number, act)
    return first


def _follow_parent() -> Callable[[], None] | None:
    """Return what a child calls to be ended (SIGTERM) when this process is gone, even by SIGKILL; None where only Linux can."""
    if sys.platform != "linux":
        return None
    parent, prctl = os.getpid(), ctypes.CDLL(None).prctl

    def follow() -> None:
        prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # gone already
            os._exit(1)

    return follow


def _kill(leader: int) -> None:
    """Kill what is left of a group, whose leader is not waited for yet."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
