"""What a demo has beside its month: budgets of the coming year under way, a purchase, plans and orders that wait.

All of it is invented, and none of it moves money: the figures of the demo's month stay what they are.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from ledger.money import round_half_up
from month.posts import demo_officer
from treasury.awarding import impose_fine, propose_prize
from treasury.budgeting import (
    BudgetedLine,
    Indicator,
    issue_principles,
    prepare_budget,
    record_resolution,
    review_budget,
    submit_budget,
)
from treasury.itemizing import open_items, propose_allocation, unassigned_account
from treasury.models import Budget, BudgetPrinciples, Township
from treasury.models.words import AppraisalKind, IndicatorKind, SpecialAccountKind
from treasury.passing import Part, record_receipt
from treasury.planning import Proposal, propose_plan
from treasury.planning_spending import PlannedMonth, prepare_plan
from treasury.procuring import (
    Award,
    WantedProcurement,
    accept_delivery,
    award_procurement,
    from_budget,
    plan_procurement,
    review_procurement,
)
from treasury.secondments import day_of
from treasury.spending import WantedSpending, draft_plan, review_plan

# Which townships show which state of a budget: one that counts, one agreed, one handed in, one begun.
TOWNSHIPS = ("220112100", "220112101", "220112001", "220112200")
SHARES = (("", "301", 60, "工资福利"), ("", "303", 15, "个人和家庭补助"), ("2010301", "302", 20, "公用经费"))
SUPPLIER = Award(
    supplier_name="青岚办公家具有限公司",
    supplier_code="91350100M000100Y43",
    supplier_account="0710019900012345",
    supplier_bank="青岚农商银行",
    contract_number="HT-2026-118",
    amount=Decimal("46800.00"),
)
DAYS_SINCE_RECEIPT = 8


def yuan(text: str) -> Decimal:
    return Decimal(text)


@transaction.atomic
def fill_budget_desk(*, month: date, at: datetime) -> None:
    """Give a demo something to look at on the budgets' desk, once; a district without these townships stays empty."""
    year, on = month.year + 1, day_of(at)
    found = {one.code: one for one in Township.objects.select_related("book__parent").filter(code__in=TOWNSHIPS)}
    if len(found) < len(TOWNSHIPS) or BudgetPrinciples.objects.filter(year=year).exists():
        return
    townships = [found[code] for code in TOWNSHIPS]
    fill_budgets(townships, year, on, at)
    fill_purchases(townships, on, at)
    fill_orders(townships, year, on, at)


def fill_budgets(townships: Sequence[Township], year: int, on: date, at: datetime) -> None:
    """Give the principles of the coming year and take four budgets along their chain, each to another state."""
    issue_principles(
        year=year,
        text="量入为出、收支平衡；保工资、保稳定、保运转，再保重点支出。",
        indicators=[
            Indicator(IndicatorKind.SALARY_SHARE, yuan("50.00")),
            Indicator(IndicatorKind.GROWTH, yuan("10.00")),
        ],
        on=on,
        officer=demo_officer("chief_accountant"),
        at=at,
    )
    counts, agreed, handed_in, _begun = (
        prepared(one, year, yuan(f"{8 + place}000000.00"), on, at) for place, one in enumerate(townships)
    )
    for one in (counts, agreed, handed_in):
        submit_budget(budget=one, officer=demo_officer("clerk"), at=at)
    for one in (counts, agreed):
        review_budget(budget=one, officer=demo_officer("reviewer"), at=at)
    record_resolution(
        budget=counts,
        paper=f"云溪镇人大〔{on.year}〕3号",
        paper_on=on,
        on=on,
        officer=demo_officer("preparer"),
        at=at,
    )
    functional, economic, share, _note = SHARES[0]
    monthly = round_half_up(counts.resources * share / 1200)
    prepare_plan(
        book=counts.book,
        year=year,
        months=[PlannedMonth(functional, economic, place, monthly) for place in range(1, 4)],
        on=on,
        officer=demo_officer("clerk"),
        at=at,
    )


def prepared(township: Township, year: int, resources: Decimal, on: date, at: datetime) -> Budget:
    return prepare_budget(
        book=township.book,
        year=year,
        lines=[
            BudgetedLine(functional, economic, round_half_up(resources * share / 100), note)
            for functional, economic, share, note in SHARES
        ],
        resources=resources,
        on=on,
        officer=demo_officer("clerk"),
        at=at,
    )


def fill_purchases(townships: Sequence[Township], on: date, at: datetime) -> None:
    """Plan two purchases; award one and accept the first half of it."""
    for township, subject, amount in (
        (townships[1], "办公电脑", "39000.00"),
        (townships[0], "便民大厅桌椅", "48000.00"),
    ):
        bought = plan_procurement(
            township=township,
            unit=None,
            paid_from=from_budget(),
            wanted=WantedProcurement(subject=subject, planned=yuan(amount), functional="2010301", economic="30201"),
            on=on,
            officer=demo_officer("clerk"),
            at=at,
        )
    bought = review_procurement(procurement=bought, officer=demo_officer("reviewer"), at=at)
    bought = award_procurement(
        procurement=bought, award=SUPPLIER, on=on, officer=demo_officer("chief_accountant"), at=at
    )
    accept_delivery(
        procurement=bought,
        amount=yuan("23400.00"),
        paper="验收单1号",
        on=on,
        officer=demo_officer("reviewer"),
        at=at,
    )


def fill_orders(townships: Sequence[Township], year: int, on: date, at: datetime) -> None:
    """Let a plan wait for its township's head, and orders and a revenue plan for their approval.

    A fine stands and is set off by nobody yet.
    """
    special = draft_plan(
        township=townships[0],
        unit=None,
        account=SpecialAccountKind.TRANSFERS,
        item=None,
        wanted=WantedSpending(
            amount=yuan("12000.00"),
            purpose="村道维修",
            papers="合同一份、预算一份",
            payee_name="青岚路桥工程队",
            account_number="0710019900054321",
        ),
        on=on,
        officer=demo_officer("clerk"),
        at=at,
    )
    review_plan(plan=special, officer=demo_officer("reviewer"), at=at)
    propose_prize(
        award="综合考核",
        year=on.year,
        rank=1,
        township=townships[0],
        post="",
        wage_grades=0,
        amount=yuan("8000.00"),
        paper="表彰决定〔2026〕5号",
        officer=demo_officer("preparer"),
        at=at,
    )
    record_receipt(
        received_on=on - timedelta(days=DAYS_SINCE_RECEIPT),
        purpose="农村危房改造补助",
        project="",
        amount=yuan("60000.00"),
        paper="财社〔2026〕88号",
        parts=[
            Part(townships[0], SpecialAccountKind.TRANSFERS, None, yuan("36000.00")),
            Part(townships[1], SpecialAccountKind.TRANSFERS, None, yuan("24000.00")),
        ],
        officer=demo_officer("preparer"),
        at=at,
    )
    propose_plan(
        township=townships[0],
        year=year,
        proposal=Proposal(
            [yuan("5200000.00"), yuan("5600000.00"), yuan("6000000.00")], yuan("6.00"), "新增企业投产", yuan("50.00")
        ),
        officer=demo_officer("clerk"),
        at=at,
    )
    items = open_items(
        township=townships[1],
        account=SpecialAccountKind.TRANSFERS,
        names=["村级组织运转", "农村公路养护"],
        on=on,
        officer=demo_officer("preparer"),
        at=at,
    )
    propose_allocation(
        item=items[0],
        taken_from=unassigned_account(items[0]),
        amount=yuan("300000.00"),
        paper="财预〔2026〕41号",
        officer=demo_officer("preparer"),
        at=at,
    )
    impose_fine(
        township=townships[3],
        year=on.year,
        kind=AppraisalKind.OVERALL,
        matter="",
        place_from_last=1,
        paper="考核通报〔2026〕2号",
        on=on,
        officer=demo_officer("preparer"),
        at=at,
    )
