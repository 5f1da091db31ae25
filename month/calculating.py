"""Compute the rows of a clerk's file by one pay rule, for a unit to declare what comes out.

The monthly run pays what units declare. A few rules of pay are theirs to apply before that: RULES has
each with the columns that it asks for, and what becomes of its result.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imports.layouts import Layout
from ledger.models import Officer
from ledger.money import ZERO, in_full
from ledger.policies import Policy
from ledger.posts import require_post
from ledger.refusals import OfficerMayNot
from month.back_pay_differences import back_pay_differences
from month.fact_sheets import (
    Answer,
    Bonuses,
    ContributionPay,
    Costs,
    FactFault,
    FactRow,
    FactSheet,
    FactsRefused,
    NewAmounts,
    PostsHeld,
    Scores,
    VillageCadres,
    YearsOfWork,
    read_facts,
    seen_twice,
)
from month.writing import record_reading
from payouts.policy import payout_policies
from payouts.rules.contributions import (
    BaseBounds,
    Rates,
    base_bounds,
    contribution_base,
    contribution_rates,
    employer_part,
    personal_part,
)
from payouts.rules.cost_sharing import contract_staff_shares, share_cost
from payouts.rules.income_tax import bonus_bracket, bonus_table, bonus_tax
from payouts.rules.pay_items import read_pay_items
from payouts.rules.post_allowances import NobodyScored, PostHeld, allowance_due, end_of_term, post_term, share_by_score
from payouts.rules.thirteenth_month import (
    ThirteenthReason,
    YearOfWork,
    thirteenth_month,
    thirteenth_rule,
)
from payouts.rules.village_pay import village_floor_share, village_pay

REASON, REFERENCE = "原因", "依据"
# What an appraisal says that earns no 13th month; what earns one is policy.
LOW_APPRAISALS = frozenset({"基本称职", "基本合格", "不称职", "不合格", "不定等次", "未定等次", "未考核"})
THIRTEENTH_REASONS: Mapping[ThirteenthReason, object] = {
    ThirteenthReason.FULL: gettext_lazy("A whole month of basic pay."),
    ThirteenthReason.GRADED_IN_SECOND_HALF: gettext_lazy("Graded in the second half of the year: {share}."),
    ThirteenthReason.RETIRED_IN_YEAR: gettext_lazy("Retired in the year: {months} of 12 months."),
    ThirteenthReason.APPRAISAL_TOO_LOW: gettext_lazy("The appraisal does not earn it."),
    ThirteenthReason.NOT_GRADED: gettext_lazy("Not graded by the end of the year."),
    ThirteenthReason.RETIRED_BEFORE: gettext_lazy("Retired before the year."),
}
SCORE_REFERENCE = "S0-2: 以岗定责、以责定分、以分定酬 (G08)"
PAYERS = {"DISTRICT": "区级承担", "TOWNSHIP": "乡镇承担"}
# No unemployment insurance is withheld from them (domain 5.2).
WITHOUT_UNEMPLOYMENT = frozenset({"公务员", "机关工人"})


class Computes(Protocol):
    """A rule over the rows of a file, under the policies of a month."""

    def __call__(self, *, sheet: FactSheet, month: date) -> Answer:
        """Return the answer.

        :raises FactsRefused: with every row that cannot be computed
        """


@dataclass(frozen=True, slots=True)
class PayRule:
    """A rule: its name, the columns it asks for, and where its result is declared.

    ``act`` is the act of an officer who may run it, because it reads payslips; '' where it reads none.
    """

    name: object
    layout: type[Layout]
    compute: Computes
    declared: object
    act: str = ""


def pay_by_rule(
    *, rule: str, file: tuple[str, bytes], month: date, taken_as: str, clerk: Officer | None, at: datetime
) -> Answer:
    """Compute a file, its name and its bytes, by a rule; ``clerk`` reads payslips, if any.

    ``taken_as`` is the name under which the answer is taken away. Nothing of the file is kept.

    :raises FactsRefused: with every row that cannot be computed
    :raises FileUnreadable: if the file cannot be read
    :raises NoValue: if a policy of the rule does not hold for the month
    :raises OfficerMayNot: if the rule reads payslips and the officer may not
    """
    chosen = RULES[rule]
    if chosen.act:
        if clerk is None:
            raise OfficerMayNot("officer_holds_the_post", {"act": chosen.act})
        require_post(clerk, chosen.act)
    name, content = file
    sheet = read_facts(file=name, content=content, layout=chosen.layout, month=month)
    if clerk is not None:
        # Before they are read: a refusal tells of them too.
        record_reading([f"pay_rule/{rule}", taken_as], month=month, officer=clerk, at=at)
    return chosen.compute(sheet=sheet, month=month)


def thirteenth_months(*, sheet: FactSheet, month: date) -> Answer:
    """Compute the 13th month of the year of a month (G16)."""
    rule = thirteenth_rule(policies=payout_policies(), year=month.year)
    known = rule.appraisals | LOW_APPRAISALS | {""}
    refuse(
        *seen_twice(sheet.rows),
        *(
            row.fault("考核结果", _("This appraisal is not known. Known are: {words}.").format(words=listed(known)))
            for row in sheet.rows
            if row["考核结果"] not in known
        ),
    )
    reference = reference_on(date(month.year, 12, 31), "thirteenth_month")
    lines = []
    for row in sheet.rows:
        retired_on = row.day_if_any("退休日期")
        work = YearOfWork(row.amount("基本工资"), row["考核结果"], row.day_if_any("定级日期"), retired_on)
        due = thirteenth_month(year=month.year, work=work, rule=rule)
        reason = str(THIRTEENTH_REASONS[due.reason]).format(
            share=percent(rule.second_half_share), months=retired_on.month if retired_on else ""
        )
        lines.append([*row.shown, due.amount, reason, reference])
    return Answer([*sheet.headings, "年终一次性奖金", REASON, REFERENCE], lines)


def bonus_taxes(*, sheet: FactSheet, month: date) -> Answer:
    """Compute the separate tax on yearly bonuses, one for a person."""
    refuse(*seen_twice(sheet.rows))
    table = bonus_table(policies=payout_policies(), month=month)
    reference = reference_on(month, "tax/bonus_table")
    lines = []
    for row in sheet.rows:
        bonus = row.amount("年终一次性奖金")
        tax, bracket = bonus_tax(bonus=bonus, table=table), bonus_bracket(bonus=bonus, table=table)
        reason = _("By a twelfth of the bonus: {rate}, less {deduction}.").format(
            rate=percent(bracket.rate), deduction=in_full(bracket.quick_deduction)
        )
        lines.append([*row.shown, tax, bonus - tax, reason, reference])
    return Answer([*sheet.headings, "单独计税税额", "税后金额", REASON, REFERENCE], lines)


def score_pay(*, sheet: FactSheet, month: date) -> Answer:  # noqa: ARG001 no dated value is needed
    """Share the fund of each unit in proportion to scores (G08)."""
    units = by_column(sheet.rows, "单位编码")
    shares: dict[int, tuple[Decimal, Decimal]] = {}
    faults = [*seen_twice(sheet.rows)]
    for rows in units.values():
        scores = [row.amount("得分") for row in rows]
        below = [row for row, score in zip(rows, scores, strict=True) if score < 0]
        faults += [row.fault("得分", _("A score is not below zero.")) for row in below]
        others = [row for row in rows if row["奖金总额"] != rows[0]["奖金总额"]]
        said = _("The unit has another fund in row {row}. Write the same.").format(row=rows[0].number)
        faults += [row.fault("奖金总额", said) for row in others]
        if below or others:
            continue
        try:
            parts = share_by_score(fund=rows[0].amount("奖金总额"), scores=scores)
        except NobodyScored:
            faults.append(rows[0].fault("得分", _("Nobody of the unit has a score, so nobody can have the fund.")))
            continue
        whole = sum(scores, ZERO)
        shares |= {row.number: (part, whole) for row, part in zip(rows, parts, strict=True)}
    refuse(*faults)
    lines = []
    for row in sheet.rows:
        part, whole = shares[row.number]
        reason = _("{score} of {whole} points.").format(score=plain(row.amount("得分")), whole=plain(whole))
        lines.append([*row.shown, part, reason, SCORE_REFERENCE])
    return Answer([*sheet.headings, "应发奖金", REASON, REFERENCE], lines)


def post_allowances(*, sheet: FactSheet, month: date) -> Answer:
    """Compute the allowance of each post held, one for a person (G08); a row is a post."""
    term = post_term(policies=payout_policies(), month=month)
    reference = reference_on(month, "post_term")
    paid: dict[str, FactRow] = {}
    faults: list[FactFault] = []
    lines = []
    for row in sheet.rows:
        post = PostHeld(row.day("任职日期"), row.day_if_any("免职日期"))
        if post.ended_on and post.ended_on < post.given_on:
            faults.append(row.fault("免职日期", _("The post ends before it was given.")))
        amount, reason = row.amount("待遇标准"), post_reason(post, month, term)
        due = allowance_due(month=month, amount=amount, posts=[post], term_years=term)
        if due:
            above = paid.setdefault(row["身份证号"], row)
            if above["待遇标准"] != row["待遇标准"]:
                said = _("In row {row} the person holds another post with another allowance. Leave one of them.")
                faults.append(row.fault("待遇标准", said.format(row=above.number)))
            elif above is not row:
                due, reason = ZERO, _("Paid once for both posts, in row {row}.").format(row=above.number)
        lines.append([*row.shown, due, reason, reference])
    refuse(*faults)
    return Answer([*sheet.headings, "应发待遇", REASON, REFERENCE], lines)


def post_reason(post: PostHeld, month: date, term: int) -> str:
    """Return in words why a post brings its allowance in a month, or why not."""
    end = end_of_term(post.given_on, term)
    if post.given_on > month:
        return _("Given on {day}: counts from the first of the next month.").format(day=post.given_on)
    if post.ended_on and post.ended_on <= month:
        return _("The post ended on {day}, and the allowance with it.").format(day=post.ended_on)
    if end <= month:
        return _("The term of {years} years ended on {day}; no new post renews it.").format(years=term, day=end)
    return _("The post was held on the first of the month.")


def village_pays(*, sheet: FactSheet, month: date) -> Answer:
    """Compute the pay of village cadres, not below the floor (G14)."""
    refuse(*seen_twice(sheet.rows))
    share = village_floor_share(policies=payout_policies(), month=month)
    reference = reference_on(month, "village_pay_floor")
    lines = []
    for row in sheet.rows:
        pay = village_pay(agreed=row.amount("约定报酬"), head_pay=row.amount("村正职报酬"), floor_share=share)
        reason = (
            _("Raised to {share} of the village head's pay.") if pay.top_up else _("As agreed: not below {share}.")
        ).format(share=percent(share))
        lines.append([*row.shown, pay.floor, pay.top_up, pay.amount, reason, reference])
    return Answer([*sheet.headings, "最低报酬", "补足金额", "应发报酬", REASON, REFERENCE], lines)


def shared_costs(*, sheet: FactSheet, month: date) -> Answer:
    """Split the costs of contract staff among their payers (G13)."""
    shares = contract_staff_shares(policies=payout_policies(), month=month)
    heads = {payer: PAYERS.get(payer, payer) for payer in shares.percent}
    reference = reference_on(month, "contract_staff_sharing")
    said = "、".join(f"{heads[payer]} {plain(share)}%" for payer, share in shares.percent.items())
    reason = _("{shares}; an odd fen: {payer}.").format(shares=said, payer=heads[shares.odd_fen_to])
    lines = []
    for row in sheet.rows:
        parts = share_cost(whole=row.amount("金额"), shares=shares)
        lines.append([*row.shown, *(parts[payer] for payer in heads), reason, reference])
    return Answer([*sheet.headings, *heads.values(), REASON, REFERENCE], lines)


def contributions(*, sheet: FactSheet, month: date) -> Answer:
    """Compute contribution bases within their bounds, and from them both parts of each contribution."""
    refuse(*seen_twice(sheet.rows))
    policies = payout_policies()
    names = {item.code: item.name for item in read_pay_items(policies["pay_items"].value_on(month)).values()}
    rates = contribution_rates(policies=policies, month=month)
    rated = [rates[code] for code in names if code in rates and rates[code].personal is not None]
    bounds = base_bounds(policies=policies, month=month)
    used = [policies["mean_pay"], policies["contribution_base"], *policies.under("contributions")]
    reference = references_on(month, used)
    lines = []
    for row in sheet.rows:
        pay = row.amount("上年月平均工资")
        base = contribution_base(pay=pay, bounds=bounds)
        personal = [personal_of(row, base, rate) for rate in rated]
        # As the monthly run does: from the person's part that is declared.
        employer = [employer_part(personal=part, rates=rate) for part, rate in zip(personal, rated, strict=True)]
        lines.append([*row.shown, base, *personal, *employer, base_reason(row, pay, bounds), reference])
    items = [names[rate.item] for rate in rated]
    heads = ["缴费基数", *items, *(f"单位{item}" for item in items)]
    return Answer([*sheet.headings, *heads, REASON, REFERENCE], lines)


def personal_of(row: FactRow, base: Decimal, rate: Rates) -> Decimal:
    if rate.item == "UNEMPLOYMENT" and row["人员类别"] in WITHOUT_UNEMPLOYMENT:
        return ZERO
    return personal_part(base=base, rates=rate)


def base_reason(row: FactRow, pay: Decimal, bounds: BaseBounds) -> str:
    said = [_("The base is last year's mean pay.")]
    if pay < bounds.floor:
        said = [_("The base is raised to the floor {floor}.").format(floor=in_full(bounds.floor))]
    if pay > bounds.cap:
        said = [_("The base is held to the cap {cap}.").format(cap=in_full(bounds.cap))]
    if row["人员类别"] in WITHOUT_UNEMPLOYMENT:
        said.append(_("No unemployment insurance for {kind}.").format(kind=row["人员类别"]))
    return " ".join(said)


RULES: Mapping[str, PayRule] = {
    "thirteenth_month": PayRule(
        gettext_lazy("13th month"),
        YearsOfWork,
        thirteenth_months,
        gettext_lazy("Declare 年终一次性奖金 in the pay item 奖金."),
    ),
    "bonus_tax": PayRule(
        gettext_lazy("Tax on a yearly bonus"),
        Bonuses,
        bonus_taxes,
        gettext_lazy("To compare only: what is declared in 奖金 is taxed with the wages of the year."),
    ),
    "score_pay": PayRule(
        gettext_lazy("Pay by score"), Scores, score_pay, gettext_lazy("Declare 应发奖金 in the pay item 奖金.")
    ),
    "post_allowance": PayRule(
        gettext_lazy("Allowance of a post"),
        PostsHeld,
        post_allowances,
        gettext_lazy("Declare 应发待遇 in the pay item 津贴补贴."),
    ),
    "village_pay": PayRule(
        gettext_lazy("Pay of village cadres"),
        VillageCadres,
        village_pays,
        gettext_lazy("Pay 应发报酬; 补足金额 is what of it lifts the agreed pay to the floor."),
    ),
    "cost_sharing": PayRule(
        gettext_lazy("Costs of contract staff"),
        Costs,
        shared_costs,
        gettext_lazy("Each payer declares or claims its own share."),
    ),
    "back_pay": PayRule(
        gettext_lazy("Back pay and pay taken back"),
        NewAmounts,
        back_pay_differences,
        gettext_lazy("Declare the sums of each person in 补发金额 and 补扣金额; the new amount in its own item."),
        act="payouts.stage_file",
    ),
    "contributions": PayRule(
        gettext_lazy("Bases and parts of contributions"),
        ContributionPay,
        contributions,
        gettext_lazy("Declare the parts of the persons in their pay items; 住房公积金 as it was agreed."),
    ),
}


def refuse(*faults: FactFault) -> None:
    """Check that there are none.

    :raises FactsRefused: if there are
    """
    if faults:
        raise FactsRefused(faults)


def by_column(rows: Iterable[FactRow], column: str) -> Mapping[str, Sequence[FactRow]]:
    together: dict[str, list[FactRow]] = defaultdict(list)
    for row in rows:
        together[row[column]].append(row)
    return together


def reference_on(on: date, name: str) -> str:
    return references_on(on, [payout_policies()[name]])


def references_on(on: date, policies: Iterable[Policy]) -> str:
    """Return the references of policies on a day, each with the day from which its value holds."""
    held = [policy.dated_on(on) for policy in policies]
    return "; ".join(f"{dated.reference} [{dated.effective_from}]" for dated in held)


def percent(share: Decimal) -> str:
    return f"{plain(share * 100)}%"


def plain(number: Decimal) -> str:
    """Return a number without zeros at its end."""
    return f"{number.normalize():f}"


def listed(words: Iterable[str]) -> str:
    return "、".join(sorted(filter(None, words)))
