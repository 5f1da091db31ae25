"""A district with money in its special accounts, made by the acts alone; everybody is invented.

``furnish`` opens 白桦镇 and 松江街道, gives the first two items with money, one plan of each state, a procurement
that is awarded and half delivered, a receipt that is half handed on, a prize and a fine partly set off.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.entries import Entry, Event, Signatures, VoucherToPost, credit, debit
from ledger.models import Book
from ledger.posting import post_event
from month.beginning import begin_demo, open_months
from month.posts import POSTS
from month.running import fitting
from payouts.disbursing import build_release_batches
from payouts.sending import send_batch
from tests.acting_as import let_act_as
from tests.furnishing import fixtures
from tests.payroll import AT, LIST, UNITS, hire, officer
from treasury.awarding import impose_fine, post_prize, propose_prize, set_off_fine
from treasury.entries import Mirrored, collect_fee, collect_revenue, hand_on, sweep
from treasury.itemizing import open_items, post_allocation, propose_allocation, unassigned_account
from treasury.models import (
    Acceptance,
    BankAccount,
    EarmarkedItem,
    EarmarkedReceipt,
    Fine,
    Instalment,
    ItemAllocation,
    PassedOn,
    Prize,
    Procurement,
    Release,
    SpecialPlan,
    Township,
)
from treasury.models.words import AppraisalKind, SpecialAccountKind
from treasury.opening import codes_of
from treasury.ordering import approve_order
from treasury.passing import Part, hand_on_part, post_receipt, record_receipt
from treasury.posting import SERVICE, mirrored_event
from treasury.procuring import (
    Award,
    PaidFrom,
    WantedProcurement,
    accept_delivery,
    award_procurement,
    from_budget,
    plan_procurement,
    request_instalment,
    review_procurement,
)
from treasury.registering import register_units
from treasury.releasing import release_funds
from treasury.spending import WantedSpending, draft_plan, review_plan, sign_plan

MONTH = date(2026, 11, 1)
DAY = date(2026, 11, 10)
TRANSFERS, TAX = SpecialAccountKind.TRANSFERS, SpecialAccountKind.AGRICULTURAL_TAX
SUPPLIER = "青岚建材有限公司"
SUPPLIER_CODE = "91350100M000100Y43"
SUPPLIER_ACCOUNT = "0710011234569999"
BUILDER = "测试施工队"
BUILDER_ACCOUNT = "0710011234568888"


def yuan(text: str) -> Decimal:
    return Decimal(text)


def birch() -> Township:
    return Township.objects.select_related("book__parent").get(name="白桦镇")


def river() -> Township:
    return Township.objects.select_related("book__parent").get(name="松江街道")


def district() -> Book:
    book = birch().book.parent
    assert book is not None
    return book


def item(number: int = 1, *, account: SpecialAccountKind = TRANSFERS) -> EarmarkedItem:
    return EarmarkedItem.objects.select_related("township__book__parent").get(
        township__name="白桦镇", kind=account, number=number
    )


def wanted(amount: str = "1000.00", **changes: Any) -> WantedSpending:
    right: Mapping[str, Any] = {
        "amount": yuan(amount),
        "purpose": "村道维修",
        "papers": "合同一份、预算一份",
        "payee_name": BUILDER,
        "account_number": BUILDER_ACCOUNT,
    }
    return WantedSpending(**{**right, **changes})


def allocate(amount: str, *, number: int = 1) -> ItemAllocation:
    """Put money from 未分项 into an item, by three officers."""
    one = item(number)
    allocation = propose_allocation(
        item=one,
        taken_from=unassigned_account(one),
        amount=yuan(amount),
        paper="分项通知一号",
        officer=officer("preparer"),
        at=AT,
    )
    return post_allocation(
        allocation=approve_order(order=allocation, officer=officer("reviewer"), at=AT),
        on=DAY,
        officer=officer("cashier"),
        at=AT,
    )


def drafted(amount: str = "1000.00", *, number: int = 1, **changes: Any) -> SpecialPlan:
    return draft_plan(
        township=birch(),
        unit=None,
        account=TRANSFERS,
        item=item(number),
        wanted=wanted(amount, **changes),
        on=DAY,
        officer=officer("clerk"),
        at=AT,
    )


def reviewed(plan: SpecialPlan) -> SpecialPlan:
    return review_plan(plan=plan, officer=officer("reviewer"), at=AT)


def signed(plan: SpecialPlan) -> SpecialPlan:
    return sign_plan(plan=reviewed(plan), on=DAY, officer=officer("township_head"), at=AT)


def release_of(plan: SpecialPlan) -> Release:
    assert plan.release is not None
    return plan.release


def paid(release: Release) -> None:
    """Release an order and pay it out through the bank."""
    release_funds(release=release, officer=officer("releaser"), at=AT)
    built = build_release_batches(month=release.month, officer=officer("releaser"), template=LIST, pay_date=DAY, at=AT)
    for batch in built.batches:
        send_batch(batch=batch, officer=officer("cashier"), template=fitting(batch, LIST), at=AT)


def passed_on(
    amount: str, *, to: Township | None = None, paper: str = "吉财预一号", one: EarmarkedItem | None = None
) -> PassedOn:
    """Receive money from above for one township and hand it on to its special account."""
    receipt = received([Part(to or birch(), TRANSFERS, one, yuan(amount))], amount, paper=paper)
    return hand_on_part(part=receipt.parts.get(), on=DAY, officer=officer("cashier"), at=AT)


def recorded(parts: list[Part], amount: str, *, paper: str, project: str = "") -> EarmarkedReceipt:
    return record_receipt(
        received_on=date(2026, 11, 6),
        purpose="转移支付",
        project=project,
        amount=yuan(amount),
        paper=paper,
        parts=parts,
        officer=officer("preparer"),
        at=AT,
    )


def received(parts: list[Part], amount: str, *, paper: str, project: str = "") -> EarmarkedReceipt:
    receipt = recorded(parts, amount, paper=paper, project=project)
    receipt = approve_order(order=receipt, officer=officer("reviewer"), at=AT)
    return post_receipt(receipt=receipt, on=date(2026, 11, 6), officer=officer("cashier"), at=AT)


def planned(amount: str = "10000.00", *, paid_from: PaidFrom | None = None, **changes: Any) -> Procurement:
    return plan_procurement(
        township=birch(),
        unit=None,
        paid_from=paid_from or from_budget(),
        wanted=WantedProcurement(**{"subject": "办公桌椅", "planned": yuan(amount), **changes}),
        on=DAY,
        officer=officer("clerk"),
        at=AT,
    )


def award(amount: str = "9000.00", **changes: Any) -> Award:
    right: Mapping[str, Any] = {
        "supplier_name": SUPPLIER,
        "supplier_code": SUPPLIER_CODE,
        "supplier_account": SUPPLIER_ACCOUNT,
        "contract_number": "HT-2026-001",
        "amount": yuan(amount),
    }
    return Award(**{**right, **changes})


def awarded(procurement: Procurement, to: Award | None = None) -> Procurement:
    procurement = review_procurement(procurement=procurement, officer=officer("reviewer"), at=AT)
    return award_procurement(
        procurement=procurement, award=to or award(), on=DAY, officer=officer("chief_accountant"), at=AT
    )


def accepted(procurement: Procurement, amount: str) -> Acceptance:
    return accept_delivery(
        procurement=procurement, amount=yuan(amount), paper="验收单", on=DAY, officer=officer("reviewer"), at=AT
    )


def instalment(procurement: Procurement, amount: str) -> Instalment:
    return request_instalment(procurement=procurement, amount=yuan(amount), on=DAY, officer=officer("preparer"), at=AT)


def prize(
    award: str = "综合考核", *, year: int = 2026, post: str = "", grades: int = 0, amount: str = "8000.00"
) -> Prize:
    return propose_prize(
        award=award,
        year=year,
        rank=1,
        township=birch(),
        post=post,
        wage_grades=grades,
        amount=yuan(amount),
        paper="表彰决定",
        officer=officer("preparer"),
        at=AT,
    )


def paid_prize(one: Prize) -> Prize:
    one = approve_order(order=one, officer=officer("reviewer"), at=AT)
    return post_prize(prize=one, on=DAY, officer=officer("cashier"), at=AT)


def fine(*, matter: str = "", place: int = 1, township: Township | None = None) -> Fine:
    return impose_fine(
        township=township or birch(),
        year=2026,
        kind=AppraisalKind.SINGLE if matter else AppraisalKind.OVERALL,
        matter=matter,
        place_from_last=place,
        paper="考核通报",
        on=DAY,
        officer=officer("preparer"),
        at=AT,
    )


def swept(amount: str, *, source: str = "test/sweep", day: date = date(2026, 11, 5)) -> None:
    """Let the district hold money for 白桦镇 on its year's current account (J1, J2)."""
    township = birch().book
    codes = codes_of(district=district(), township=township)
    for name, entries in (("collect", collect_revenue(codes, yuan(amount))), ("sweep", sweep(codes, yuan(amount)))):
        posted(f"{source}/{name}", entries, day=day)


def fees(amount: str, *, source: str = "test/fees") -> None:
    """Put money into the extra-budgetary account of 白桦镇 (J10)."""
    posted(source, collect_fee(codes_of(district=district(), township=birch().book), yuan(amount)))


def hand_on_entries(amount: str) -> Mirrored:
    """Return what hands money on to 未分项 of 白桦镇."""
    return hand_on(codes_of(district=district(), township=birch().book), "10040300", yuan(amount))


def posted(source: str, entries: Mirrored, *, day: date = date(2026, 11, 5)) -> None:
    post_event(
        mirrored_event(
            source=source,
            district=district(),
            township=birch().book,
            entries=entries,
            posting_date=day,
            summary="测试",
            signatures=Signatures(preparer=SERVICE, reviewer="demo-reviewer", poster=SERVICE, cashier="demo-cashier"),
        )
    )


def account_of_the_school(number: str) -> None:
    """Let an account become known as one of 白桦镇中心小学."""
    BankAccount.objects.create(
        number=number, bank="农商行", holder_name="白桦镇中心小学", holder_number="12220112MB0000022B"
    )


def spent_by_hand(account: str, amount: str) -> tuple[Entry, Entry]:
    """Return lines that take money out of an item past every plan."""
    return debit("5001", yuan(amount), fund="111"), credit(account, yuan(amount), fund="111")


def voucher_in_birch(source: str, *lines: Any) -> None:
    """Post a voucher of lines in the book of 白桦镇 alone."""
    made = VoucherToPost(
        book=birch().book.code,
        posting_date=DAY,
        summary="测试",
        entries=lines,
        signatures=Signatures(preparer=SERVICE, reviewer="demo-reviewer", poster=SERVICE, cashier="demo-cashier"),
    )
    post_event(Event(source=source, vouchers=[made]))


def furnish() -> None:
    """Make the district."""
    begin_demo(month=MONTH, at=AT)
    register_units(
        listed=UNITS,
        district=Book.objects.get(kind="DISTRICT"),
        effective_from=MONTH,
        officer=officer("preparer"),
        source="单位名册",
        at=AT,
    )
    open_months(day=DAY, officer=officer("chief_accountant"), at=AT)
    for post in POSTS:
        hire(f"second-{post}", [post])
    let_act_as(hire("everything", []), *POSTS)
    open_items(
        township=birch(), account=TRANSFERS, names=["必保一", "必保二"], on=MONTH, officer=officer("preparer"), at=AT
    )
    passed_on("50000.00")
    allocate("20000.00")
    allocate("10000.00", number=2)
    drafted()
    reviewed(drafted("1100.00"))
    signed(drafted("1200.00"))
    paid(release_of(signed(drafted("1300.00"))))
    swept("30000.00")
    bought = awarded(planned())
    accepted(bought, "5000.00")
    paid(instalment(bought, "2000.00").release)
    parts = [Part(birch(), TRANSFERS, item(2), yuan("300.00")), Part(river(), TRANSFERS, None, yuan("700.00"))]
    receipt = received(parts, "1000.00", paper="吉财预二号")
    hand_on_part(part=receipt.parts.order_by("pk")[0], on=DAY, officer=officer("cashier"), at=AT)
    paid_prize(prize())
    set_off_fine(fine=fine(matter="信访", place=2), on=DAY, officer=officer("reviewer"), at=AT)


# Databases

stage, own_stage, rolled_back = fixtures(furnish)
