"""What the search page and the page of an account show, whole and as a file; these pages change nothing."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO, Final

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ledger.balances import net_of
from ledger.masking import masked
from ledger.models import Account, Line
from ledger.models.words import Side, VoucherKind
from ledger.registers import vouchers_fitting
from ledger.statements import account_statement
from treasury.exports.papers import in_chinese
from web.access import open_books
from web.acting import Outcome, tell
from web.book_desk.asked import Asked, asked_in
from web.book_desk.found_files import CONTENT_TYPES, Facts, Found, line_list, voucher_list, write_found
from web.book_desk.search_pages import DIMENSIONS_OF_LINES, FIRST_DAY, days_in

# What is more is not written while a page waits; it is refused in words, never cut.
VOUCHERS_MAX: Final = 200_000
LINES_MAX: Final = 100_000
CHUNK: Final = 2_000


@require_GET
def voucher_search_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Return every voucher that fits a search as a file."""
    if kind not in CONTENT_TYPES:
        raise Http404(kind)
    asked = asked_in(request.GET, today=timezone.localdate())
    to = f"{reverse('voucher_search')}?{request.GET.urlencode()}"
    if asked.faults:
        return HttpResponseRedirect(to)
    books = {book.code: book.pk for book in open_books(request)}
    chosen = [books[asked.typed["book"]]] if asked.typed["book"] in books else list(books.values())
    fitting = vouchers_fitting(chosen, asked.search)
    if fitting[: VOUCHERS_MAX + 1].count() > VOUCHERS_MAX:
        return too_many(request, VOUCHERS_MAX, to)
    vouchers = fitting.select_related("book", "period").order_by("posting_date", "pk")

    def found() -> Found:
        return voucher_list(vouchers=vouchers.iterator(chunk_size=CHUNK), asked=facts_of(asked))

    return as_file(found, kind, _("vouchers"))


@require_GET
def account_lines_file(request: HttpRequest, code: str, account: str, kind: str) -> HttpResponseBase:
    """Return every line of an account from one day to another as a file."""
    if kind not in CONTENT_TYPES:
        raise Http404(kind)
    book = get_object_or_404(open_books(request), code=code)
    shown = get_object_or_404(Account.objects.select_related("parent"), book=book, code=account)
    since, until, before = days_in(request)
    lines = account_statement(account=shown, since=since, before=before, dimensions={}, after=None, limit=LINES_MAX + 1)
    if len(lines) > LINES_MAX:
        return too_many(request, LINES_MAX, reverse("account_lines", args=[code, account]))
    if lines:
        opening = lines[0].balance - lines[0].debit + lines[0].credit
    else:
        opening = net_of(book=book, code=shown.code, as_of=max(since, FIRST_DAY) - timedelta(days=1))

    def found() -> Found:
        facts = [
            (_("Book"), f"{book.code} {book.name}"),
            (_("Account"), f"{shown.code} {shown.name}"),
            (_("From"), since.isoformat()),
            (_("To"), until.isoformat()),
        ]
        return line_list(lines=lines, opening=opening, asked=facts)

    return as_file(found, kind, f"{book.code}-{shown.code}")


def as_file(found: Callable[[], Found], kind: str, name: str) -> FileResponse:
    """Return a list as a file: it is whole before its first byte goes out, and is never whole in memory."""
    with ExitStack() as until_written:
        file: IO[bytes] = until_written.enter_context(TemporaryFile())
        with in_chinese(), transaction.atomic():
            write_found(file=file, found=found(), kind=kind, at=timezone.now())
        until_written.pop_all()  # from here on the answer closes it
    file.seek(0)
    return FileResponse(
        file, as_attachment=True, filename=f"{name}-{timezone.localdate()}.{kind}", content_type=CONTENT_TYPES[kind]
    )


def too_many(request: HttpRequest, limit: int, to: str) -> HttpResponseRedirect:
    said = _("More than {limit} rows fit. Ask for fewer days or one book, or export the vouchers at the audit desk.")
    tell(request, Outcome(refusal=said.format(limit=limit)))
    return HttpResponseRedirect(to)


def facts_of(asked: Asked) -> Facts:
    """Return what a search asked for, in the words of its form."""
    dimensions = {one.name: str(one.verbose_name) for one in Line._meta.fields if one.name in DIMENSIONS_OF_LINES}
    words: dict[str, dict[str, str]] = {
        "side": {value: str(name) for value, name in Side.choices},
        "kind": {value: str(name) for value, name in VoucherKind.choices},
        "dimension": dimensions,
    }
    named: Sequence[tuple[str, str]] = [
        ("number", _("Number")),
        ("book", _("Book")),
        ("since", _("From")),
        ("until", _("To")),
        ("account", _("Account")),
        ("side", _("Side")),
        ("amount", _("Amount, or from")),
        ("amount_until", _("up to")),
        ("text", _("Text")),
        ("kind", _("Kind")),
        ("preparer", _("Prepared by")),
        ("dimension", _("Dimension")),
        ("code", _("Code")),
    ]
    typed = [(name, field, asked.typed[field]) for field, name in named if asked.typed[field]]
    said = [(name, masked(words.get(field, {}).get(text, text))) for name, field, text in typed]
    return said or [(_("Asked for"), _("all vouchers of the books that are open to who asked"))]
