"""Differences against closed months: what people were paid by our payslips, and owed as it is known now.

For each person and pay item of a file, the months that count are those from the earliest day of effect
up to the month of the run:

* Of a released month with a payslip of the person, its pay item says what was paid. It stands for every
  day of that month that the file says nothing about, for a payslip holds the whole month's amount.
* Of a month before the person's first payslip with us, the column 原金额 says what was paid.
* A released month in which the person had no payslip is left out, and the answer names it.
* A month that is not released yet is refused: its own pay items take the new amount.

Payslips hold 补发金额 and 补扣金额 by person, not by item and month. Where there are any since the earliest
month, the file has to say in 已补发金额 and 已补扣金额 what of them was for this item, so that nothing is
settled twice.
"""

import calendar
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from ledger.money import ZERO
from month.fact_sheets import Answer, FactFault, FactRow, FactSheet, FactsRefused, Said
from payouts.facts import RELEASED, rows_of
from payouts.policy import payout_policies
from payouts.rules.back_pay import BackPay, ClosedMonth, KnownValue, Wage, back_pay
from payouts.rules.pay_items import ItemKind, PayItem, TaxKind, read_pay_items

SETTLING = ("BACK_PAY", "TAKEN_BACK")
HEADINGS = (
    *("身份证号", "姓名", "工资项目", "月份", "已发金额", "应发金额", "差额"),
    *("补发金额", "补扣金额", "原因", "依据"),
)
BASIS = "按日历天数折算，以知悉日为准，差额在当月补发、补扣（已发放月份不重算）"
PAID = """
SELECT p.id_number, r.month, coalesce(i.item, ''), sum(coalesce(i.amount, 0))
  FROM payouts_run r JOIN payouts_payslip s ON s.run_id = r.id AND s.edition = r.edition
  JOIN payouts_person p ON p.id = s.person_id
  LEFT JOIN payouts_payslipitem i ON i.payslip_id = s.id
 WHERE r.month < %s AND r.status = ANY(%s) AND p.id_number = ANY(%s)
 GROUP BY 1, 2, 3
"""
Slips = Mapping[date, Mapping[str, Decimal]]  # by month, then by item code


class Story(NamedTuple):
    """What a file says about one item of one person, and what the months of before hold."""

    rows: Sequence[FactRow]
    item: PayItem
    slips: Slips
    first: date
    released: frozenset[date]

    @property
    def person(self) -> tuple[str, str]:
        return self.rows[0]["身份证号"], self.rows[0]["姓名"]

    def said_once(self, column: str) -> str:
        """Return what the rows say in a column that is about all of them."""
        return next((row[column] for row in self.rows if row[column]), "")


class Settled(NamedTuple):
    """The differences of one story, what is left to settle of them, and the months that are left out."""

    story: Story
    differences: BackPay
    left_out: Sequence[date]
    back_pay: Decimal
    taken_back: Decimal


def back_pay_differences(*, sheet: FactSheet, month: date) -> Answer:
    """Compare what closed months paid by item with what the file makes them owe, by the end of a month.

    The lines are those of the months that differ, and after them one of the sums for each person; an
    item that is not taxed has a sum of its own, because 补发金额 is.

    :raises FactsRefused: with every row that cannot be compared
    """
    items = {item.name: item for item in read_pay_items(payout_policies()["pay_items"].value_on(month)).values()}
    faults = [fault for row in sheet.rows for fault in faults_of(row, items, month)]
    if faults:
        raise FactsRefused(faults)
    stories = stories_of(sheet.rows, items, month)
    faults = [fault for story in stories for fault in faults_of_story(story, month)]
    if faults:
        raise FactsRefused(faults)
    return Answer(HEADINGS, list(lines_of([settle(story, month) for story in stories])))


def faults_of(row: FactRow, items: Mapping[str, PayItem], month: date) -> Iterator[FactFault]:
    item = items.get(row["工资项目"])
    if item is None or item.kind is not ItemKind.EARNING:
        yield row.fault("工资项目", _("Back pay is of earnings; this item is none."))
    if row.day("知悉日期") > end_of(month):
        yield row.fault("知悉日期", _("It becomes known after the month. Leave the row for that month."))


def stories_of(rows: Sequence[FactRow], items: Mapping[str, PayItem], month: date) -> list[Story]:
    """Return what the rows say by person and item, in the order of the file."""
    together: dict[tuple[str, str], list[FactRow]] = defaultdict(list)
    for row in rows:
        together[row["身份证号"], row["工资项目"]].append(row)
    slips = slips_of([person for person, _item in together], month)
    released = frozenset(
        day
        for (day,) in rows_of(
            "SELECT month FROM payouts_run WHERE purpose = 'PAYROLL' AND status = ANY(%s)", list(RELEASED)
        )
    )
    return [
        Story(
            rows=said,
            item=items[item],
            slips=slips.get(person, {}),
            first=min(row.day("生效日期") for row in said).replace(day=1),
            released=released,
        )
        for (person, item), said in together.items()
    ]


def slips_of(people: Sequence[str], month: date) -> Mapping[str, Slips]:
    """Return what people were paid in the released months before a month."""
    found: dict[str, dict[date, dict[str, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    for person, paid_for, item, amount in rows_of(PAID, month, list(RELEASED), list(people)):
        found[person][paid_for][item] = amount
    return found


def faults_of_story(story: Story, month: date) -> Iterator[FactFault]:
    """Yield why the months of a story cannot be compared."""
    row = story.rows[0]
    closed = months_between(story.first, month)
    if not closed:
        yield row.fault("生效日期", _("No closed month is concerned. Declare the new amount itself."))
    before = [one for one in closed if is_before_us(story, one)]
    if before and not story.said_once("原金额"):
        reason = _("We have no payslip of the person for {months}. Write what each of them paid in 原金额.")
        yield row.fault("原金额", reason.format(months=named(before)))
    waiting = [one for one in closed if one not in story.released and one not in before]
    if waiting:
        reason = _("Not released yet: {months}. Declare the new amount there, or release it first.")
        yield row.fault("生效日期", reason.format(months=named(waiting)))
    for column in ("已补发金额", "已补扣金额"):
        if len({row[column] for row in story.rows if row[column]}) > 1:
            yield row.fault(column, _("The rows of one person and item say different amounts. Write the same."))
    settled_in = [one for one in closed if any(story.slips.get(one, {}).get(item) for item in SETTLING)]
    if settled_in and not (story.said_once("已补发金额") or story.said_once("已补扣金额")):
        reason = _("Payslips have settled something already: {months}. Write what of it was for this item, or 0.")
        yield row.fault("已补发金额", reason.format(months=named(settled_in)))


def settle(story: Story, month: date) -> Settled:
    """Compare the closed months of a story that has no fault."""
    old = Decimal(old_amount(story) or ZERO)
    closed, left_out = [], []
    for one in months_between(story.first, month):
        if is_before_us(story, one):
            closed.append(ClosedMonth(one, old))
        elif one in story.slips:
            closed.append(ClosedMonth(one, story.slips[one].get(story.item.code, ZERO)))
        else:
            left_out.append(one)
    # What was paid holds for the days that the file says nothing about: anything known rules over it.
    as_paid = [KnownValue(one, end_of(one) + timedelta(days=1), date.min, paid) for one, paid in closed]
    new = [KnownValue(row.day("生效日期"), None, row.day("知悉日期"), row.amount("新金额")) for row in story.rows]
    differences = back_pay(wage=Wage((*as_paid, *new)), closed=closed, known_by=end_of(month))
    back, taken = less_settled(
        differences.back_pay,
        differences.taken_back,
        Decimal(story.said_once("已补发金额") or ZERO),
        Decimal(story.said_once("已补扣金额") or ZERO),
    )
    return Settled(story, differences, left_out, back, taken)


def less_settled(
    back: Decimal, taken: Decimal, settled_back: Decimal, settled_taken: Decimal
) -> tuple[Decimal, Decimal]:
    """Return what is left to pay and to take back; what was settled too far goes the other way."""
    back, taken = back - settled_back, taken - settled_taken
    if back < 0:
        back, taken = ZERO, taken - back
    if taken < 0:
        back, taken = back - taken, ZERO
    return back, taken


def old_amount(story: Story) -> str:
    """Return what was paid before the service paid the person: that of the change that took effect first."""
    rows = sorted(story.rows, key=lambda row: (row.day("生效日期"), row.day("知悉日期")))
    return next((row["原金额"] for row in rows if row["原金额"]), "")


def lines_of(settled: Sequence[Settled]) -> Iterator[Sequence[Said]]:
    """Yield the lines of the answer, person by person."""
    people: dict[str, list[Settled]] = defaultdict(list)
    for one in settled:
        people[one.story.person[0]].append(one)
    for together in people.values():
        for one in together:
            yield from lines_of_months(one)
        taxed = [one for one in together if one.story.item.tax is TaxKind.TAXABLE]
        if taxed:
            yield line_of_sums(taxed, _("Declare it in 补发金额 and 补扣金额."))
        for one in together:
            if one not in taxed:
                yield line_of_sums([one], _("The item is not taxed: declare it in the item itself."))


def lines_of_months(settled: Settled) -> Iterator[Sequence[Said]]:
    story = settled.story
    for difference in settled.differences.differences:
        reason = _("Paid as 原金额 says.") if is_before_us(story, difference.month) else _("Paid by our payslip.")
        amounts = (difference.paid, difference.owed, difference.amount)
        yield (*story.person, story.item.name, f"{difference.month:%Y-%m}", *amounts, "", "", reason, BASIS)


def line_of_sums(settled: Sequence[Settled], where: str) -> Sequence[Said]:
    """Return the sums of some items of one person, with what has to be known of them."""
    said = [where]
    if not any(one.differences.differences for one in settled):
        said.append(_("No closed month differs."))
    if any(one.story.said_once("已补发金额") or one.story.said_once("已补扣金额") for one in settled):
        said.append(_("What was settled before is taken off."))
    left_out = sorted({month for one in settled for month in one.left_out})
    if left_out:
        said.append(_("Left out, as the person had no payslip: {months}.").format(months=named(left_out)))
    items = "、".join(one.story.item.name for one in settled)
    back, taken = sum((one.back_pay for one in settled), ZERO), sum((one.taken_back for one in settled), ZERO)
    return (*settled[0].story.person, items, "合计", "", "", "", back, taken, " ".join(said), BASIS)


def is_before_us(story: Story, month: date) -> bool:
    """Return whether a month is before the first one in which we paid the person."""
    return not story.slips or month < min(story.slips)


def months_between(first: date, before: date) -> list[date]:
    """Return the first days of the months from one up to another, which is not among them."""
    months = []
    while first < before:
        months.append(first)
        first = end_of(first) + timedelta(days=1)
    return months


def end_of(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def named(months: Sequence[date]) -> str:
    return "、".join(f"{month:%Y-%m}" for month in months)
