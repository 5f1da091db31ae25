"""Pay what was released: released orders become obligations and batches, with the officers of the orders.

A release is owed whole and goes into one batch, or waits whole. Releases signed by the same three
officers go together, in the order of their rank; people of a unit with a passbook are paid together
into it. Whatever follows is the same as for a payroll: ``sending``, ``answering``, ``correcting``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from ledger.models import Officer
from ledger.money import ZERO
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.bank_formats import BankFormat, format_named
from payouts.building import Due, PlannedPayment, build_batch, places_unwritable
from payouts.facts import rows_of
from payouts.models import Batch
from payouts.models.words import SCHEME_RELEASE, Hindrance
from payouts.payee_findings import Payee, places_blocked
from payouts.payees import Destination, KnownPeople, ReleasePayee, destination_of, payees_of_releases, people_known
from payouts.refusals import refusals_named
from payouts.rules.control_list import Place
from payouts.running import CHAIN, lock_month
from treasury.models import Release
from treasury.models.words import ReleaseStatus


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A release that waits whole, and what stands in the way of the payee of one of its lines."""

    release: Release
    line: int
    hindrance: Hindrance


@dataclass(frozen=True, slots=True)
class ReleaseBatches:
    """The batches that were built, and the releases that wait."""

    batches: Sequence[Batch]
    left_out: Sequence[LeftOut]


@dataclass(frozen=True, slots=True)
class PayableRelease:
    """A release with the destination of each of its payees."""

    release: Release
    payees: Sequence[tuple[ReleasePayee, Destination]]

    @property
    def officers(self) -> tuple[str, str, str]:
        return (
            str(self.release.prepared_by_id),
            str(self.release.checked_by_id),
            str(self.release.released_by_id),
        )


def build_release_batches(
    *, month: date, officer: Officer, template: str, pay_date: date, at: datetime
) -> ReleaseBatches:
    """Build batches of the released orders of a month that nothing pays yet: one for each set of officers.

    A release with a payee who has no account, whom a control blocks, or whom the bank's list cannot write, is left
    out whole.

    :raises OfficerMayNot: without the post
    """
    require_post(officer, "payouts.release_run")
    bank = format_named(template)
    with refusals_named(), transaction.atomic():
        lock_month(month)
        payable, left_out = parted(releases_to_pay(month), month, bank, pay_date)
        owe(payable)
        batches = [
            build_together(together, template=template, pay_date=pay_date, at=at) for together in by_officers(payable)
        ]
        if batches:
            record_event(
                chain=CHAIN,
                at=at,
                actor=officer.username,
                act="batch.build",
                subject=f"month/{month:%Y-%m}",
                after={
                    "batches": " ".join(map(str, batches)),
                    "releases": len(payable),
                    "total": sum((batch.total for batch in batches), ZERO),
                },
            )
        return ReleaseBatches(batches, left_out)


def releases_to_pay(month: date) -> list[Release]:
    """Return the released orders of a month that no payment pays, locked, by rank, then source."""
    keys = [
        key
        for (key,) in rows_of(
            """SELECT r.id FROM treasury_release r
                WHERE r.month = %s AND r.status = 'RELEASED'
                  AND NOT EXISTS (SELECT FROM payouts_obligation o
                                    JOIN payouts_paymentpart q ON q.obligation_id = o.id
                                    JOIN payouts_payment p ON p.id = q.payment_id
                                   WHERE o.release_id = r.id AND p.status <> 'REJECTED')""",
            month,
        )
    ]
    locked = Release.objects.select_for_update().filter(pk__in=keys, status=ReleaseStatus.RELEASED).order_by("pk")
    return sorted(locked, key=lambda release: (release.rank, release.source))


def parted(
    releases: Sequence[Release], month: date, bank: BankFormat, pay_date: date
) -> tuple[list[PayableRelease], list[LeftOut]]:
    """Part releases into those that can be paid, with their destinations, and those that wait whole."""
    payees = payees_of_releases([release.pk for release in releases])
    people = [payee.person for each in payees.values() for payee in each if payee.person is not None]
    known = people_known(people, month=month)
    payable: list[PayableRelease] = []
    left_out: list[LeftOut] = []
    ways_of = {
        release.pk: [(payee, way_of(payee, known, bank)) for payee in payees[release.pk]] for release in releases
    }
    found = [way for ways in ways_of.values() for _payee, way in ways if isinstance(way, Destination)]
    blocked = {found[at] for at in places_blocked(list(map(controlled, found)), place=Place.RELEASES, on=pay_date)}
    for release in releases:
        ways = [(payee, Hindrance.BLOCKED if way in blocked else way) for payee, way in ways_of[release.pk]]
        hindered = [(payee, way) for payee, way in ways if isinstance(way, Hindrance)]
        if hindered:
            left_out.append(LeftOut(release, hindered[0][0].number, hindered[0][1]))
        else:
            payable.append(
                PayableRelease(release, [(payee, way) for payee, way in ways if isinstance(way, Destination)])
            )
    return payable, left_out


def controlled(way: Destination) -> Payee:
    """Return a destination as the controls look at it."""
    return Payee(way.person, way.unit, way.name, way.account_number, way.id_number)


def way_of(payee: ReleasePayee, known: KnownPeople, bank: BankFormat) -> Destination | Hindrance:
    """Return where the money of a payee goes if the bank's list can say so, or what stands in the way."""
    way = destination_of(payee, known)
    if isinstance(way, Destination) and places_unwritable([planned(way, [due_of(payee, way, 0, 1)])], bank):
        return Hindrance.UNWRITABLE
    return way


def by_officers(payable: Sequence[PayableRelease]) -> list[list[PayableRelease]]:
    """Return the releases of each set of officers, the sets in the order of their first releases."""
    groups: dict[tuple[str, str, str], list[PayableRelease]] = {}
    for one in payable:
        groups.setdefault(one.officers, []).append(one)
    return list(groups.values())


def owe(payable: Sequence[PayableRelease]) -> None:
    """Make the obligations of releases that are owed for the first time, each release at once and whole."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO payouts_obligation (scheme, component, month, source, release_id, amount)
               SELECT %s, r.kind, r.month, 'treasury.release/' || r.id || '/' || p.number, r.id, p.amount
                 FROM treasury_release r CROSS JOIN LATERAL payouts_release_payees(r.id) p
                WHERE r.id = ANY(%s)
                  AND NOT EXISTS (SELECT FROM payouts_obligation o WHERE o.release_id = r.id)
                ORDER BY r.id, p.number""",
            [SCHEME_RELEASE, [one.release.pk for one in payable]],
        )


def build_together(payable: Sequence[PayableRelease], *, template: str, pay_date: date, at: datetime) -> Batch:
    """Build one batch of releases that the same officers signed."""
    first = payable[0].release
    owed = obligations_of([one.release.pk for one in payable])
    payments = payments_of(payable, owed)
    return build_batch(
        month=first.month,
        run=None,
        source=f"payouts.release/{first.pk}/batch/{payments[0].dues[0].attempt}",
        payments=payments,
        template=template,
        officers=(first.prepared_by, first.checked_by, first.released_by),
        pay_date=pay_date,
        at=at,
        place=Place.RELEASES,
    )


def obligations_of(releases: Sequence[int]) -> dict[str, tuple[int, int]]:
    """Return the obligations of releases by source: their keys, and which attempt comes next."""
    return {
        source: (key, attempt)
        for source, key, attempt in rows_of(
            """SELECT o.source, o.id, 1 + coalesce(max(q.attempt), 0)
                 FROM payouts_obligation o LEFT JOIN payouts_paymentpart q ON q.obligation_id = o.id
                WHERE o.release_id = ANY(%s) GROUP BY o.id""",
            list(releases),
        )
    }


def payments_of(payable: Sequence[PayableRelease], owed: dict[str, tuple[int, int]]) -> list[PlannedPayment]:
    """Return a payment for each payee of each release, and one for each passbook over all its people."""
    dues: dict[tuple[object, ...], tuple[Destination, list[Due]]] = {}
    for one in payable:
        for payee, way in one.payees:
            key = ("passbook", way.unit, way.account_number) if way.unit else (payee.source,)
            dues.setdefault(key, (way, []))[1].append(due_of(payee, way, *owed[payee.source]))
    return [planned(way, together) for way, together in dues.values()]


def due_of(payee: ReleasePayee, way: Destination, obligation: int, attempt: int) -> Due:
    return Due(
        obligation=obligation,
        person=way.person,
        unit=way.unit,
        id_number=way.id_number,
        name=way.name,
        channel="",
        bank=way.bank,
        account_number=way.account_number,
        amount=payee.amount,
        attempt=attempt,
    )


def planned(way: Destination, dues: Sequence[Due]) -> PlannedPayment:
    return PlannedPayment(
        person=way.person,
        unit=way.unit,
        name=way.name,
        bank=way.bank,
        account_number=way.account_number,
        id_number=way.id_number,
        amount=sum((due.amount for due in dues), ZERO),
        reissues=None,
        dues=dues,
    )
