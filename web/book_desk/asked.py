"""What a search form asks for: kept as it was typed, read where it can be, told where it cannot."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from django.http import QueryDict
from django.utils.translation import gettext as _

from ledger.balances import DIMENSIONS
from ledger.models.words import Side, VoucherKind, VoucherType
from ledger.money import InexactAmount, exact
from ledger.registers import Search
from web.officer_names import username_of

FIELDS: Final = (
    *("book", "number", "since", "until", "account", "side", "amount", "amount_until", "text", "kind", "preparer"),
    *("dimension", "code"),
)
TEXT_MAX: Final = 100
NUMBER: Final = re.compile(r"([记收付转]?)[-字第\s]*([0-9]{1,9})号?", re.ASCII)


@dataclass(slots=True)
class Asked:
    """A search as it was typed, and what it means; ``faults`` tells what could not be read."""

    typed: Mapping[str, str]
    search: Search = field(default_factory=Search)
    faults: list[str] = field(default_factory=list)


def asked_in(query: QueryDict, *, today: date) -> Asked:
    """Return what a query asks for; one that asks for nothing begins with the year of today."""
    typed = {name: query.get(name, "").replace("\0", "").strip()[:TEXT_MAX] for name in FIELDS}
    if not query:
        typed["since"] = f"{today.year}-01-01"
    asked = Asked(typed)
    voucher_type, number = number_in(asked)
    until = day_in(asked, "until")
    amount, amount_until = amount_in(asked, "amount"), amount_in(asked, "amount_until")
    is_range = bool(typed["amount_until"])
    dimension = typed["dimension"] if typed["dimension"] in ("fund", *DIMENSIONS) else ""
    asked.search = Search(
        since=day_in(asked, "since"),
        before=until + timedelta(days=1) if until and until < date.max else None,
        voucher_type=voucher_type,
        number=number,
        text=typed["text"],
        kind=typed["kind"] if typed["kind"] in VoucherKind.values else "",
        preparer=username_of(typed["preparer"]),
        account_prefix=typed["account"].split(" ")[0],
        side=typed["side"] if typed["side"] in Side.values else "",
        amount=None if is_range else amount,
        amount_from=amount if is_range else None,
        amount_until=amount_until,
        **({dimension: typed["code"]} if dimension and typed["code"] else {}),
    )
    return asked


def number_in(asked: Asked) -> tuple[str, int | None]:
    text = asked.typed["number"]
    if text in VoucherType.values or not text:
        return text, None
    found = NUMBER.fullmatch(text)
    if found is None or int(found[2]) >= 2**31:
        asked.faults.append(_("{text} is no voucher number; write 记-12 or 12.").format(text=text))
        return "", None
    return found[1], int(found[2])


def day_in(asked: Asked, name: str) -> date | None:
    text = asked.typed[name]
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        asked.faults.append(_("{text} is no date; write 2026-11-30.").format(text=text))
        return None


def amount_in(asked: Asked, name: str) -> Decimal | None:
    text = asked.typed[name].replace(",", "").replace("，", "")
    try:
        return exact(text) if text else None
    except InexactAmount:
        asked.faults.append(_("{text} is no amount; write 1234.50.").format(text=text))
        return None
