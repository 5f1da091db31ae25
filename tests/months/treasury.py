"""Put the treasury files of a month together: income, plan, opening balances, claims; and their part of the key."""

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

from tests.months import dirt
from tests.months.benefiting import UNKNOWN_TOWNS
from tests.months.claiming import Clerk
from tests.months.digits import last_day, shift, yuan
from tests.months.incomes import income_table, plan_tables
from tests.months.people import Inventor, Person, Unit
from tests.months.settling import Claim, Settlement, settle
from tests.months.tables import Line, Table

INCOME_MAKERS = (
    dirt.date_format, dirt.spaces, dirt.fullwidth, dirt.text_amount, dirt.three_decimals, dirt.negative_amount,
)  # fmt: skip
UNPAID_MAKERS = (dirt.id_check_digit, dirt.negative_amount, *dirt.FORMAT_MAKERS)
FEW_MAKERS = (dirt.spaces, dirt.fullwidth, dirt.text_amount)


class Treasury:
    """The treasury files of a month; its key holds when the month is the first settlement of its year."""

    def __init__(
        self,
        *,
        rng: Random,
        inventor: Inventor,
        units: Sequence[Unit],
        people: Sequence[Person],
        month: str,
        claims: int,
        share: float,
        form: str,
    ) -> None:
        self.rng = rng
        self.form = form
        self.month = month
        towns = list(dict.fromkeys(unit.township for unit in units))
        self.income = income_table(rng=rng, towns=towns, month=month)
        if share:
            self.soil_income(share=share)
        valid = [line.cells for line in self.income.valid]
        self.plan, self.debts, self.unpaid, self.accounts = plan_tables(
            rng=rng, units=units, people=people, income=valid, month=month
        )
        self.clerk = Clerk(rng=rng, inventor=inventor, units=units, balances=self.accounts.lines, month=month)
        self.clerk.work(count=claims, is_dirty=share > 0, form=form)
        if share:
            self.soil_rest(share=share)

    @property
    def tables(self) -> list[Table]:
        return [self.income, self.plan, self.debts, self.unpaid, self.accounts, self.clerk.table]

    def soil_income(self, *, share: float) -> None:
        """Put faults into the income lines; last of all used receipts, so that the earlier line stays valid."""
        rng, maker = self.rng, dirt.Dirtier(self.rng, self.income, "csv")
        each = max(1, int(len(self.income.lines) * share / 9))
        dirt.sprinkle(maker, makers=(*INCOME_MAKERS, unknown_township, date_outside_month), each=each)
        copied: list[int] = []
        for _ in range(each):
            free = [line for line in self.income.lines if line.fault is None and id(line) not in copied]
            first, second = sorted(rng.sample(range(len(free)), 2))
            maker.put(free[second], "receipt_reused", "票据号", free[first].text("票据号"))
            copied.append(id(free[first]))
        dirt.leave_empty_rows(maker, each=2)

    def soil_rest(self, *, share: float) -> None:
        for table in (self.plan, self.debts, self.accounts):
            dirt.sprinkle(dirt.Dirtier(self.rng, table, self.form), makers=FEW_MAKERS, each=1)
        unpaid = dirt.Dirtier(self.rng, self.unpaid, self.form)
        each = max(1, int(len(self.unpaid.lines) * share / len(UNPAID_MAKERS)))
        dirt.sprinkle(unpaid, makers=UNPAID_MAKERS, each=each)
        if len(self.unpaid.lines) > 10:
            dirt.leave_empty_rows(unpaid, each=1)
        self.clerk.soil(each=max(1, int(len(self.clerk.table.lines) * share / 6)), form=self.form)

    def settlements(self) -> list[Settlement]:
        income, plan, debts, unpaid = (
            [line.cells for line in table.valid] for table in (self.income, self.plan, self.debts, self.unpaid)
        )
        return settle(income=income, plan=plan, debts=debts, unpaid=unpaid)

    def key(self) -> dict[str, Any]:
        """Give income by fund, settlement and claims as answers.json has them."""
        funds: dict[str, Counter[str]] = {}
        for line in self.income.valid:
            funds.setdefault(line.text("资金性质"), Counter())[line.text("乡镇")] += line.amount("金额")
        return {
            "income_by_fund": {
                fund: {town: yuan(amount) for town, amount in sums.items()} for fund, sums in funds.items()
            },
            "settlement": [settlement_key(found) for found in self.settlements()],
            "claims": {"claims": [claim_key(claim) for claim in self.clerk.claims], **self.claim_sums()},
        }

    def claim_sums(self) -> dict[str, Any]:
        towns: Counter[str] = Counter()
        classes: Counter[str] = Counter()
        for line in self.clerk.table.valid:
            towns[line.text("乡镇")] += line.amount("金额")
            classes[line.text("经济分类编码")] += line.amount("金额")
        closing: dict[str, dict[str, str]] = {}
        for (town, account), left in self.clerk.desk.left.items():
            closing.setdefault(town, {})[account] = yuan(left)
        return {
            "paid_by_township": {town: yuan(amount) for town, amount in towns.items()},
            "paid_by_economic_class": {code: yuan(amount) for code, amount in sorted(classes.items())},
            "closing_balance": closing,
        }


def unknown_township(maker: dirt.Dirtier, line: Line) -> bool:
    maker.put(line, "unknown_township", "乡镇", maker.rng.choice(UNKNOWN_TOWNS))
    return True


def date_outside_month(maker: dirt.Dirtier, line: Line) -> bool:
    month = line.text("日期")[:7]
    before, after = shift(month, -1), shift(month, 1)
    days = (f"{before}-{last_day(before)}", f"{after}-01", f"{before}-{maker.rng.randint(1, 28):02d}")
    maker.put(line, "date_outside_month", "日期", maker.rng.choice(days))
    return True


def settlement_key(found: Settlement) -> dict[str, Any]:
    owed = sum(amount for _, amount in found.owed)
    amounts = {
        "plan": found.plan,
        "prior_actual": found.prior,
        "month_income": found.income,
        "actual": found.actual,
        "over": found.over,
        "local_part": found.local,
        "debt_before": found.debt,
        "quarter": found.quarter,
        "withheld": found.withheld,
        "debt_after": found.debt - found.withheld,
        "returned": found.returned,
        "unpaid_before": owed,
        "back_pay_total": found.back_pay_total,
        "unpaid_after": owed - found.back_pay_total,
        "rest": found.returned - found.back_pay_total,
    }
    return {
        "township": found.township,
        "ratio_percent": f"{found.ratio / 10:g}",
        **{name: yuan(amount) for name, amount in amounts.items()},
        "back_pay": [
            {"month": month, "owed": yuan(owed), "paid": yuan(paid), "still_owed": yuan(owed - paid)}
            for month, owed, paid in found.back_pay
        ],
    }


def claim_key(claim: Claim) -> dict[str, Any]:
    return {
        "claim": claim.number,
        "township": claim.township,
        "sub_account": claim.sub_account,
        "lines": claim.lines,
        "total": None if claim.total is None else yuan(claim.total),
        "decision": "accepted" if claim.is_accepted else "refused",
        "reason": claim.reason,
        "balance_after": yuan(claim.balance),
    }
