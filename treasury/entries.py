"""Every debit and credit that district and township money can cause: the journals J1 to J24.

Pure functions from amounts to entries, one for each journal of the posting table. ``Codes`` says
under which account codes a regime and its books keep what the journals speak of, so the journals
are keyed by regime and written once. A ``Mirrored`` pair is posted as one event in both books.

Because ownership of swept revenue stays with the township (三权不变), the sweep is 往来, not 上解.
Rule texts: 长春市双阳区 区对乡财政管理体制, 2004; accounts: 财库〔2015〕192号.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ledger.entries import Entry, credit, debit, in_red, without_zeros

GENERAL = "111"  # 一般公共预算资金
EXTRA_BUDGETARY = "2"  # 财政专户管理资金


@dataclass(frozen=True, slots=True)
class DistrictCodes:
    """Account codes of the district's book for dealings with one township."""

    cash: str  # 国库存款
    special_cash: str  # 其他财政存款
    annual: str  # 与下级往来-{乡}-年度资金调度
    historic: str  # 与下级往来-{乡}-历史欠款
    receivable: str  # 其他应收款
    withheld: str  # 其他应付款-代扣
    employer: str  # 其他应付款-单位缴费
    returned: str  # 其他应付款-退汇待付
    other_payable: str  # 其他应付款-其他
    income: str  # 一般公共预算本级收入
    special_income: str  # 财政专户管理资金收入
    expense: str  # 一般公共预算本级支出
    subsidy_income: str  # 补助收入
    remittance_income: str  # 上解收入
    subsidy_expense: str  # 补助支出
    transferred_in: str  # 调入资金
    transferred_out: str  # 调出资金


@dataclass(frozen=True, slots=True)
class TownshipCodes:
    """Account codes of a township's book."""

    receipts: str  # 国库存款-乡级金库, receipt-only
    disbursements: str  # 其他财政存款-支出分户, disbursement-only
    extra_budgetary: str  # 其他财政存款-预算外分户
    transfers: str  # 其他财政存款-转移支付专户
    agricultural_tax: str  # 其他财政存款-农业税专户
    annual: str  # 与上级往来-年度资金调度
    historic: str  # 与上级往来-历史欠款
    income: str  # 一般公共预算本级收入
    special_income: str  # 财政专户管理资金收入
    expense: str  # 一般公共预算本级支出
    special_expense: str  # 财政专户管理资金支出
    subsidy_income: str  # 补助收入
    remittance_expense: str  # 上解支出
    surplus: str  # 一般公共预算结转结余


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of both books of a pair."""

    district: DistrictCodes
    township: TownshipCodes


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What one event posts: entries of the township's book, and of the district's; either may be empty."""

    township: Sequence[Entry] = ()
    district: Sequence[Entry] = ()

    def in_red(self) -> "Mirrored":
        """Return the same entries as a correction: same sides, negative amounts."""
        return Mirrored(township=in_red(self.township), district=in_red(self.district))


@dataclass(frozen=True, slots=True)
class Classes:
    """What a spending line is for; each part may be left out."""

    functional: str | None = None
    economic: str | None = None
    project: str | None = None
    unit: str | None = None
    counterparty: str | None = None

    def on(self, entry: Entry) -> Entry:
        return replace(
            entry,
            functional=self.functional,
            economic=self.economic,
            project=self.project,
            unit=self.unit,
            counterparty=self.counterparty,
        )


UNCLASSIFIED = Classes()


def pair(debited: str, credited: str, amount: Decimal, *, fund: str = GENERAL) -> tuple[Entry, ...]:
    """Return one debit and one credit of the same amount; nothing if the amount is zero."""
    return without_zeros((debit(debited, amount, fund=fund), credit(credited, amount, fund=fund)))


def collect_revenue(codes: Codes, amount: Decimal, *, income_class: str | None = None) -> Mirrored:
    """J1: revenue enters the township's receipt-only account (F10)."""
    entries = [
        debit(codes.township.receipts, amount, fund=GENERAL),
        replace(credit(codes.township.income, amount, fund=GENERAL), functional=income_class),
    ]
    return Mirrored(township=without_zeros(entries))


def sweep(codes: Codes, amount: Decimal) -> Mirrored:
    """J2: the receipt-only account is emptied into the district treasury (F13); it stays the township's (F07)."""
    return Mirrored(
        township=pair(codes.township.annual, codes.township.receipts, amount),
        district=pair(codes.district.cash, codes.district.annual, amount),
    )


def spend_through_district(codes: Codes, amount: Decimal, classes: Classes = UNCLASSIFIED) -> Mirrored:
    """J3, J5, J14: the district pays out of its treasury for the township.

    Payroll (J3), the same when the month is short and the current account turns to the township
    owing (J5, F16), and procurement paid to the supplier (J14, F24).
    """
    entries = pair(codes.township.expense, codes.township.annual, amount)
    return Mirrored(
        township=(classes.on(entries[0]), *entries[1:]) if entries else (),
        district=pair(codes.district.annual, codes.district.cash, amount),
    )


def ordinary_return(codes: Codes, amount: Decimal) -> Mirrored:
    """J4: what is left after the payroll goes to the disbursement-only account (F17)."""
    return Mirrored(
        township=pair(codes.township.disbursements, codes.township.annual, amount),
        district=pair(codes.district.annual, codes.district.cash, amount),
    )


def settle_surplus(codes: Codes, *, rebate: Decimal, withheld: Decimal) -> Mirrored:
    """J6a: the local part of the over-collection is returned, less what is withheld for old debt (F18, F19)."""
    return rebated(
        codes, rebate=rebate, withheld=withheld, given_by=codes.district.annual, taken_as=codes.township.annual
    )


def settle_surplus_as_subsidy(codes: Codes, *, rebate: Decimal, withheld: Decimal) -> Mirrored:
    """J6b: the same, where the excess had become district revenue and comes back as a subsidy."""
    return rebated(
        codes,
        rebate=rebate,
        withheld=withheld,
        given_by=codes.district.subsidy_expense,
        taken_as=codes.township.subsidy_income,
    )


def rebated(codes: Codes, *, rebate: Decimal, withheld: Decimal, given_by: str, taken_as: str) -> Mirrored:
    """Return a rebate of which a part is withheld: the rest is paid, the old debt falls by what is withheld."""
    returned = rebate - withheld
    return Mirrored(
        township=without_zeros(
            (
                debit(codes.township.disbursements, returned, fund=GENERAL),
                debit(codes.township.historic, withheld, fund=GENERAL),
                credit(taken_as, rebate, fund=GENERAL),
            )
        ),
        district=without_zeros(
            (
                debit(given_by, rebate, fund=GENERAL),
                credit(codes.district.cash, returned, fund=GENERAL),
                credit(codes.district.historic, withheld, fund=GENERAL),
            )
        ),
    )


def keep_upper_part(codes: Codes, amount: Decimal) -> Mirrored:
    """J6c: the part of the over-collection that is not retained locally goes up."""
    return Mirrored(
        township=pair(codes.township.remittance_expense, codes.township.annual, amount),
        district=pair(codes.district.annual, codes.district.remittance_income, amount),
    )


def record_old_debt(codes: Codes, amount: Decimal) -> Mirrored:
    """J7: an old debt to the district is recorded (F04)."""
    return Mirrored(
        township=pair(codes.township.remittance_expense, codes.township.historic, amount),
        district=pair(codes.district.historic, codes.district.remittance_income, amount),
    )


def transfer_to_special_account(codes: Codes, account: str, amount: Decimal) -> Mirrored:
    """J8: a transfer payment reaches the township's special account (F21)."""
    return Mirrored(
        township=pair(account, codes.township.subsidy_income, amount),
        district=pair(codes.district.subsidy_expense, codes.district.cash, amount),
    )


def receive_for_purpose(codes: DistrictCodes, amount: Decimal, *, project: str | None = None) -> tuple[Entry, ...]:
    """J8, first half: money from above for a named purpose reaches the district's treasury (G09, G12)."""
    cash, income = pair(codes.cash, codes.subsidy_income, amount)
    return cash, replace(income, project=project)


def hand_on(codes: Codes, account: str, amount: Decimal, *, project: str | None = None) -> Mirrored:
    """J8 for one purpose: its part goes on to a special account of a township (G09, G10, G12)."""
    whole = transfer_to_special_account(codes, account, amount)
    named = Classes(project=project)
    return Mirrored(
        township=tuple(
            named.on(entry) if entry.account == codes.township.subsidy_income else entry for entry in whole.township
        ),
        district=tuple(
            named.on(entry) if entry.account == codes.district.subsidy_expense else entry for entry in whole.district
        ),
    )


def allocate_to_item(*, unassigned: str, item: str, amount: Decimal) -> Mirrored:
    """F21: money that no item was named for goes into one; the only way between leaves of a special account."""
    return Mirrored(township=pair(item, unassigned, amount))


def spend_from_special_account(
    codes: Codes, account: str, amount: Decimal, classes: Classes = UNCLASSIFIED
) -> Mirrored:
    """J9, J13, J18: an earmarked item, a claim or back pay is paid from an account of the township."""
    entries = pair(codes.township.expense, account, amount)
    return Mirrored(township=(classes.on(entries[0]), *entries[1:]) if entries else ())


@dataclass(frozen=True, slots=True)
class SpendingLine:
    """One purpose that a release pays for."""

    amount: Decimal
    classes: Classes = UNCLASSIFIED


def pay_release(codes: Codes, lines: Sequence[SpendingLine], *, account: str, fund: str) -> Mirrored:
    """J9, J13, J14, J18, J24: a release leaves an account of the township; '' is the district's treasury (J14)."""
    whole = sum((line.amount for line in lines), Decimal("0.00"))
    spent = codes.township.special_expense if fund == EXTRA_BUDGETARY else codes.township.expense
    spending = [line.classes.on(debit(spent, line.amount, fund=fund)) for line in lines]
    return Mirrored(
        township=without_zeros([*spending, credit(account or codes.township.annual, whole, fund=fund)]),
        district=() if account else pair(codes.district.annual, codes.district.cash, whole, fund=fund),
    )


def collect_fee(codes: Codes, amount: Decimal) -> Mirrored:
    """J10: a fee enters the extra-budgetary account (F23)."""
    entries = pair(codes.township.extra_budgetary, codes.township.special_income, amount, fund=EXTRA_BUDGETARY)
    return Mirrored(township=entries)


def share_fee(codes: Codes, amount: Decimal) -> Mirrored:
    """J11: the fiscal share (财政分成) of fees goes to the district."""
    return Mirrored(
        township=pair(codes.township.special_expense, codes.township.extra_budgetary, amount, fund=EXTRA_BUDGETARY),
        district=pair(codes.district.special_cash, codes.district.special_income, amount, fund=EXTRA_BUDGETARY),
    )


def spend_extra_budgetary(codes: Codes, amount: Decimal, classes: Classes = UNCLASSIFIED) -> Mirrored:
    """J12, J13, J24: the upward part of fees, a claim, or procurement from the extra-budgetary account."""
    entries = pair(codes.township.special_expense, codes.township.extra_budgetary, amount, fund=EXTRA_BUDGETARY)
    return Mirrored(township=(classes.on(entries[0]), *entries[1:]) if entries else ())


def set_off_fine(codes: Codes, amount: Decimal) -> Mirrored:
    """J15: a fine is set off against what the township is due (G11)."""
    return Mirrored(
        township=pair(codes.township.expense, codes.township.annual, amount),
        district=pair(codes.district.annual, codes.district.other_payable, amount),
    )


def return_claim_payment(codes: Codes, account: str, amount: Decimal, *, fund: str = GENERAL) -> Mirrored:
    """J16c: the bank returned the payment of a claim; red on both sides of what it corrects."""
    spent = codes.township.special_expense if fund == EXTRA_BUDGETARY else codes.township.expense
    return Mirrored(township=in_red(pair(spent, account, amount, fund=fund)))


def advance_becomes_old_debt(codes: Codes, amount: Decimal) -> Mirrored:
    """J19: at year-end an advance still open moves from 年度资金调度 to 历史欠款."""
    return Mirrored(
        township=pair(codes.township.annual, codes.township.historic, amount),
        district=pair(codes.district.historic, codes.district.annual, amount),
    )


def move_between_funds(
    *, cash: str, transferred_out: str, transferred_in: str, from_fund: str, to_fund: str, amount: Decimal
) -> tuple[Entry, ...]:
    """J23: money moves from one fund to another in one voucher of one book, each fund balanced."""
    return (
        *pair(transferred_out, cash, amount, fund=from_fund),
        *pair(cash, transferred_in, amount, fund=to_fund),
    )


def with_budget_record(entries: Sequence[Entry], parallel: Mapping[str, str]) -> tuple[Entry, ...]:
    """Return the entries with the lines of the budget record behind them (平行记账).

    ``parallel`` maps a financial account to its budget account, or to ``fund:code|fund:code``. An
    event with an account that has none is not part of the budget record; lines that would stand
    on both sides of one budget account cancel out; red entries have red budget lines.
    """
    if not all(budget_code(parallel, entry) for entry in entries):
        return tuple(entries)
    if all(entry.amount < 0 for entry in entries):
        black = with_budget_record(in_red(entries), parallel)
        return in_red(black)
    nets: dict[Entry, Decimal] = {}
    for entry in entries:
        key = replace(entry, account=budget_code(parallel, entry), side="D", amount=Decimal(1))
        nets[key] = nets.get(key, Decimal("0.00")) + entry.net
    budget = [
        replace(key, side="D" if net > 0 else "C", amount=abs(net)) for key, net in cancelled(nets).items() if net
    ]
    return (*entries, *budget)


def cancelled(nets: Mapping[Entry, Decimal]) -> dict[Entry, Decimal]:
    """Let the lines of one budget account and fund cancel out, whatever they are classified as."""
    totals: dict[tuple[str, str], Decimal] = {}
    for key, net in nets.items():
        totals[key.account, key.fund] = totals.get((key.account, key.fund), Decimal("0.00")) + net
    return {key: net for key, net in nets.items() if totals[key.account, key.fund]}


def budget_code(parallel: Mapping[str, str], entry: Entry) -> str:
    """Return the budget account of an entry, or nothing if it has none."""
    listed = parallel.get(entry.account, "")
    pairs = dict(item.split(":") for item in listed.split("|") if ":" in item)
    return pairs.get(entry.fund, "") if pairs else listed
