"""Processes that post vouchers without end, and write down which of them were acknowledged.

They work as the app role on a district of tests/payroll.py: income of a township is collected (J1) and swept (J2),
in one transaction. It is noted before it is posted, and again with its vouchers when its commit was acknowledged. A
process ends when the server is gone. It posts the same each time: a second one of its name posts what the first did
again, which must be found posted, and goes on.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path

from django.db import InterfaceError, OperationalError

from config import instance
from ledger.entries import Event, Signatures
from ledger.models import Book
from ledger.models.words import BookKind
from ledger.posting import Posted, post_events
from treasury import entries
from treasury.opening import codes_of
from treasury.posting import SERVICE, mirrored_event

DAY = date(2026, 11, 5)
AMOUNT = Decimal("12.34")
SIGNED = Signatures(preparer=SERVICE, reviewer="demo-reviewer", poster=SERVICE, cashier="demo-cashier")
PROGRAM = "import django, sys; django.setup(); from tests.posting_on import post_on; post_on(sys.argv[1], sys.argv[2])"
WAIT_SECONDS_MAX = 120


def events_of(name: str) -> Iterator[tuple[str, list[Event]]]:
    """Return without end what a process posts, each with its name: of the township that the process's name decides."""
    district = Book.objects.get(kind=BookKind.DISTRICT)
    townships = Book.objects.filter(kind=BookKind.TOWNSHIP).order_by("code")
    township = townships[sum(name.encode()) % len(townships)]
    codes = codes_of(district=district, township=township)
    steps = {"collected": entries.collect_revenue(codes, AMOUNT), "swept": entries.sweep(codes, AMOUNT)}
    for number in count(1):
        what = f"test.{name}/{number}"
        yield (
            what,
            [
                mirrored_event(
                    source=f"{what}/{step}",
                    district=district,
                    township=township,
                    entries=mirrored,
                    posting_date=DAY,
                    summary="测试",
                    signatures=SIGNED,
                )
                for step, mirrored in steps.items()
            ],
        )


def post_on(name: str, log: str) -> None:
    """Post what a process posts, one transaction after the other, until the server is gone."""
    note = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        for what, events in events_of(name):
            os.write(note, f"asked {what}\n".encode())
            posted = post_events(events)
            os.write(note, f"posted {what} {spell(posted)}\n".encode())
    except (OperationalError, InterfaceError):
        return


def spell(posted: Sequence[Posted]) -> str:
    """Return BOOK/TYPE/NUMBER of each voucher."""
    return " ".join(f"{one.book}/{one.voucher_type}/{one.number}" for one in posted)


@dataclass(frozen=True)
class Poster:
    """A process that posts, and what it has noted."""

    name: str
    log: Path
    process: "subprocess.Popen[bytes]"

    def acknowledged(self) -> dict[str, list[str]]:
        """Return the numbers of the vouchers of each transaction whose commit was acknowledged."""
        return {words[1]: words[2:] for words in self.notes() if words[0] == "posted"}

    def asked(self) -> list[str]:
        return [words[1] for words in self.notes() if words[0] == "asked"]

    def notes(self) -> list[list[str]]:
        lines = self.log.read_text().split("\n")[:-1] if self.log.exists() else []
        return [line.split() for line in lines]


@contextmanager
def posting_on(names: Sequence[str], *, folder: Path, variables: Mapping[str, str]) -> Iterator[list[Poster]]:
    """Start a process for each name; those that are left are ended afterwards."""
    posters: list[Poster] = []
    try:
        for name in names:
            log = folder / f"{name}.log"
            process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, name, str(log)], cwd=instance.PROJECT, env=dict(variables)
            )
            posters.append(Poster(name, log, process))
        yield posters
    finally:
        for poster in posters:
            poster.process.send_signal(signal.SIGKILL)
        for poster in posters:
            poster.process.wait()


def wait_for_more(posters: Sequence[Poster], number: int) -> None:
    """Wait until each process has so many events more acknowledged."""
    wanted = [(poster, len(poster.acknowledged()) + number) for poster in posters]
    wait_until(lambda: all(len(poster.acknowledged()) >= least for poster, least in wanted), posters)


def wait_until(holds: Callable[[], bool], posters: Sequence[Poster] = ()) -> None:
    """Look again and again until it holds; the processes go on posting meanwhile."""
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        assert all(poster.process.poll() is None for poster in posters), "a process ended"
        time.sleep(0.02)
