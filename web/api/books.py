"""Books, trial balances and vouchers that are open to the system of a token."""

from datetime import timedelta
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from ledger.models import Book, Line, Period, Voucher
from ledger.registers import Search, voucher_register
from ledger.statements import trial_balance
from web.addresses import page_key
from web.api.answers import PROBLEMS
from web.api.fields import DayOut, Model, Money, MonthIn, MonthOut, text
from web.api.refusals import NothingHere

router = Router(tags=["books"])

PAGE = 100
Code = text(r"^[0-9A-Za-z-]+$", most=20)
PageKey = text(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\.[0-9]{1,18}$", most=30)


class BookOut(Model):
    code: str
    name: str
    kind: str
    opened_on: DayOut


class BooksOut(Model):
    books: list[BookOut]


class TrialLineOut(Model):
    """An account; ``record`` is F (financial) or B (budget), only a leaf is added up."""

    account: str
    name: str
    record: str
    leaf: bool
    opening_debit: Money
    opening_credit: Money
    debit: Money
    credit: Money
    closing_debit: Money
    closing_credit: Money


class BalanceOut(Model):
    """The trial balance of a month; ``ties`` says whether debits equal credits in each pair of columns."""

    book: str
    month: MonthOut
    period: str
    ties: bool
    lines: list[TrialLineOut]


class VoucherLineOut(Model):
    line: int
    account: str
    summary: str
    side: str
    amount: Money
    fund: str


class VoucherHeadOut(Model):
    """A voucher by its number: type and number are its own in its book and month."""

    month: MonthOut
    type: str
    number: int
    posting_date: DayOut
    kind: str
    summary: str
    reference: str
    total: Money


class VoucherOut(VoucherHeadOut):
    """A voucher with its lines."""

    attachments: int
    lines: list[VoucherLineOut]


class VouchersOut(Model):
    """A page of vouchers by posting date; ``next_after`` is empty on the last one."""

    vouchers: list[VoucherHeadOut]
    next_after: str


@router.get("/books", url_name="books", response={200: BooksOut, **PROBLEMS})
def books(request: HttpRequest) -> BooksOut:
    """List the books that are open to the token."""
    found = request.auth.open_books()  # type: ignore[attr-defined]
    return BooksOut(
        books=[BookOut(code=book.code, name=book.name, kind=book.kind, opened_on=book.opened_on) for book in found]
    )


def book_of(request: HttpRequest, code: str) -> Book:
    """Return a book that is open to the token.

    :raises NothingHere: if it is not, or is not there
    """
    found: Book | None = request.auth.open_books().filter(code=code).first()  # type: ignore[attr-defined]
    if found is None:
        raise NothingHere("book_is_open_to_the_token", {"book": code})
    return found


@router.get("/books/{code}/balance", url_name="balance", response={200: BalanceOut, **PROBLEMS})
def balance(
    request: HttpRequest,
    code: Code,  # type: ignore[valid-type]
    month: Annotated[MonthIn, Query()],
) -> BalanceOut:
    """Return the trial balance of a month of a book."""
    book = book_of(request, code)
    period = Period.objects.filter(book=book, starts_on=month, month__lte=12).exclude(status="UNOPENED").first()
    if period is None:
        raise NothingHere("book_has_the_month", {"book": code, "month": f"{month:%Y-%m}"})
    made = trial_balance(book=book, since=month, before=(month + timedelta(days=31)).replace(day=1))
    lines = [
        TrialLineOut(
            account=line.code,
            name=line.name,
            record=line.record,
            leaf=line.leaf,
            opening_debit=line.opening_debit,
            opening_credit=line.opening_credit,
            debit=line.debit,
            credit=line.credit,
            closing_debit=line.closing_debit,
            closing_credit=line.closing_credit,
        )
        for line in made.lines
    ]
    return BalanceOut(book=book.code, month=month, period=period.status, ties=made.ties, lines=lines)


@router.get("/books/{code}/vouchers", url_name="vouchers", response={200: VouchersOut, **PROBLEMS})
def vouchers(
    request: HttpRequest,
    code: Code,  # type: ignore[valid-type]
    month: Annotated[MonthIn, Query()],
    after: Annotated[PageKey | None, Query()] = None,  # type: ignore[valid-type]
) -> VouchersOut:
    """List the vouchers of a month of a book, page by page."""
    book = book_of(request, code)
    search = Search(since=month, before=(month + timedelta(days=31)).replace(day=1))
    found = list(voucher_register(book=book, search=search, after=page_key(after or ""), limit=PAGE))
    following = f"{found[-1].posting_date}.{found[-1].pk}" if len(found) == PAGE else ""
    return VouchersOut(vouchers=[VoucherHeadOut(**head_of(one)) for one in found], next_after=following)


@router.get(
    "/books/{code}/vouchers/{month}/{type}/{number}", url_name="voucher", response={200: VoucherOut, **PROBLEMS}
)
def voucher(
    request: HttpRequest,
    code: Code,  # type: ignore[valid-type]
    month: MonthIn,
    type: Literal["记", "收", "付", "转"],  # noqa: A002 the word of the trade: 凭证字
    number: Annotated[int, Field(ge=1, le=2**31 - 1)],
) -> VoucherOut:
    """Return a voucher by its number, with its lines."""
    book = book_of(request, code)
    found = (
        Voucher.objects.filter(book=book, period__starts_on=month, voucher_type=type, number=number)
        .select_related("period")
        .order_by("period__month")
        .first()
    )
    if found is None:
        raise NothingHere("voucher_is_posted", {"book": code, "voucher": f"{month:%Y-%m} {type}-{number}"})
    lines = Line.objects.filter(voucher=found).select_related("account").order_by("line_no")
    return VoucherOut(
        **head_of(found),
        attachments=found.attachments,
        lines=[
            VoucherLineOut(
                line=line.line_no,
                account=line.account.code,
                summary=line.summary or found.summary,
                side=line.side,
                amount=line.amount,
                fund=line.fund_id,
            )
            for line in lines
        ],
    )


def head_of(voucher: Voucher) -> dict[str, Any]:
    return {
        "month": voucher.period.starts_on,
        "type": voucher.voucher_type,
        "number": voucher.number,
        "posting_date": voucher.posting_date,
        "kind": voucher.kind,
        "summary": voucher.summary,
        "reference": voucher.reference,
        "total": voucher.debit_total,
    }
