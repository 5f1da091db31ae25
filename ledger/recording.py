"""Leave a trace of every act: who did what, when, on what, from where, before and after.

An act records itself inside its own transaction; a refusal is recorded by the door in a second
transaction after the rollback. The database numbers and chains the events.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from ledger.refusals import UnableToPost

# Where the acts of this thread come from: a command line, an address and session. Doors set it.
ORIGIN: ContextVar[str] = ContextVar("origin", default="")

INSERT = """
INSERT INTO ledger_auditevent (chain, number, at, actor, act, subject, origin, refused, before, after, previous, digest)
VALUES (%s, 0, %s, %s, %s, %s, %s, %s, %s, %s, '', '')
"""


@contextmanager
def acting_from(origin: str) -> Iterator[None]:
    """Name the place that the acts inside come from."""
    token = ORIGIN.set(origin[:200])
    try:
        yield
    finally:
        ORIGIN.reset(token)


def record_event(
    *,
    chain: str,
    at: datetime,
    actor: str,
    act: str,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Append one event to a chain (a book's code, or ``""`` for the rest); the act's last statement."""
    write(chain=chain, at=at, actor=actor, act=act, subject=subject, refused="", before=before, after=after)


def record_refusal(*, chain: str, at: datetime, actor: str, act: str, subject: str, refusal: UnableToPost) -> None:
    """Append the refusal of an act, after its own transaction has been rolled back."""
    with transaction.atomic():
        write(
            chain=chain,
            at=at,
            actor=actor,
            act=act,
            subject=subject,
            refused=refusal.name,
            before=None,
            after=refusal.facts,
        )


@contextmanager
def refusals_recorded(*, chain: str, at: datetime, actor: str, act: str, subject: str) -> Iterator[None]:
    """Let a door's act run; if the books refuse it, leave the refusal in the trail and pass it on."""
    try:
        yield
    except UnableToPost as refusal:
        record_refusal(chain=chain, at=at, actor=actor, act=act, subject=subject, refusal=refusal)
        raise


def write(
    *,
    chain: str,
    at: datetime,
    actor: str,
    act: str,
    subject: str,
    refused: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [chain, at, actor, act, subject[:200], ORIGIN.get(), refused, facts_text(before), facts_text(after)],
        )


def facts_text(facts: Mapping[str, Any] | None) -> str:
    """Return facts as lines ``name=value``, sorted, so that the same facts have the same text.

    A line break inside a value is written ``\\n``: what an officer types cannot pass for another fact.
    """
    return "\n".join(f"{name}={one_line(value)}" for name, value in sorted((facts or {}).items()))


def one_line(value: Any) -> str:
    return "\\n".join(str(value).replace("\\", "\\\\").splitlines())
