"""The books: vouchers with their lines, what they reverse and correct, drafts, periods, seals, and audit events."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from audit.traces.forms import by_key
from audit.traces.kinds import Found, Kind, View, down, found, register, up
from audit.traces.sources import acts_of, payments_behind, vouchers_under
from audit.traces.steps import Fact
from ledger.models import (
    AuditEvent,
    Book,
    Line,
    Period,
    PeriodChange,
    Seal,
    Signature,
    Voucher,
    VoucherDraft,
)
from treasury.models import BudgetUse


def voucher_named(text: str) -> Q | None:
    """Read ``BOOK/2026-11/付-3``, or the number of a row."""
    match = re.fullmatch(r"(?P<book>[^/]+)/(?P<year>\d{4})-(?P<month>\d\d)/(?P<type>.)-(?P<number>\d{1,9})", text)
    if match is None:
        return by_key(text)
    return Q(
        book__code=match["book"],
        period__year=int(match["year"]),
        period__month=int(match["month"]),
        voucher_type=match["type"],
        number=int(match["number"]),
    )


def mirrored(vouchers: Sequence[Any], _view: View) -> list[Found]:
    """Return the vouchers that the same events posted in other books."""
    own = {(voucher.source, voucher.pk) for voucher in vouchers}
    others = Voucher.objects.filter(source__in={source for source, _key in own}).order_by("part")[:1000]
    return [
        Found(key, "voucher", other.pk)
        for source, key in own
        for other in others
        if other.source == source and other.pk != key
    ]


def seals_of_vouchers(vouchers: Sequence[Any], _view: View) -> list[Found]:
    """Return the link of the chain in which vouchers are sealed."""
    return [Found(voucher.pk, "seal", (voucher.book_id, voucher.seal_number)) for voucher in vouchers]


def lines_of(vouchers: Sequence[Any], view: View) -> list[Found]:
    """Return a page of the lines of vouchers."""
    shown = Line.objects.filter(voucher__in=vouchers, line_no__gt=view.skipped, line_no__lte=view.end).order_by(
        "voucher", "line_no"
    )
    counts = {voucher.pk: voucher.line_count for voucher in vouchers}
    return [
        Found(voucher, "line", (voucher, number), counts[voucher])
        for voucher, number in shown.values_list("voucher", "line_no")
    ]


def uses_of_vouchers(vouchers: Sequence[Any], _view: View) -> list[Found]:
    """Return what the events of vouchers used of the budgets."""
    uses = BudgetUse.objects.filter(source__in={voucher.source for voucher in vouchers}).order_by("pk")
    return [
        Found(voucher.pk, "budget-use", use)
        for use, source in uses.values_list("pk", "source")
        for voucher in vouchers
        if voucher.source == source
    ]


def place_in_chain(seal: Seal) -> Iterator[Fact]:
    """Yield how far a seal is from the head of its book's chain."""
    head = seal.book.head
    yield Fact(_("head of the chain"), f"{seal.number}/{head.seal_number}")


def period_named(text: str) -> Q | None:
    """Read ``BOOK/2026/11``."""
    match = re.fullmatch(r"([^/]+)/(\d{4})/(\d{1,2})", text)
    return Q(book__code=match[1], year=int(match[2]), month=int(match[3])) if match else by_key(text)


def seal_named(text: str) -> Q | None:
    """Read ``BOOK/17``."""
    match = re.fullmatch(r"([^/]+)/(\d{1,9})", text)
    return Q(book__code=match[1], number=int(match[2])) if match else None


def vouchers_of_seals(seals: Sequence[Any], view: View) -> list[Found]:
    """Return a page of the vouchers that seals cover."""
    found = []
    for seal in seals:
        sealed = Voucher.objects.filter(book=seal.book_id, seal_number=seal.number).order_by("pk")
        keys = sealed.values_list("pk", flat=True)[view.skipped : view.end]
        found += [Found(seal.pk, "voucher", key, seal.voucher_count) for key in keys]
    return found


def event_named(text: str) -> Q | None:
    """Read ``CHAIN/17``; the chain of what is of no book has no name: ``/17``."""
    match = re.fullmatch(r"([^/]*)/(\d{1,9})", text)
    return Q(chain=match[1], number=int(match[2])) if match else by_key(text)


register(
    Kind(
        "voucher",
        Voucher,
        "voucher:BOOK/2026-11/付-3",
        "book kind posting_date summary source reference attachments preparer reviewer cashier chief_accountant paper"
        " debit_total credit_total budget_debit_total budget_credit_total seal_number",
        ("book__township",),
        (
            found(lines_of, at_start=True),
            found(acts_of, at_start=True),
            found(payments_behind, at_start=True),
            found(mirrored, at_start=True),
            up("reverses", "voucher"),
            down("voucher", "reverses"),
            up("corrects", "voucher"),
            down("voucher", "corrects"),
            down("signature", "voucher"),
            found(uses_of_vouchers, at_start=True),
            found(seals_of_vouchers),
        ),
        by="poster",
        select=("period",),
        refer=lambda voucher: f"{voucher.book.code}/{voucher.period}/{voucher}",
        parse=voucher_named,
        subjects=lambda voucher: [f"voucher/{voucher.pk}", voucher.source],
    ),
    Kind(
        "line",
        Line,
        "line:VOUCHER/1",
        "line_no account fund functional economic project unit counterparty side amount summary",
        ("voucher__book__township",),
        refer=lambda line: f"{line.voucher_id}/{line.line_no}",
    ),
    Kind(
        "signature",
        Signature,
        "signature:17",
        "role",
        ("voucher__book__township",),
        by="officer",
        at="signed_at",
        parse=by_key,
    ),
    Kind(
        "seal",
        Seal,
        "seal:BOOK/17",
        "book number kind first_voucher_id last_voucher_id voucher_count previous digest",
        ("book__township",),
        (found(vouchers_of_seals, at_start=True),),
        at="recorded_at",
        select=("book__head",),
        refer=lambda seal: f"{seal.book.code}/{seal.number}",
        parse=seal_named,
        more=place_in_chain,
    ),
    Kind(
        "draft",
        VoucherDraft,
        "draft:17",
        "book status voucher_type kind posting_date summary attachments paper reviewer refusal",
        ("book__township",),
        (
            up("corrects", "voucher"),
            vouchers_under(lambda draft: [draft.source]),
        ),
        by="preparer",
        parse=by_key,
        subjects=lambda draft: [f"draft/{draft.pk}"],
    ),
    Kind(
        "period",
        Period,
        "period:BOOK/2026/11",
        "book year month starts_on ends_before status",
        ("book__township",),
        (down("period-change", "period"),),
        refer=lambda period: f"{period.book.code}/{period.year}/{period.month}",
        parse=period_named,
        subjects=lambda period: [f"period/{period.book.code}/{period}"],
    ),
    Kind(
        "period-change",
        PeriodChange,
        "period-change:17",
        "from_status to_status approved_by reason",
        ("period__book__township",),
        by="requested_by",
        at="changed_at",
        parse=by_key,
    ),
    Kind(
        "book",
        Book,
        "book:CODE",
        "code name kind chart opened_on",
        ("township",),
        refer=lambda book: str(book.code),
        parse=lambda text: Q(code=text) if text else None,
        subjects=lambda book: [f"book/{book.code}"],
    ),
    Kind(
        "event",
        AuditEvent,
        "event:CHAIN/17",
        "act subject origin refused before after",
        (),
        by="actor",
        at="at",
        refer=lambda event: f"{event.chain}/{event.number}",
        parse=event_named,
    ),
)
