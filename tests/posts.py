"""A small district with posts in its townships, receipt books and income; everybody is invented."""

import itertools
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import transaction

from ledger.models import Officer
from tests import payroll
from tests.furnishing import fixtures
from treasury.issuing_receipts import PrintedRange, close_book, issue_book, receive_book, take_back_receipts
from treasury.models import AppliedFile, Collection, IncomeLine, ReceiptBook, ReceiptMark, Secondment, Township
from treasury.models.words import SECONDED_POSTS, CommitteeAnswer, IncomeKind, PostKind, ReceiptKind
from treasury.refusals import refusals_named as refusals_named
from treasury.seconding import Term, confirm_post, give_post, record_consultation
from treasury.using_receipts import use_receipts, void_receipt

AT = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
JULY = payroll.JULY
BEGIN, END = date(2026, 7, 1), date(2029, 7, 1)
FAR = date(2126, 7, 1)  # commands act by the clock
DAY = date(2026, 7, 6)
officer = payroll.officer


def birch() -> Township:
    """Return 白桦镇, a 镇."""
    return Township.objects.get(code="220112101")


def songjiang() -> Township:
    """Return 松江街道, a 街道."""
    return Township.objects.get(code="220112102")


def local(username: str) -> Officer:
    """Return an officer of a township, who holds no post of the bureau."""
    made, _new = Officer.objects.get_or_create(username=username, defaults={"full_name": f"测试{username}"})
    return made


def given(
    post: PostKind = PostKind.HEAD,
    *,
    name: str = "韩乡长",
    holder: Officer | None = None,
    township: Township | None = None,
    begin: date = BEGIN,
    end: date = END,
    by: str = "administrator",
) -> Secondment:
    return give_post(
        township=township or birch(),
        post=post,
        holder=holder,
        name=name,
        term=Term(begin, end),
        officer=officer(by),
        at=AT,
    )


def consulted(post: Secondment, answer: CommitteeAnswer = CommitteeAnswer.AGREED) -> Secondment:
    record_consultation(
        secondment=post,
        asked_on=date(2026, 6, 20),
        answered_on=date(2026, 6, 25),
        answer=answer,
        paper="白党函〔2026〕7号",
        officer=officer("administrator"),
        at=AT,
    )
    return post


def confirmed(post: Secondment, *, by: str = "bureau_head", reason: str = "") -> Secondment:
    return confirm_post(secondment=post, officer=officer(by), reason=reason, at=AT)


def held(post: PostKind = PostKind.HEAD, **more: object) -> Secondment:
    """Return a post that is confirmed; a seconded one after its committee agreed."""
    made = given(post, **more)  # type: ignore[arg-type]
    return confirmed(consulted(made) if post in SECONDED_POSTS else made)


# Receipts


def issued(
    first: str = "吉财0000101",
    last: str = "吉财0000110",
    *,
    township: Township | None = None,
    kind: ReceiptKind = ReceiptKind.FISCAL,
    on: date = DAY,
    by: str = "receipt_keeper",
) -> ReceiptBook:
    return issue_book(
        printed=PrintedRange(kind, first, last, 3),
        township=township or birch(),
        collector="白桦镇财政所",
        officer=officer(by),
        on=on,
        at=AT,
    )


def received(book: ReceiptBook, *, on: date = DAY) -> ReceiptBook:
    clerk = "clerk-birch" if book.township.code == birch().code else "clerk-songjiang"
    return receive_book(book=book, officer=local(clerk), on=on, at=AT)


rows = itertools.count(2)


def income(
    receipt: str,
    amount: str = "100.00",
    *,
    township: Township | None = None,
    on: date = DAY,
    kind: IncomeKind = IncomeKind.EXTRA_BUDGETARY,
    takes_back: IncomeLine | None = None,
) -> IncomeLine:
    """Return an income line as an applied file brought it, not collected yet."""
    file, _made = AppliedFile.objects.get_or_create(
        month=JULY,
        kind="INCOME",
        sheet="",
        sha256="0" * 64,
        defaults={
            "file": "收入.csv",
            "rows": 1,
            "applied_at": AT,
            "applied_by": officer("preparer"),
            "staged_by": officer("clerk"),
        },
    )
    row = next(rows)
    return IncomeLine.objects.create(
        township=township or birch(),
        received_on=on,
        kind=kind,
        payment_slip=f"JK{row}",
        receipt=receipt,
        amount=Decimal(amount),
        file=file,
        row=row,
        takes_back=takes_back,
    )


def collect(*lines: IncomeLine) -> Collection:
    """Put lines into a collection, as collecting does once their receipts are used."""
    numbers = Collection.objects.filter(township=lines[0].township, day=lines[0].received_on).count()
    made = Collection.objects.create(
        township=lines[0].township,
        day=lines[0].received_on,
        number=numbers + 1,
        lines=len(lines),
        general=0,
        extra_budgetary=sum(line.amount for line in lines),
        transfers=0,
        agricultural_tax=0,
        reviewed_by=officer("reviewer"),
        swept_by=officer("cashier"),
    )
    IncomeLine.objects.filter(pk__in=[line.pk for line in lines]).update(collection=made)
    return made


def deposited(receipt: str, amount: str = "100.00", **more: object) -> IncomeLine:
    """Return an income line that is collected with its receipt."""
    line = income(receipt, amount, **more)  # type: ignore[arg-type]
    with transaction.atomic():
        use_receipts(lines=[line], officer=officer("reviewer"))
        collect(line)
    return line


def use(*lines: IncomeLine) -> int:
    with transaction.atomic():
        return use_receipts(lines=lines, officer=officer("reviewer"))


def void(book: ReceiptBook, receipt: str, *, copies: int = 3, on: date = DAY) -> ReceiptMark:
    return void_receipt(
        book=book, receipt=receipt, copies_kept=copies, reason="写错", officer=local("clerk-birch"), on=on, at=AT
    )


def back(book: ReceiptBook, first: str, last: str) -> int:
    return take_back_receipts(
        book=book, first=first, last=last, officer=officer("receipt_keeper"), reason="换新", on=DAY, at=AT
    )


def close(book: ReceiptBook, stubs: str, *, by: str = "reviewer", on: date = DAY) -> ReceiptBook:
    return close_book(book=book, stub_total=Decimal(stubs), officer=officer(by), on=on, at=AT)


def furnish() -> None:
    """Make the district: townships, officers of the bureau, and a claims clerk in each township."""
    payroll.begin(JULY)
    for username, township in (("clerk-birch", birch()), ("clerk-songjiang", songjiang())):
        held(PostKind.CENTRE_CLERK, holder=local(username), township=township, end=FAR)


# Databases

stage, own_stage, rolled_back = fixtures(furnish)
