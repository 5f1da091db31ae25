"""Find the voucher behind a refusal whose facts the database could not tell.

A plain CHECK only quotes the failing row, which is no text for an officer. The caller still holds
the vouchers, so the fault is looked for here, after the refusal and only then.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from ledger.entries import Event, VoucherToPost
from ledger.money import InexactAmount, exact


def unbalanced(voucher: VoucherToPost) -> dict[str, Any] | None:
    if len(voucher.entries) < 2:
        return {"lines": len(voucher.entries)}
    sides: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for entry in voucher.entries:
        sides[entry.fund][entry.side == "C"] += entry.amount
    for fund, (debit, credit) in sides.items():
        if debit != credit:
            return {"fund": fund, "debit": str(debit), "credit": str(credit)}
    return None


def inexact(voucher: VoucherToPost) -> dict[str, Any] | None:
    for line, entry in enumerate(voucher.entries, start=1):
        try:
            if exact(entry.amount) != 0 and entry.side in ("D", "C"):
                continue
        except InexactAmount:
            pass
        return {"line": line, "account": entry.account, "side": entry.side, "amount": str(entry.amount)}
    return None


def one_pair_of_eyes(voucher: VoucherToPost) -> dict[str, Any] | None:
    signed = voucher.signatures
    others = {signed.preparer, signed.reviewer, signed.poster, signed.chief_accountant}
    if signed.preparer == signed.reviewer or signed.cashier in others:
        return {"preparer": signed.preparer, "reviewer": signed.reviewer, "cashier": signed.cashier}
    return None


def correction(voucher: VoucherToPost) -> dict[str, Any] | None:
    if voucher.reverses or voucher.corrects or voucher.kind in ("REVERSAL", "SUPPLEMENT"):
        return {"reverses": voucher.reverses, "corrects": voucher.corrects}
    return None


FAULTS: dict[str, Callable[[VoucherToPost], dict[str, Any] | None]] = {
    "voucher_is_balanced": unbalanced,
    "line_amount_is_exact": inexact,
    "line_has_one_side": inexact,
    "voucher_four_eyes": one_pair_of_eyes,
    "voucher_reversed_once": correction,
    "voucher_reversal_names_its_voucher": correction,
    "voucher_supplement_names_its_reason": correction,
}


def facts_about(name: str, events: Sequence[Event]) -> dict[str, Any]:
    """Return the book, source and fault of the first voucher that breaks the rule ``name``."""
    look = FAULTS.get(name)
    for event in events if look else ():
        for voucher in event.vouchers:
            fault = look(voucher) if look else None
            if fault:
                return {"book": voucher.book, "source": event.source, **fault}
    return {"source": events[0].source} if len(events) == 1 else {}
