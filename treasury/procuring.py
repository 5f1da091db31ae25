"""Buy for townships (F24): plan, review, award, accept the delivery, and ask to pay the supplier by instalments.

采购计划 → 采购中心审核 → 统一招标 → 资金直接拨付供应商. The payee is always the awarded supplier; the sum of the
instalments never exceeds the award nor what was delivered (``treasury/promises/procurement.sql``).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.entries import EXTRA_BUDGETARY, GENERAL
from treasury.models import Acceptance, EarmarkedItem, Instalment, Procurement, Township, Unit
from treasury.models.words import (
    PROCUREMENT_MOVES,
    ProcurementMoney,
    ProcurementStatus,
    Rank,
    ReleaseKind,
    SpecialAccountKind,
)
from treasury.opening import extra_budgetary_code, special_account_code
from treasury.policy import treasury_policies
from treasury.refusals import (
    DeliveryNotAccepted,
    StateRefuses,
    SupplierUnfit,
    TreasuryPaperMissing,
    TreasuryReasonMissing,
    refusals_named,
)
from treasury.releasing import CHAIN, PayeeLine, request_release
from treasury.rules.credit_codes import is_sound_code
from treasury.rules.ranks import rank_order


@dataclass(frozen=True, slots=True)
class PaidFrom:
    """The account and the fund that a procurement is paid from; '' is the district's treasury."""

    money: ProcurementMoney
    account_code: str
    fund_code: str
    item: EarmarkedItem | None


@dataclass(frozen=True, slots=True)
class WantedProcurement:
    """What is to be bought."""

    subject: str
    planned: Decimal
    functional: str = ""
    economic: str = ""
    project: str = ""


@dataclass(frozen=True, slots=True)
class Award:
    """Who supplies it for how much."""

    supplier_name: str
    supplier_code: str
    supplier_account: str
    contract_number: str
    amount: Decimal
    supplier_bank: str = ""


def from_budget() -> PaidFrom:
    """Return the budget, paid by the district treasury for the township (J14)."""
    return PaidFrom(ProcurementMoney.BUDGET, "", GENERAL, None)


def from_extra_budgetary(*, township: Township) -> PaidFrom:
    """Return the extra-budgetary account of a township (J24)."""
    code = extra_budgetary_code(book=township.book)
    return PaidFrom(ProcurementMoney.EXTRA_BUDGETARY, code, EXTRA_BUDGETARY, None)


def from_item(*, item: EarmarkedItem) -> PaidFrom:
    """Return an item of a special account (J24)."""
    return PaidFrom(ProcurementMoney.SPECIAL, item.account_code, GENERAL, item)


def from_unassigned(*, township: Township, account: SpecialAccountKind) -> PaidFrom:
    """Return a special account that has no items (J24)."""
    code = special_account_code(book=township.book, kind=account, number=0)
    return PaidFrom(ProcurementMoney.SPECIAL, code, GENERAL, None)


def plan_procurement(
    *,
    township: Township,
    unit: Unit | None,
    paid_from: PaidFrom,
    wanted: WantedProcurement,
    on: date,
    officer: Officer,
    at: datetime,
) -> Procurement:
    """Plan what is to be bought, from which money.

    :raises ItemUnfit: if the account is not one the money may be paid from
    """
    require_post(officer, "treasury.plan_procurement")
    with refusals_named(), transaction.atomic():
        procurement = Procurement.objects.create(
            township=township,
            unit=unit,
            subject=wanted.subject,
            planned=wanted.planned,
            money=paid_from.money,
            item=paid_from.item,
            account_code=paid_from.account_code,
            fund_code=paid_from.fund_code,
            functional=wanted.functional,
            economic=wanted.economic,
            project=wanted.project,
            planned_on=on,
            planned_by=officer,
        )
        record_procurement(procurement, act="plan", officer=officer, at=at)
        return procurement


def review_procurement(*, procurement: Procurement, officer: Officer, at: datetime) -> Procurement:
    """Review a plan for the procurement centre.

    :raises OneOfficerTwice: if the officer planned it
    """
    require_post(officer, "treasury.review_procurement")
    with refusals_named(), transaction.atomic():
        procurement = procurement_to_move(procurement, ProcurementStatus.REVIEWED)
        procurement.status, procurement.reviewed_by = ProcurementStatus.REVIEWED, officer
        procurement.save(update_fields=["status", "reviewed_by"])
        record_procurement(procurement, act="review", officer=officer, at=at)
        return procurement


def award_procurement(
    *, procurement: Procurement, award: Award, on: date, officer: Officer, at: datetime
) -> Procurement:
    """Award a reviewed procurement to the supplier who won the tender.

    :raises TreasuryPaperMissing: if the supplier, the account or the contract is not named
    :raises SupplierUnfit: if the credit code is none
    :raises PayeeIsTownship: if the supplier is a township, a unit of one, or holds an account of theirs
    :raises AwardExceeded: if it is more than was planned
    :raises OneOfficerTwice: if the officer planned or reviewed it
    """
    require_post(officer, "treasury.award_procurement")
    if not (award.supplier_name and award.supplier_account and award.contract_number):
        raise TreasuryPaperMissing("award_is_complete", {"procurement": procurement.pk})
    if not is_sound_code(award.supplier_code):
        raise SupplierUnfit("supplier_code_is_sound", {"supplier": award.supplier_name, "code": award.supplier_code})
    with refusals_named(), transaction.atomic():
        procurement = procurement_to_move(procurement, ProcurementStatus.AWARDED)
        procurement.status, procurement.awarded_by = ProcurementStatus.AWARDED, officer
        procurement.awarded, procurement.awarded_on = award.amount, on
        procurement.supplier_name, procurement.supplier_code = award.supplier_name, award.supplier_code
        procurement.supplier_bank, procurement.supplier_account = award.supplier_bank, award.supplier_account
        procurement.contract_number = award.contract_number
        procurement.save()
        record_procurement(procurement, act="award", officer=officer, at=at)
        return procurement


def refuse_procurement(*, procurement: Procurement, officer: Officer, reason: str, at: datetime) -> Procurement:
    """Refuse a procurement that is not awarded yet; it keeps its reason.

    :raises TreasuryReasonMissing: if no reason is given
    """
    require_post(officer, "treasury.review_procurement")
    if not reason.strip():
        raise TreasuryReasonMissing("procurement_is_refused_for_a_reason", {"procurement": procurement.pk})
    with refusals_named(), transaction.atomic():
        procurement = procurement_to_move(procurement, ProcurementStatus.REFUSED)
        procurement.status, procurement.reason = ProcurementStatus.REFUSED, reason
        procurement.save(update_fields=["status", "reason"])
        record_procurement(procurement, act="refuse", officer=officer, at=at)
        return procurement


def accept_delivery(
    *, procurement: Procurement, amount: Decimal, paper: str, on: date, officer: Officer, at: datetime
) -> Acceptance:
    """Accept a delivery, for so much of the award, by its paper.

    :raises AwardExceeded: if more would be accepted than was awarded
    :raises OneOfficerTwice: if the officer awarded it
    """
    require_post(officer, "treasury.accept_delivery")
    with refusals_named(), transaction.atomic():
        procurement = Procurement.objects.select_for_update(no_key=True).get(pk=procurement.pk)
        acceptance = Acceptance.objects.create(
            procurement=procurement,
            number=1 + (procurement.acceptances.aggregate(last=Max("number"))["last"] or 0),
            amount=amount,
            paper=paper,
            accepted_on=on,
            accepted_by=officer,
        )
        record_procurement(procurement, act="accept", officer=officer, at=at, amount=amount)
        return acceptance


def request_instalment(
    *, procurement: Procurement, amount: Decimal, on: date, officer: Officer, at: datetime
) -> Instalment:
    """Ask to pay the supplier a part of what was delivered; others release and pay it.

    Who accepted the delivery last, for the accounting centre, stands behind the release as its checker
    and on its voucher as the reviewer.

    :raises AwardExceeded: if the instalments would exceed the award; the facts name what is left
    :raises DeliveryNotAccepted: if they would exceed what was accepted
    :raises OneOfficerTwice: if the officer accepted the delivery
    """
    require_post(officer, "treasury.pay_procurement")
    with refusals_named(), transaction.atomic():
        procurement = Procurement.objects.select_for_update(no_key=True).get(pk=procurement.pk)
        accepted = procurement.acceptances.select_related("accepted_by").order_by("-number").first()
        if accepted is None or accepted.accepted_by is None:
            raise DeliveryNotAccepted("delivery_is_accepted_first", {"procurement": procurement.pk})
        number = 1 + (procurement.instalments.aggregate(last=Max("number"))["last"] or 0)
        release = request_release(
            source=f"{procurement.source}/{number}",
            month=on.replace(day=1),
            township=procurement.township,
            kind=ReleaseKind.PROCUREMENT,
            rank=Rank(rank_order(policies=treasury_policies(), on=on).rank_of(procurement.economic)),
            account_code=procurement.account_code,
            fund_code=procurement.fund_code,
            summary=f"{procurement.subject}（{procurement.contract_number}）",
            lines=[supplier_line(procurement, amount)],
            on=on,
            prepared_by=officer,
            checked_by=accepted.accepted_by,
        )
        instalment = Instalment.objects.create(procurement=procurement, number=number, amount=amount, release=release)
        record_procurement(procurement, act="pay", officer=officer, at=at, amount=amount)
        return instalment


def procurement_to_move(procurement: Procurement, to: ProcurementStatus) -> Procurement:
    """Return a procurement locked and read afresh, from where it may go on.

    :raises StateRefuses: if it may not go there
    """
    procurement = Procurement.objects.select_for_update().get(pk=procurement.pk)
    if (procurement.status, to) not in PROCUREMENT_MOVES:
        facts = {"procurement": procurement.pk, "from": procurement.status, "to": to.value}
        raise StateRefuses("procurement_moves", facts)
    return procurement


def supplier_line(procurement: Procurement, amount: Decimal) -> PayeeLine:
    return PayeeLine(
        payee_name=procurement.supplier_name,
        amount=amount,
        bank=procurement.supplier_bank,
        account_number=procurement.supplier_account,
        payee_number=procurement.supplier_code,
        functional=procurement.functional,
        economic=procurement.economic,
        project=procurement.project,
        unit=procurement.unit.dimension_id if procurement.unit else "",
    )


def record_procurement(
    procurement: Procurement, *, act: str, officer: Officer, at: datetime, amount: Decimal | None = None
) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=f"procurement.{act}",
        subject=f"procurement/{procurement.pk}",
        after={
            "planned": procurement.planned,
            "awarded": procurement.awarded,
            "amount": amount,
            "supplier": procurement.supplier_name,
            "status": procurement.status,
            "reason": procurement.reason,
        },
    )
