"""The trail of acts as an auditor searches it: page by page, each event held against the chain that it stands in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from ledger.masking import masked
from ledger.models import AuditEvent

# As long as a digest is and with a letter: two ID numbers without a gap are neither.
DIGEST = re.compile(r"(?<![0-9a-f])((?=[0-9]*[a-f])(?:[0-9a-f]{64}|[0-9a-f]{32}))(?![0-9a-f])")
# The codes of places are long numbers too, and nobody's.
PLACE = re.compile(r"(?:book|township|unit)=[0-9]{6,12}")
REFUSED, DONE = "refused", "done"

# Whether an event has the digest of its own words, and continues the one before it.
HOLDS = """
SELECT e.id, e.digest = ledger_event_digest(e) AND e.previous = coalesce(
         (SELECT b.digest FROM ledger_auditevent b WHERE b.chain = e.chain AND b.number = e.number - 1),
         CASE WHEN e.number = 1 THEN sha256(convert_to('trail' || E'\\t' || e.chain || E'\\n', 'UTF8')) END)
  FROM ledger_auditevent e WHERE e.id = ANY(%s)
"""
HEADS = "SELECT chain, number, encode(digest, 'hex') FROM ledger_trailhead ORDER BY chain"


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; nothing said is everything. ``outcome`` is ``refused`` or ``done``; days are included."""

    actor: str = ""
    act: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None
    outcome: str = ""


class Event(NamedTuple):
    """An event of the trail, with the numbers of people and accounts in it masked."""

    pk: int
    chain: str
    number: int
    at: datetime
    actor: str
    act: str
    subject: str
    origin: str
    refused: str
    before: str
    after: str
    digest: str
    holds: bool


class Head(NamedTuple):
    """The last event of a chain."""

    chain: str
    number: int
    digest: str


def events_found(*, search: Search, before: int | None, length: int) -> Sequence[Event]:
    """Return a page of the trail, the newest first; ``before`` is the key of the last event of the page before."""
    found = matching(search).order_by("-pk")
    rows = list(found.filter(pk__lt=before)[:length] if before else found[:length])
    with connection.cursor() as cursor:
        cursor.execute(HOLDS, [[row.pk for row in rows]])
        holding = dict(cursor.fetchall())
    return [told(row, holds=bool(holding.get(row.pk))) for row in rows]


def matching(search: Search) -> QuerySet[AuditEvent]:
    """Return the events that are looked for."""
    exact = {"actor": search.actor, "act__startswith": search.act, "subject__startswith": search.subject}
    found = AuditEvent.objects.filter(**{name: value for name, value in exact.items() if value})
    if search.since:
        found = found.filter(at__gte=midnight(search.since))
    if search.until:
        found = found.filter(at__lt=midnight(search.until + timedelta(days=1)))
    if search.outcome == REFUSED:
        return found.exclude(refused="")
    return found.filter(refused="") if search.outcome == DONE else found


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def told(row: AuditEvent, *, holds: bool) -> Event:
    return Event(
        pk=row.pk,
        chain=row.chain,
        number=row.number,
        at=row.at,
        actor=row.actor,
        act=row.act,
        subject=masked_but_digests(row.subject),
        origin=masked_but_digests(row.origin),
        refused=row.refused,
        before=masked_but_digests(row.before),
        after=masked_but_digests(row.after),
        digest=bytes(row.digest).hex(),
        holds=holds,
    )


def masked_but_digests(text: str) -> str:
    """Return a text with its long numbers masked, but its digests and the codes of places as they are."""
    return "\n".join(line if PLACE.fullmatch(line) else masked_line(line) for line in text.split("\n"))


def masked_line(line: str) -> str:
    return "".join(part if DIGEST.fullmatch(part) else masked(part) for part in DIGEST.split(line))


def heads() -> Sequence[Head]:
    """Return the heads of all chains."""
    with connection.cursor() as cursor:
        cursor.execute(HEADS)
        return [Head(*row) for row in cursor.fetchall()]
