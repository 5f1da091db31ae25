"""``manage.py statement STEP``: own accounts, the bank's statements of them, and their reconciliation."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import date, datetime
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Book, Officer
from ledger.money import in_full
from month.asking import existing_path
from month.documents import write_reconciliations
from month.management.earmarking import (
    Act,
    EarmarkingCommand,
    Look,
    day_of,
    nothing,
    only,
    with_month,
    with_number,
    with_number_and_reason,
    yuan_of,
)
from month.statement_work import MESSAGES, TABLE, BankStatementFile, take_file
from month.tables import Told, table
from payouts.bank_files.statement_templates import DEFAULT_STATEMENT, statement_templates
from payouts.bank_movements import entries_left, lines_left
from payouts.explaining import decide_listing, explain_anew, explain_by_hand, list_entry, undo_explanation
from payouts.explanations import Line
from payouts.message_labels import RULES
from payouts.models import CloseReason, EntryListing, Explanation, OwnAccount, StatementEntry
from payouts.models.bank_words import OutstandingClass, OwnAccountStatus, SettledBy, SignedStatus
from payouts.reconciliations import accounts_of_month, figures_of
from payouts.reconciling import decide_close_reason, give_close_reason, make_reconciliation, review_reconciliation
from payouts.registering_accounts import (
    AccountPaper,
    decide_own_account,
    end_own_account,
    own_account_called,
    record_own_account,
)
from payouts.taking_statements import TakenStatement


def line_of(text: str) -> Line:
    """Return a line of a voucher written ``VOUCHER/LINE``."""
    voucher, _slash, number = text.partition("/")
    if not voucher.isdecimal() or not number.isdecimal():
        raise ArgumentTypeError(_("{text} is no line; write it as VOUCHER/LINE.").format(text=text))
    return Line(int(voucher), int(number))


def with_account(parser: ArgumentParser) -> None:
    parser.add_argument("--account", required=True, help=_("the own account: the last digits of its number"))


def with_account_and_month(parser: ArgumentParser) -> None:
    with_account(parser)
    with_month(parser)


def account_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--book", required=True, help=_("code of the book"))
    parser.add_argument("--code", dest="codes", action="append", required=True, help=_("code of a cash leaf"))
    parser.add_argument("--bank", required=True, help=_("name of the bank"))
    parser.add_argument("--number", required=True, help=_("number of the account"))
    parser.add_argument("--holder", required=True, help=_("holder of the account"))
    parser.add_argument("--from", dest="since", type=date.fromisoformat, required=True, help=_("reconciled from"))
    parser.add_argument("--opening", type=yuan_of, required=True, help=_("balance of the bank before that day"))
    parser.add_argument("--paper", required=True, help=_("evidence of the bank"))


def account_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    own = record_own_account(
        book=only(Book, code=asked.book),
        codes=asked.codes,
        told=AccountPaper(asked.bank, asked.number, asked.holder, asked.since, asked.opening, asked.paper),
        officer=officer,
        at=at,
    )
    return [_("Own account {number} is recorded; another officer confirms it.").format(number=own.pk)]


def confirm_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    own = only(OwnAccount, pk=asked.number)
    own = decide_own_account(own=own, to=OwnAccountStatus.CONFIRMED, officer=officer, at=at)
    return [_("{account} is reconciled from {day}.").format(account=own, day=own.reconciled_from)]


def end_arguments(parser: ArgumentParser) -> None:
    with_account(parser)
    parser.add_argument("--on", type=date.fromisoformat, help=_("day; default: today"))


def end_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    own = end_own_account(own=own_account_called(asked.account), on=day_of(asked), officer=officer, at=at)
    return [_("{account} ends on {day}.").format(account=own, day=own.effective_to)]


def take_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("path", type=existing_path, help=_("file of the bank"))
    parser.add_argument("--kind", choices=[*MESSAGES, TABLE], default="camt.053", help=_("what the file is"))
    parser.add_argument("--account", help=_("the own account of a table: the last digits of its number"))
    parser.add_argument(
        "--template", choices=sorted(statement_templates()), default=DEFAULT_STATEMENT, help=_("titles of a table")
    )
    parser.add_argument(
        "--settled-by",
        type=SettledBy,
        choices=list(SettledBy),
        default=SettledBy.RESULTS,
        help=_("what settles payments of the channel; default: its result files"),
    )


def take_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    path: Path = asked.path
    file = BankStatementFile(
        name=path.name,
        content=path.read_bytes(),
        kind=asked.kind,
        account=asked.account or "",
        template=asked.template,
        settled_by=asked.settled_by,
    )
    return told_of(take_file(file, officer=officer, at=at))


def told_of(taken: TakenStatement) -> Told:
    """Return what a file said."""
    told: list[object] = []
    if taken.known_before:
        told.append(_("{file} was taken before; nothing changed.").format(file=taken.file))
    for one in taken.statements:
        said = _("{account}, statement {number}: {entries} entries, {opening} to {closing}.")
        told.append(
            said.format(
                account=one.own_account,
                number=one.sequence_number,
                entries=one.entries_count,
                opening=in_full(one.opening),
                closing=in_full(one.closing),
            )
        )
    settled = sum(result.settled for result in taken.results)
    returned = sum(result.returned for result in taken.results)
    said = _("Payments settled {settled}, returned {returned}; entries explained in {explained} ways.")
    told.append(said.format(settled=settled, returned=returned, explained=taken.explained))
    if taken.findings:
        found = table(_("Findings"), _("place in the file"), _("finding"), _("stated"), _("found"))
        labels = {rule.value: str(label) for rule, label in RULES.items()}
        for finding in taken.findings:
            found.add_row(finding.place, labels[finding.rule], finding.stated, finding.found)
        told.append(found)
    return told  # type: ignore[return-value]


def explain_arguments(parser: ArgumentParser) -> None:
    with_account(parser)
    parser.add_argument("--entry", dest="entries", type=int, action="append", default=[], help=_("number of an entry"))
    parser.add_argument(
        "--line", dest="lines", type=line_of, action="append", default=[], help=_("a cash line: VOUCHER/LINE")
    )
    parser.add_argument("--reason", default="", help=_("why they are the same money"))


def explain_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    own = own_account_called(asked.account)
    if not asked.entries and not asked.lines:
        count = explain_anew(own=own, officer=officer, at=at)
        return [_("{count} explanations were found.").format(count=count)]
    made = explain_by_hand(
        own=own, entries=asked.entries, lines=asked.lines, reason=asked.reason, officer=officer, at=at
    )
    return [_("Explanation {number}: {amount}.").format(number=made.pk, amount=in_full(made.amount))]


def undo_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    explanation = only(Explanation, pk=asked.number)
    undo_explanation(explanation=explanation, reason=asked.reason, officer=officer, at=at)
    return [_("Explanation {number} is undone; what it held waits again.").format(number=explanation.pk)]


def entry_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    listing = list_entry(entry=only(StatementEntry, pk=asked.number), reason=asked.reason, officer=officer, at=at)
    return [_("Reason {number} is given; another officer signs it.").format(number=listing.pk)]


def sign_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    listing = only(EntryListing, pk=asked.number)
    listing = decide_listing(listing=listing, to=SignedStatus.SIGNED, officer=officer, at=at)
    return [_("The reason for entry {entry} is signed.").format(entry=listing.entry_id)]


def list_arguments(parser: ArgumentParser) -> None:
    with_account(parser)
    parser.add_argument("--until", dest="on", type=date.fromisoformat, help=_("day; default: today"))


def list_asked(asked: Namespace) -> Told:
    own, until = own_account_called(asked.account), day_of(asked)
    entries = table(
        _("Entries that no voucher explains"),
        _("entry"),
        _("day"),
        _("amount"),
        _("reference of the bank"),
        _("text of the bank"),
        _("payments of"),
        _("reason"),
        right=(0, 2),
    )
    for one in entries_left(own=own, until=until):
        listed = str(SignedStatus(one.listed).label) if one.listed else ""
        entries.add_row(
            str(one.pk), str(one.booked_on), in_full(one.amount), one.reference, one.text, one.batch, listed
        )
    lines = table(
        _("Cash lines that no entry matches"), _("line"), _("day"), _("amount"), _("voucher"), _("summary"), right=(2,)
    )
    for line in lines_left(own=own, until=until):
        place = f"{line.voucher}/{line.number}"
        lines.add_row(place, str(line.posting_date), in_full(line.amount), line.title, line.summary)
    return [entries, lines]


def accounts_asked(_asked: Namespace) -> Told:
    shown = table(
        _("Own accounts"), _("number"), _("account"), _("book"), _("reconciled from"), _("status"), right=(0,)
    )
    for own in OwnAccount.objects.select_related("book").order_by("pk"):
        shown.add_row(str(own.pk), str(own), own.book.code, str(own.reconciled_from), str(own.get_status_display()))
    return [shown]


def reconcile_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    own = own_account_called(asked.account)
    made = make_reconciliation(own=own, month=asked.month, officer=officer, at=at)
    said = _("Reconciliation {reconciliation} is made; another officer reviews it.")
    return [said.format(reconciliation=made), *shown(own, asked.month)]


def review_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    own = own_account_called(asked.account)
    reviewed = review_reconciliation(own=own, month=asked.month, officer=officer, at=at)
    return [_("Reconciliation {reconciliation} is reviewed.").format(reconciliation=reviewed)]


def shown(own: OwnAccount, month: date) -> Told:
    """Return the reconciliation of an account as it stands now."""
    found = figures_of(own=own, month=month)
    balances = table(
        _("Reconciliation of {account} until {day}").format(account=own, day=found.until), "", _("amount"), right=(1,)
    )
    balances.add_row(_("balance of the books"), in_full(found.book_balance))
    balances.add_row(_("balance of the bank"), in_full(found.bank_balance))
    for kind in OutstandingClass:
        balances.add_row(str(kind.label), in_full(found.total(kind)))
    balances.add_row(_("adjusted balance of the books"), in_full(found.adjusted_books))
    balances.add_row(_("adjusted balance of the bank"), in_full(found.adjusted_bank))
    items = table(
        _("Outstanding items"),
        _("class of the item"),
        _("day"),
        _("text of the bank"),
        _("reference of the bank"),
        _("amount"),
        right=(4,),
    )
    for item in found.items:
        items.add_row(str(item.kind.label), str(item.day), item.what, item.reference, in_full(item.amount))
    told = [_("Entries that nothing explains: {count}.").format(count=found.unexplained)]
    return [balances, items, *told]


def show_asked(asked: Namespace) -> Told:
    return shown(own_account_called(asked.account), asked.month)


def paper_arguments(parser: ArgumentParser) -> None:
    with_month(parser)
    parser.add_argument("--out", type=Path, required=True, help=_("folder for the papers"))


def paper_asked(asked: Namespace) -> Told:
    if not accounts_of_month(asked.month):
        return [_("No own account is reconciled in this month.")]
    names = write_reconciliations(folder=asked.out, month=asked.month, at=timezone.now())
    return [_("{file} is written.").format(file=name) for name in names]


def reason_arguments(parser: ArgumentParser) -> None:
    with_account_and_month(parser)
    parser.add_argument("--reason", required=True, help=_("why, in one line"))


def reason_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    own = own_account_called(asked.account)
    given = give_close_reason(own=own, month=asked.month, reason=asked.reason, officer=officer, at=at)
    return [_("Reason {number} is given; another officer signs it.").format(number=given.pk)]


def excuse_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    given = only(CloseReason, pk=asked.number)
    given = decide_close_reason(given=given, to=SignedStatus.SIGNED, officer=officer, at=at)
    return [_("The reason to close {month} is signed.").format(month=f"{given.month:%Y-%m}")]


class Command(EarmarkingCommand):
    help = "Keep the house's own accounts, take the bank's statements, explain their entries and reconcile."
    name = "statement"
    steps = {
        "account": Act(gettext_lazy("record an own account"), account_arguments, account_asked),
        "confirm": Act(gettext_lazy("confirm an own account"), with_number, confirm_asked),
        "end": Act(gettext_lazy("end an own account"), end_arguments, end_asked),
        "accounts": Look(gettext_lazy("show the own accounts"), nothing, accounts_asked),
        "take": Act(gettext_lazy("take a statement or notice of the bank"), take_arguments, take_asked),
        "explain": Act(
            gettext_lazy("explain entries by cash lines; without any, all that is proven"),
            explain_arguments,
            explain_asked,
        ),
        "undo": Act(gettext_lazy("undo an explanation"), with_number_and_reason, undo_asked),
        "entry": Act(gettext_lazy("list an entry with a reason"), with_number_and_reason, entry_asked),
        "sign": Act(gettext_lazy("sign the reason for an entry"), with_number, sign_asked),
        "list": Look(gettext_lazy("show what is left of entries and cash lines"), list_arguments, list_asked),
        "reconcile": Act(gettext_lazy("make a reconciliation"), with_account_and_month, reconcile_asked),
        "review": Act(gettext_lazy("review a reconciliation"), with_account_and_month, review_asked),
        "show": Look(gettext_lazy("show a reconciliation as it stands"), with_account_and_month, show_asked),
        "paper": Look(gettext_lazy("print the reconciliations of a month"), paper_arguments, paper_asked),
        "reason": Act(gettext_lazy("say why a month closes without"), reason_arguments, reason_asked),
        "excuse": Act(gettext_lazy("sign why a month closes without"), with_number, excuse_asked),
    }
