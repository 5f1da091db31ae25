"""What officers enter by hand, and what not: accounts whose figures other acts keep are theirs alone.

The ledger keeps its own: current accounts move in two books at once, and receipt-only and disbursement-only
accounts take what collections and releases bring. Upper apps name theirs with ``@kept_accounts`` in a module that
their ``AppConfig.ready`` loads.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet

from ledger.entries import Entry, VoucherToPost
from ledger.models import Account, AccountFund, Book, Period
from ledger.models.words import ADJUSTING_KINDS, Flow, Mirror, PeriodStatus, VoucherKind
from ledger.money import ZERO
from ledger.refusals import (
    AccountUnusable,
    AmountNotExact,
    KeptByOthers,
    PeriodClosed,
    TextNotPlain,
    VoucherNotBalanced,
)

BY_HAND = "ledger.draft/"  # how the sources of vouchers by hand begin
HAND_KINDS = (VoucherKind.ORDINARY, VoucherKind.SUPPLEMENT)

Keeper = Callable[[], Q]
KEEPERS: list[Keeper] = []


def kept_accounts(function: Keeper) -> Keeper:
    """Register accounts that only the acts of an app post to."""
    KEEPERS.append(function)
    return function


@kept_accounts
def current_accounts() -> Q:
    return ~Q(mirror=Mirror.NONE)


@kept_accounts
def accounts_of_one_flow() -> Q:
    return ~Q(flow=Flow.ANY)


def accounts_by_hand(*, book: Book) -> QuerySet[Account]:
    """Return the accounts of a book that officers may enter by hand, by their code."""
    children = Account.objects.filter(parent=OuterRef("pk"))
    found = Account.objects.filter(~Exists(children), book=book)
    for keeper in KEEPERS:
        found = found.exclude(keeper())
    return found.order_by("code")


def require_by_hand(book: Book, voucher: VoucherToPost) -> None:
    """Check that a voucher may be entered by hand and could be posted as it stands.

    What the books promise is proven again when it is posted; here it is told while it can still be corrected.

    :raises KeptByOthers: if it is of a kind, or on an account, that other acts post
    :raises UnableToPost: by its kinds, if it breaks a promise of the books that can be told before posting
    """
    if not voucher.summary.strip():
        raise TextNotPlain("voucher_header_is_complete", {"book": book.code})
    require_open_period(book, voucher)
    require_balance(voucher.entries)
    if voucher.kind == VoucherKind.REVERSAL:
        return
    if voucher.kind not in HAND_KINDS:
        raise KeptByOthers("voucher_kind_is_by_hand", {"kind": voucher.kind})
    require_accounts(book, voucher)


def require_open_period(book: Book, voucher: VoucherToPost) -> None:
    day = voucher.posting_date
    period = Period.objects.filter(book=book, month__lte=12, starts_on__lte=day, ends_before__gt=day).first()
    status = period.status if period else ""
    adjusts = status == PeriodStatus.ADJUSTING and voucher.kind in ADJUSTING_KINDS
    if status != PeriodStatus.OPEN and not adjusts:
        raise PeriodClosed("period_is_open", {"book": book.code, "date": day, "status": status, "kind": voucher.kind})


def require_balance(entries: Sequence[Entry]) -> None:
    if len(entries) < 2:
        raise VoucherNotBalanced("voucher_is_balanced", {"lines": len(entries)})
    sides: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for number, entry in enumerate(entries, start=1):
        if entry.amount == ZERO:
            raise AmountNotExact("line_amount_is_exact", {"line": number, "account": entry.account})
        sides[entry.fund][entry.side == "C"] += entry.amount
    for fund, (debit, credit) in sides.items():
        if debit != credit:
            raise VoucherNotBalanced("voucher_is_balanced", {"fund": fund, "debit": debit, "credit": credit})


def require_accounts(book: Book, voucher: VoucherToPost) -> None:
    known = {account.code: account for account in Account.objects.filter(book=book).select_related("parent")}
    open_to_hands = dict(accounts_by_hand(book=book).values_list("code", "pk"))
    parents = {account.parent_id for account in known.values()}
    admitted = {(row.account_id, row.fund_id) for row in AccountFund.objects.filter(account__book=book)}
    for number, entry in enumerate(voucher.entries, start=1):
        account, facts = known.get(entry.account), {"book": book.code, "line": number, "account": entry.account}
        if account is None or account.pk in parents or not is_good(account, voucher):
            raise AccountUnusable("line_account_usable", facts)
        if entry.account not in open_to_hands:
            raise KeptByOthers("account_is_open_to_hands", facts)
        if (account.pk, entry.fund) not in admitted:
            raise AccountUnusable("line_account_usable", {**facts, "fund": entry.fund})


def is_good(account: Account, voucher: VoucherToPost) -> bool:
    """Return whether an account is open on the day of a voucher."""
    ends = account.effective_to
    return account.effective_from <= voucher.posting_date and (ends is None or voucher.posting_date < ends)
