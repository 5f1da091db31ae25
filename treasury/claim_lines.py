"""The lines of a claim: their rank, whom they pay, and the economic classes they name."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from ledger.models import EconomicClass
from ledger.money import ZERO
from treasury.models import Claim, ClaimLine
from treasury.models.words import Rank
from treasury.policy import treasury_policies
from treasury.refusals import NothingThere
from treasury.releasing import PayeeLine
from treasury.rules.ranks import rank_order


def unknown_classes(codes: Iterable[str]) -> Sequence[str]:
    """Return which economic classes the books do not have, sorted; '' is none and not asked."""
    asked = set(codes) - {""}
    return sorted(asked.difference(EconomicClass.objects.filter(code__in=asked).values_list("code", flat=True)))


def require_known_classes(codes: Iterable[str]) -> None:
    """Check that the books have the economic classes of a claim that is typed or sent by a system.

    :raises NothingThere: if they do not
    """
    if unknown := unknown_classes(codes):
        raise NothingThere("economic_class_is_known", {"economic": ", ".join(unknown)})


def rank_of_lines(lines: Sequence[ClaimLine], on: date) -> Rank:
    """Return the rank of a claim: that of its least urgent line."""
    order = rank_order(policies=treasury_policies(), on=on)
    return Rank(max(order.rank_of(line.economic) for line in lines))


def payee_lines(claim: Claim, lines: Sequence[ClaimLine]) -> Sequence[PayeeLine]:
    """Return what a claim pays, a line for each payee and class; classes that the books do not have are left out."""
    unknown = unknown_classes(line.economic for line in lines)
    sums: dict[tuple[str, str, str], Decimal] = {}
    for line in lines:
        key = (line.payee_name, line.account_number, "" if line.economic in unknown else line.economic)
        sums[key] = sums.get(key, ZERO) + line.amount
    return [
        PayeeLine(
            payee_name=name or (claim.unit.name if claim.unit else claim.handler),
            account_number=account,
            amount=amount,
            economic=economic,
            unit=claim.unit.dimension_id if claim.unit else "",
        )
        for (name, account, economic), amount in sums.items()
        if amount > ZERO
    ]
