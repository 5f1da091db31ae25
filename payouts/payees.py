"""Who releases pay, and to which account: as their lines say, or the account that payouts knows.

Lines of a release to one and the same payee are paid together; ``payouts_release_payees`` in
``payouts/promises/releases.sql`` says which those are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payouts.facts import Payee, payees_of_units, rows_of
from payouts.models.words import Hindrance
from treasury.models import Channel, ReleaseLine, Unit


class ReleasePayee(NamedTuple):
    """One payee of a release under the number of the first line; ``person`` if payouts knows the payee by key."""

    release: int
    number: int
    person: int | None
    name: str
    bank: str
    account_number: str
    id_number: str
    amount: Decimal

    @property
    def source(self) -> str:
        return f"treasury.release/{self.release}/{self.number}"


class Destination(NamedTuple):
    """Where a payment goes: to a person, into the passbook of a unit, or to somebody else, such as a supplier."""

    person: int | None
    unit: int | None
    name: str
    bank: str
    account_number: str
    id_number: str


class KnownPeople(NamedTuple):
    """What payouts knows of people at a month: ID numbers, units, accounts, and how the units are paid."""

    id_numbers: Mapping[int, str]
    names: Mapping[int, str]
    units: Mapping[int, Unit]
    accounts: Mapping[int, tuple[str, str]]
    channels: Mapping[int, Payee]


def payees_of_releases(releases: Sequence[int]) -> dict[int, list[ReleasePayee]]:
    """Return the payees of each release in the order of their first lines."""
    found: dict[int, list[ReleasePayee]] = defaultdict(list)
    for row in rows_of(
        """SELECT r.id, p.number, p.person_id, p.name, p.bank, p.account_number, p.id_number, p.amount
             FROM unnest(%s::bigint[]) AS r (id) CROSS JOIN LATERAL payouts_release_payees(r.id) p
            ORDER BY r.id, p.number""",
        list(releases),
    ):
        found[row[0]].append(ReleasePayee(*row))
    return found


def people_known(named: Iterable[int], *, month: date) -> KnownPeople:
    """Return what is known of people at a month: the latest unit and account declared before its end."""
    keys = sorted(set(named))
    end = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    units_of = dict(
        rows_of(
            """SELECT DISTINCT ON (s.person_id) s.person_id, s.unit_id
                 FROM payouts_declaredstaff s JOIN payouts_declaration d ON d.id = s.declaration_id
                 LEFT JOIN payouts_declaration n ON n.replaces_id = d.id
                WHERE s.person_id = ANY(%s) AND d.month < %s AND n.id IS NULL
                ORDER BY s.person_id, d.month DESC, d.id DESC""",
            keys,
            end,
        )
    )
    units = Unit.objects.in_bulk(list(set(units_of.values())))
    people = rows_of("SELECT id, id_number, name FROM payouts_person WHERE id = ANY(%s)", keys)
    return KnownPeople(
        id_numbers={key: number for key, number, _name in people},
        names={key: name for key, _number, name in people},
        units={person: units[unit] for person, unit in units_of.items()},
        accounts={
            person: (bank, number)
            for person, bank, number in rows_of(
                """SELECT DISTINCT ON (k.person_id) k.person_id, a.bank, a.number
                     FROM payouts_payaccount k JOIN treasury_bankaccount a ON a.id = k.account_id
                    WHERE k.person_id = ANY(%s) AND k.effective_from < %s
                    ORDER BY k.person_id, k.effective_from DESC, k.id DESC""",
                keys,
                end,
            )
        },
        channels=payees_of_units(month),
    )


def destination_of(payee: ReleasePayee, known: KnownPeople) -> Destination | Hindrance:
    """Return where the money of a payee goes, or what stands in the way.

    Somebody of a unit with a passbook is paid into it (F15), unless the release names an account.
    """
    if payee.person is None:
        if not payee.account_number:
            return Hindrance.NO_ACCOUNT
        return Destination(None, None, payee.name, payee.bank, payee.account_number, payee.id_number)
    if payee.person not in known.id_numbers:
        return Hindrance.PERSON_UNKNOWN
    # The treasury knows somebody of ours by reference alone.
    id_number, name = known.id_numbers[payee.person], payee.name or known.names[payee.person]
    if payee.account_number:
        return Destination(payee.person, None, name, payee.bank, payee.account_number, id_number)
    unit = known.units.get(payee.person)
    channel = known.channels.get(unit.pk) if unit else None
    if unit and channel and channel.channel == Channel.PASSBOOK:
        number = unit.credit_code or unit.code
        return Destination(None, unit.pk, unit.name, channel.bank, channel.account_number, number)
    if payee.person not in known.accounts:
        return Hindrance.NO_ACCOUNT
    bank, account_number = known.accounts[payee.person]
    return Destination(payee.person, None, name, bank, account_number, id_number)


def lines_paid_by(payments: Sequence[int]) -> dict[int, list[ReleaseLine]]:
    """Return the lines of releases that payments pay, by release, in their order."""
    keys = [
        key
        for (key,) in rows_of(
            """SELECT l.id
                 FROM payouts_paymentpart q JOIN payouts_obligation o ON o.id = q.obligation_id
                 JOIN treasury_releaseline f
                   ON f.release_id = o.release_id AND f.number::text = split_part(o.source, '/', 3)
                 JOIN treasury_releaseline l
                   ON l.release_id = f.release_id
                  AND (l.payee_reference, l.payee_name, l.bank, l.account_number, l.payee_number)
                      = (f.payee_reference, f.payee_name, f.bank, f.account_number, f.payee_number)
                WHERE q.payment_id = ANY(%s)""",
            list(payments),
        )
    ]
    found: dict[int, list[ReleaseLine]] = defaultdict(list)
    for line in ReleaseLine.objects.filter(pk__in=keys).order_by("release_id", "number"):
        found[line.release_id].append(line)
    return found
