"""Register the townships and units of a district, and how each unit's pay goes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from ledger.models import Account, AccountingUnit, Book, Officer
from ledger.models.words import Mirror
from ledger.recording import record_event
from treasury.models import BankAccount, Channel, Township, TownshipKind, Unit, UnitChannel
from treasury.opening import open_township_book


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """One unit as the unit list has it; ``passbook`` is empty where people have accounts of their own."""

    township_code: str
    township: str
    township_kind: str
    code: str
    name: str
    nature: str
    credit_code: str
    channel: str
    passbook_bank: str
    passbook: str


@dataclass(frozen=True, slots=True)
class Registered:
    """What a unit list brought: new townships and units, units that changed, channels that switched."""

    townships: int
    units: int
    changed: int
    switched: int


@transaction.atomic
def register_units(
    *, listed: Sequence[ListedUnit], district: Book, effective_from: date, officer: Officer, source: str, at: datetime
) -> Registered:
    """Register what a unit list says from a month on; what has not changed is left alone.

    A new township gets its book and accounts, open from ``effective_from``.
    """
    townships_before = Township.objects.count()
    townships = register_townships(listed, district, effective_from, officer, at)
    known = {unit.code: unit for unit in Unit.objects.all()}
    made, changed = [], []
    dimensions = set(AccountingUnit.objects.values_list("code", flat=True))
    AccountingUnit.objects.bulk_create(
        [AccountingUnit(code=one.code, name=one.name) for one in listed if one.code not in dimensions]
    )
    for one in listed:
        facts = {
            "name": one.name,
            "township_id": townships[one.township].pk,
            "nature": one.nature,
            "credit_code": one.credit_code,
        }
        unit = known.get(one.code)
        if unit is None:
            made.append(Unit(code=one.code, dimension_id=one.code, **facts))
        elif any(getattr(unit, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(unit, name, value)
            changed.append(unit)
    Unit.objects.bulk_create(made, batch_size=2000)
    Unit.objects.bulk_update(changed, ["name", "township", "nature", "credit_code"], batch_size=500)
    switched = register_channels(listed, effective_from, officer, source)
    result = Registered(len(townships) - townships_before, len(made), len(changed), switched)
    record_event(
        chain=district.code,
        at=at,
        actor=officer.username,
        act="units.register",
        subject=source,
        after={"units": result.units, "changed": result.changed, "switched": result.switched},
    )
    return result


def register_townships(
    listed: Sequence[ListedUnit], district: Book, opened_on: date, officer: Officer, at: datetime
) -> dict[str, Township]:
    """Return the townships of a list by name, opening the books of those that are new."""
    known = {township.name: township for township in Township.objects.select_related("book")}
    number = max((township.number for township in known.values()), default=0)
    for one in listed:
        if one.township in known:
            continue
        book, number = book_of(one, district, number, opened_on, officer, at)
        known[one.township] = Township.objects.create(
            code=one.township_code,
            name=one.township,
            kind=TownshipKind(one.township_kind),
            number=number,
            book=book,
        )
    return known


def book_of(
    one: ListedUnit, district: Book, last_number: int, opened_on: date, officer: Officer, at: datetime
) -> tuple[Book, int]:
    """Return the book of a new township and its place under the district: the one open already, or a new one."""
    opened = Account.objects.filter(
        book=district, mirror=Mirror.ANNUAL, counterpart__code=one.township_code
    ).select_related("counterpart", "parent__parent")
    for account in opened:
        assert account.counterpart is not None
        assert account.parent is not None
        stem = len(account.parent.parent.code) if account.parent.parent else 0
        return account.counterpart, int(account.parent.code[stem:])
    taken = Account.objects.filter(book=district, mirror=Mirror.ANNUAL).count()
    number = max(last_number, taken) + 1
    book = open_township_book(
        district=district,
        number=number,
        code=one.township_code,
        name=one.township,
        opened_on=opened_on,
        opener=officer,
        at=at,
    )
    return book, number


def register_channels(listed: Sequence[ListedUnit], effective_from: date, officer: Officer, source: str) -> int:
    """Add the channels that are not the ones in force, and return how many (F15)."""
    in_force = {
        channel.unit.code: channel
        for channel in UnitChannel.objects.filter(effective_from__lte=effective_from)
        .select_related("unit", "account")
        .order_by("effective_from", "pk")
    }
    units = {unit.code: unit for unit in Unit.objects.all()}
    added = []
    for one in listed:
        now = in_force.get(one.code)
        passbook = one.passbook if one.channel == Channel.PASSBOOK else ""
        if now and (now.channel, now.account.number if now.account else "") == (one.channel, passbook):
            continue
        account = None
        if passbook:
            account, _made = BankAccount.objects.get_or_create(
                number=passbook,
                bank=one.passbook_bank,
                holder_name=one.name,
                holder_number=one.credit_code,
            )
        added.append(
            UnitChannel(
                unit=units[one.code],
                channel=Channel(one.channel),
                account=account,
                effective_from=effective_from,
                recorded_by=officer,
                source=source,
            )
        )
    UnitChannel.objects.bulk_create(added)
    return len(added)
