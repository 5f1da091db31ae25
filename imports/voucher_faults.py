"""What can be wrong with a file of vouchers. The lists of checks below are its documentation.

A check looks at one line, one voucher or the whole file and yields a finding for each fault. The
database refuses the same faults; the checks are here so that all of them are named at once, with
the row and the column.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from imports.file_vouchers import KINDS, TYPES, ReadLine, ReadVoucher
from imports.known_codes import DIMENSIONS, KnownCodes
from imports.voucher_files import Finding
from ledger.models.words import ADJUSTING_KINDS, PeriodStatus, VoucherKind
from ledger.money import ZERO, InexactAmount, exact

LENGTHS = {"voucher": 100, "summary": 200, "paper": 200}
ATTACHMENTS_MOST = 32_767
SAME_IN_A_VOUCHER = ("date", "type", "kind", "attachments", "paper")


def find_faults(vouchers: Sequence[ReadVoucher], known: KnownCodes, *, cashier: str | None) -> list[Finding]:
    """Return every fault of the file, in the order of its rows."""
    findings = [finding for voucher in vouchers for line in voucher.lines for finding in faults_of_line(line, known)]
    unreadable = bool(findings)  # sums over the file mean nothing then
    findings += [finding for voucher in vouchers for finding in faults_of_voucher(voucher, known)]
    if cashier is None:
        findings += [finding for voucher in vouchers for finding in cash_is_signed(voucher, known)]
    if not unreadable:
        findings += [finding for check in FILE_CHECKS for finding in check(vouchers, known)]
    return sorted(findings, key=lambda finding: (finding.sheet, finding.row))


def faults_of_line(line: ReadLine, known: KnownCodes) -> Iterator[Finding]:
    for check_row in ROW_CHECKS:
        yield from check_row(line)
    for check_line in LINE_CHECKS:
        yield from check_line(line, known)


def faults_of_voucher(voucher: ReadVoucher, known: KnownCodes) -> Iterator[Finding]:
    if not voucher.reference:
        return  # every row of it is named already
    for check_group in GROUP_CHECKS:
        yield from check_group(voucher)
    for check_voucher in VOUCHER_CHECKS:
        yield from check_voucher(voucher, known)


def book_is_known(line: ReadLine, known: KnownCodes) -> Iterator[Finding]:
    if line.row.text("book") not in known.books:
        yield line.row.finding("book", _("There is no such book."), _("Write the code of an opened book."))


def texts_are_plain(line: ReadLine) -> Iterator[Finding]:
    for column, most in LENGTHS.items():
        text = line.row.text(column)
        if not text and column != "paper":
            yield line.row.finding(column, _("The cell is empty."), _("Fill it in on every row."))
        elif len(text) > most:
            reason = _("The text has {length} characters.").format(length=len(text))
            yield line.row.finding(column, reason, _("Shorten it to {most}.").format(most=most))
        elif not text.isprintable() and any(unicodedata.category(mark) == "Cc" for mark in text):
            reason = _("The text holds a line break, a tab or another control character.")
            yield line.row.finding(column, reason, _("Write it in one plain line."))


def date_is_read(line: ReadLine) -> Iterator[Finding]:
    if line.day is None:
        yield line.row.finding("date", _("This is no date."), _("Write it like 2026-11-05."))


def words_are_known(line: ReadLine) -> Iterator[Finding]:
    if line.row.text("type").lower() not in TYPES:
        yield line.row.finding("type", _("This is no voucher type."), _("Write 记, 收, 付 or 转."))
    if line.row.text("kind") and line.row.text("kind").lower() not in KINDS:
        yield line.row.finding("kind", _("This is no kind of voucher."), _("Write 期初, 普通 or 补充, or nothing."))


def attachments_are_counted(line: ReadLine) -> Iterator[Finding]:
    text = line.row.text("attachments")
    if text and not (text.isdecimal() and int(text) <= ATTACHMENTS_MOST):
        yield line.row.finding("attachments", _("This is no number of attachments."), _("Write a whole number."))


def account_is_known(line: ReadLine, known: KnownCodes) -> Iterator[Finding]:
    book = line.known_book(known)
    if book is None:
        return  # named already
    for column in ("account", "sub_account"):
        code = line.row.text(column)
        if (code or column == "account") and code not in book.accounts:
            reason = _("Book {book} has no such account.").format(book=line.row.text("book"))
            yield line.row.finding(column, reason, _("Write a code of the book, or add the account first."))


def sub_account_lies_under_its_account(line: ReadLine, known: KnownCodes) -> Iterator[Finding]:
    sub, account = line.row.text("sub_account"), line.row.text("account")
    found = line.known_account(known)
    if sub and found and account not in (sub, *found.above):
        reason = _("The sub-account does not lie under account {account}.").format(account=account)
        yield line.row.finding("sub_account", reason, _("Correct one of the two codes."))


def account_takes_postings(line: ReadLine, known: KnownCodes) -> Iterator[Finding]:
    found = line.known_account(known)
    column = "sub_account" if line.row.text("sub_account") else "account"
    if found and not found.leaf:
        yield line.row.finding(column, _("The account has sub-accounts."), _("Name one of them as sub-account."))
    if found and line.day and not found.effective_from <= line.day < (found.effective_to or date.max):
        yield line.row.finding(column, _("The code is not in force on the date."), _("Correct the code or the date."))


def fund_is_admitted(line: ReadLine, known: KnownCodes) -> Iterator[Finding]:
    fund = line.row.text("fund")
    found = line.known_account(known)
    if fund not in known.funds:
        remedy = _("Write one of: {funds}.").format(funds=" ".join(sorted(known.funds)))
        yield line.row.finding("fund", _("There is no such fund."), remedy)
    elif found and fund not in found.funds:
        reason = _("Account {account} does not admit this fund.").format(account=line.account)
        remedy = _("Write one of: {funds}.").format(funds=" ".join(sorted(found.funds)))
        yield line.row.finding("fund", reason, remedy)


def amounts_are_exact(line: ReadLine) -> Iterator[Finding]:
    for column, amount in (("debit", line.debit), ("credit", line.credit)):
        if amount is None:
            yield line.row.finding(column, _("This is no amount."), _("Write yuan and fen like 1234.50."))
            continue
        try:
            exact(amount)
        except InexactAmount:
            reason = _("The amount has more than two decimals, or reaches 10^16.")
            yield line.row.finding(column, reason, _("Write yuan with at most two decimals."))


def one_side_has_an_amount(line: ReadLine) -> Iterator[Finding]:
    if line.debit and line.credit:
        yield line.row.finding("credit", _("Debit and credit both have an amount."), _("Give each side its own row."))
    elif line.debit == ZERO and line.credit == ZERO:
        yield line.row.finding("debit", _("Neither debit nor credit has an amount."), _("Fill in one of them."))


def dimensions_are_known(line: ReadLine, known: KnownCodes) -> Iterator[Finding]:
    for column in DIMENSIONS:
        code = line.row.text(column)
        if code and code not in known.dimensions[column]:
            yield line.row.finding(column, _("The code is not in its list."), _("Add it to its list, or correct it."))


def same_header_on_every_row(voucher: ReadVoucher) -> Iterator[Finding]:
    for column in SAME_IN_A_VOUCHER:
        said = voucher.text(column)
        for line in voucher.lines:
            differs = line.day != voucher.first.day if column == "date" else line.row.text(column) not in ("", said)
            if differs:
                reason = _("Voucher {voucher} says {said} on its other rows.").format(
                    voucher=voucher.reference, said=said
                )
                remedy = _("Make the rows agree, or give each voucher a reference of its own.")
                yield line.row.finding(column, reason, remedy)


def two_lines_at_least(voucher: ReadVoucher) -> Iterator[Finding]:
    if len(voucher.lines) < 2:
        yield voucher.first.row.finding(
            "voucher", _("The voucher has one line only."), _("Give all rows of a voucher the same reference.")
        )


def debits_equal_credits(voucher: ReadVoucher, known: KnownCodes) -> Iterator[Finding]:
    """Each record and fund balances on its own (P1)."""
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for line in voucher.lines:
        account = line.known_account(known)
        if account is None or line.debit is None or line.credit is None:
            return  # named already
        sides = sums[account.record, line.row.text("fund")]
        sides[0] += line.debit
        sides[1] += line.credit
    for (_record, fund), (debit, credit) in sums.items():
        if debit != credit:
            reason = _("In fund {fund} the debits are {debit} and the credits {credit}.").format(
                fund=fund, debit=debit, credit=credit
            )
            yield voucher.first.row.finding("voucher", reason, _("Correct the amounts until both agree to the fen."))


def kind_fits_the_date(voucher: ReadVoucher, known: KnownCodes) -> Iterator[Finding]:
    book, day = known.books.get(voucher.book), voucher.first.day
    if book and day and (voucher.kind(known) == VoucherKind.OPENING) != (day < book.opened_on):
        reason = _("Opening vouchers, and only they, are dated before {day}, the first day of business.").format(
            day=book.opened_on
        )
        yield voucher.first.row.finding("kind", reason, _("Correct the kind or the date."))


def period_takes_the_voucher(voucher: ReadVoucher, known: KnownCodes) -> Iterator[Finding]:
    book, day = known.books.get(voucher.book), voucher.first.day
    if book is None or day is None:
        return
    status = book.months.get((day.year, day.month))
    if status is None:
        reason = _("Book {book} has no period for this date.").format(book=voucher.book)
        yield voucher.first.row.finding("date", reason, _("Correct the date, or open the year of the book first."))
    elif status != PeriodStatus.OPEN and not (
        status == PeriodStatus.ADJUSTING and voucher.kind(known) in ADJUSTING_KINDS
    ):
        reason = _("The period is not open: {status}.").format(status=PeriodStatus(status).label)
        yield voucher.first.row.finding("date", reason, _("Correct the date, or have the period opened."))


def red_lines_name_their_paper(voucher: ReadVoucher, known: KnownCodes) -> Iterator[Finding]:
    if voucher.text("paper"):
        return
    for line in voucher.lines:
        for column, amount in (("debit", line.debit), ("credit", line.credit)):
            if amount is not None and amount < 0:
                reason = _("A negative line needs the paper that orders it.")
                yield line.row.finding(column, reason, _("Name it in the column 依据文件."))
    if voucher.kind(known) == VoucherKind.SUPPLEMENT:
        reason = _("A supplement needs the paper that orders it.")
        yield voucher.first.row.finding("kind", reason, _("Name it in the column 依据文件."))


def cash_is_signed(voucher: ReadVoucher, known: KnownCodes) -> Iterator[Finding]:
    """Opening vouchers aside, money at a bank is signed for by a cashier (P7)."""
    if voucher.kind(known) == VoucherKind.OPENING:
        return
    for line in voucher.lines:
        account = line.known_account(known)
        if account and account.cash and account.record == "F":
            column = "sub_account" if line.row.text("sub_account") else "account"
            yield line.row.finding(column, _("A voucher that moves money needs a cashier."), _("Name one: --cashier."))
            return


def mirrors_agree(vouchers: Sequence[ReadVoucher], known: KnownCodes) -> Iterator[Finding]:
    """Paired current accounts of two books move by the same amount on each day (P10)."""
    sums: dict[tuple[tuple[str, str], date], dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    first: dict[tuple[tuple[str, str], date], ReadLine] = {}
    for voucher in vouchers:
        for line in voucher.lines:
            account = line.known_account(known)
            if account and account.pair and line.day:
                key = account.pair, line.day
                first.setdefault(key, line)
                sums[key][voucher.book] += line.net
    for key, line in first.items():
        if sum(sums[key].values()) != 0:
            (lower_book, _mirror), day = key
            told = ", ".join(f"{book} {net}" for book, net in sums[key].items())
            reason = _("On {day} the current accounts with book {book} do not agree: {sums}.").format(
                day=day, book=lower_book, sums=told
            )
            remedy = _("Add the vouchers of the other book with the same date and amount.")
            yield line.row.finding("account", reason, remedy)


def vouchers_fit_one_event(vouchers: Sequence[ReadVoucher], known: KnownCodes) -> Iterator[Finding]:
    if len(vouchers) > known.vouchers_at_once:
        reason = _("The file holds {count} vouchers.").format(count=len(vouchers))
        remedy = _("Part it into files of at most {most}.").format(most=known.vouchers_at_once)
        yield vouchers[0].first.row.sheet.finding(row=0, column="", value="", reason=reason, remedy=remedy)


# What a row, a voucher or the file says by itself, and what it says of the books.
ROW_CHECKS: list[Callable[[ReadLine], Iterator[Finding]]] = [
    texts_are_plain,
    date_is_read,
    words_are_known,
    attachments_are_counted,
    amounts_are_exact,
    one_side_has_an_amount,
]
LINE_CHECKS: list[Callable[[ReadLine, KnownCodes], Iterator[Finding]]] = [
    book_is_known,
    account_is_known,
    sub_account_lies_under_its_account,
    account_takes_postings,
    fund_is_admitted,
    dimensions_are_known,
]
GROUP_CHECKS: list[Callable[[ReadVoucher], Iterator[Finding]]] = [
    same_header_on_every_row,
    two_lines_at_least,
]
VOUCHER_CHECKS: list[Callable[[ReadVoucher, KnownCodes], Iterator[Finding]]] = [
    debits_equal_credits,
    kind_fits_the_date,
    period_takes_the_voucher,
    red_lines_name_their_paper,
]
FILE_CHECKS: list[Callable[[Sequence[ReadVoucher], KnownCodes], Iterator[Finding]]] = [
    mirrors_agree,
    vouchers_fit_one_event,
]
