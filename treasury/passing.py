"""Pass on money that came for a purpose (G09, G12): received by the district, handed on to townships in time.

县财政收到资金后,于5日内下达. What is late is told (``overdue_parts``), not refused: the money still has to go.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledger.entries import Signatures
from ledger.models import Officer
from ledger.money import ZERO
from ledger.posting import post_event
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.entries import Mirrored, hand_on, receive_for_purpose
from treasury.models import EarmarkedItem, EarmarkedReceipt, PassedOn, Township
from treasury.models.words import SpecialAccountKind
from treasury.opening import codes_of, special_account_code
from treasury.ordering import CHAIN, POST, PROPOSE, mark_posted, record_order
from treasury.policy import treasury_policies
from treasury.posting import SERVICE, mirrored_event
from treasury.refusals import PassedOnAlready, SumsDiffer, refusals_named
from treasury.rules.passing_on import due_on


@dataclass(frozen=True, slots=True)
class Part:
    """The part of one township; without an item it goes to what no item was named for."""

    township: Township
    account: SpecialAccountKind
    item: EarmarkedItem | None
    amount: Decimal

    @property
    def account_code(self) -> str:
        number = self.item.number if self.item else 0
        return special_account_code(book=self.township.book, kind=self.account, number=number)


def record_receipt(
    *,
    received_on: date,
    purpose: str,
    project: str,
    amount: Decimal,
    paper: str,
    parts: Sequence[Part],
    officer: Officer,
    at: datetime,
) -> EarmarkedReceipt:
    """Record what came from above for a purpose with the parts of the townships; another officer approves it.

    :raises SumsDiffer: if the parts are not the receipt, to the fen
    """
    require_post(officer, PROPOSE)
    whole = sum((part.amount for part in parts), ZERO)
    if whole != amount:
        raise SumsDiffer("receipt_is_its_parts", {"amount": amount, "parts": whole})
    with refusals_named(), transaction.atomic():
        receipt = EarmarkedReceipt.objects.create(
            received_on=received_on,
            due_on=due_on(policies=treasury_policies(), received_on=received_on),
            purpose=purpose,
            project=project,
            amount=amount,
            paper=paper,
            proposed_by=officer,
        )
        PassedOn.objects.bulk_create(
            PassedOn(
                receipt=receipt,
                township=part.township,
                kind=part.account,
                account_code=part.account_code,
                amount=part.amount,
            )
            for part in parts
        )
        record_order(receipt, act="propose", officer=officer, at=at)
        return receipt


def post_receipt(*, receipt: EarmarkedReceipt, on: date, officer: Officer, at: datetime) -> EarmarkedReceipt:
    """Post an approved receipt into the district's treasury: Dr 国库存款, Cr 补助收入 for its project."""
    require_post(officer, POST)
    with refusals_named(), transaction.atomic():
        receipt = mark_posted(order=receipt, officer=officer, on=on)
        # The district's codes are the same whichever township they are asked for with.
        township = receipt.parts.select_related("township__book__parent").order_by("pk")[0].township.book
        district = township.parent
        assert district is not None
        codes = codes_of(district=district, township=township).district
        post_event(
            mirrored_event(
                source=receipt.source,
                district=district,
                township=township,
                entries=Mirrored(district=receive_for_purpose(codes, receipt.amount, project=receipt.project or None)),
                posting_date=on,
                summary=f"收到专项资金：{receipt.purpose}",
                signatures=signed_by(receipt, officer),
            )
        )
        record_order(receipt, act="post", officer=officer, at=at)
        return receipt


def hand_on_part(*, part: PassedOn, on: date, officer: Officer, at: datetime) -> PassedOn:
    """Hand a part on to the special account of its township (J8), once.

    :raises PassedOnAlready: if it has been handed on
    :raises NotReceivedYet: if its receipt is not posted, or was posted later
    :raises OneOfficerTwice: if the cashier proposed or approved the receipt
    """
    require_post(officer, POST)
    with refusals_named(), transaction.atomic():
        part = PassedOn.objects.select_for_update().get(pk=part.pk)
        if part.handed_on_on is not None:
            raise PassedOnAlready("passed_on_once", {"township": part.township.name, "day": part.handed_on_on})
        part.handed_on_on, part.handed_on_by = on, officer
        part.save(update_fields=["handed_on_on", "handed_on_by"])
        district = part.township.book.parent
        assert district is not None
        post_event(
            mirrored_event(
                source=part.source,
                district=district,
                township=part.township.book,
                entries=hand_on(
                    codes_of(district=district, township=part.township.book),
                    part.account_code,
                    part.amount,
                    project=part.receipt.project or None,
                ),
                posting_date=on,
                summary=f"下达专项资金：{part.receipt.purpose}",
                signatures=signed_by(part.receipt, officer),
            )
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="receipt.hand_on",
            subject=f"passed_on/{part.pk}",
            after={"township": part.township.code, "amount": part.amount, "due_on": part.receipt.due_on, "on": on},
        )
        return part


def signed_by(receipt: EarmarkedReceipt, cashier: Officer) -> Signatures:
    return Signatures(preparer=SERVICE, reviewer=str(receipt.approved_by_id), poster=SERVICE, cashier=cashier.username)
