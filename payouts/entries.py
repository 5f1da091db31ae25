"""Every debit and credit that paying people can cause: the payroll, returns and benefit journals.

Pure functions as in ``treasury.entries``. All of J3a, J3b, J16a, J16b and J20 to J22 are this
project's application of 财库〔2015〕192号 to the reform; see docs/decisions.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ledger.entries import credit, debit, in_red, without_zeros
from ledger.money import ZERO
from treasury.entries import GENERAL, UNCLASSIFIED, Classes, Codes, Mirrored, pair


@dataclass(frozen=True, slots=True)
class PayLine:
    """Gross pay of one unit and class in a run; personal insurance belongs to it (30101)."""

    gross: Decimal
    classes: Classes = UNCLASSIFIED


def pay_payroll(codes: Codes, lines: Sequence[PayLine], *, withheld: Decimal, held: Decimal = ZERO) -> Mirrored:
    """J3a: the payroll with withholdings; gross is spent, net leaves the bank, the rest is owed onwards.

    ``held`` is net pay that no bank file could carry: it is owed with the returned payments (J16a).
    """
    gross = sum((line.gross for line in lines), Decimal("0.00"))
    spent = [line.classes.on(debit(codes.township.expense, line.gross, fund=GENERAL)) for line in lines]
    return Mirrored(
        township=without_zeros([*spent, credit(codes.township.annual, gross, fund=GENERAL)]),
        district=without_zeros(
            (
                debit(codes.district.annual, gross, fund=GENERAL),
                credit(codes.district.cash, gross - withheld - held, fund=GENERAL),
                credit(codes.district.withheld, withheld, fund=GENERAL),
                credit(codes.district.returned, held, fund=GENERAL),
            )
        ),
    )


def charge_employer_part(codes: Codes, lines: Sequence[PayLine]) -> Mirrored:
    """J3b, first step: the employer's contributions (30108 to 30113) are charged and owed onwards."""
    due = sum((line.gross for line in lines), Decimal("0.00"))
    spent = [line.classes.on(debit(codes.township.expense, line.gross, fund=GENERAL)) for line in lines]
    return Mirrored(
        township=without_zeros([*spent, credit(codes.township.annual, due, fund=GENERAL)]),
        district=pair(codes.district.annual, codes.district.employer, due),
    )


def remit(codes: Codes, *, withheld: Decimal, employer: Decimal) -> Mirrored:
    """J3b, second step: tax, insurance and housing fund are remitted to their offices."""
    return Mirrored(
        district=without_zeros(
            (
                debit(codes.district.withheld, withheld, fund=GENERAL),
                debit(codes.district.employer, employer, fund=GENERAL),
                credit(codes.district.cash, withheld + employer, fund=GENERAL),
            )
        )
    )


def return_payroll(codes: Codes, amount: Decimal) -> Mirrored:
    """J16: a returned payment that is given up in the same year reduces the spending (red)."""
    return Mirrored(
        township=in_red(pair(codes.township.expense, codes.township.annual, amount)),
        district=in_red(pair(codes.district.annual, codes.district.cash, amount)),
    )


def hold_returned(codes: Codes, amount: Decimal) -> Mirrored:
    """J16a: the bank returned a payment that will be paid again."""
    return Mirrored(district=pair(codes.district.cash, codes.district.returned, amount))


def reissue(codes: Codes, amount: Decimal) -> Mirrored:
    """J16a, second step: the held payment goes out again."""
    return Mirrored(district=pair(codes.district.returned, codes.district.cash, amount))


def give_up_of_earlier_year(codes: Codes, amount: Decimal) -> Mirrored:
    """J16b: a payment of an earlier year came back and is given up; it raises the surplus."""
    return Mirrored(
        township=pair(codes.township.annual, codes.township.surplus, amount),
        district=pair(codes.district.cash, codes.district.annual, amount),
    )


def pay_back_pay(codes: Codes, amount: Decimal, classes: Classes = UNCLASSIFIED) -> Mirrored:
    """J18: unpaid salaries are paid out of what was returned to the township (F20)."""
    entries = pair(codes.township.expense, codes.township.disbursements, amount)
    return Mirrored(township=(classes.on(entries[0]), *entries[1:]) if entries else ())


@dataclass(frozen=True, slots=True)
class BenefitLine:
    """What is due of one scheme to people of one township: charged to the district (its own share, and what the

    levels above bear) and to the township; ``recovered`` of it is kept back.
    """

    district: Decimal
    township: Decimal
    recovered: Decimal = ZERO
    classes: Classes = UNCLASSIFIED

    @property
    def due(self) -> Decimal:
        return self.district + self.township


def pay_benefits(
    codes: Codes, lines: Sequence[BenefitLine], *, cash: Mapping[str, Decimal], held: Decimal = ZERO
) -> Mirrored:
    """J20 and J22: benefits leave the special accounts of their funders; what is kept back settles the receivable.

    ``cash`` is what leaves each special account; a township's share leaves the district's own. ``held`` is what no
    bank file could carry: it is owed with the returned payments (J16a).
    """
    spent = [line.classes.on(debit(codes.township.expense, line.township, fund=GENERAL)) for line in lines]
    own = [line.classes.on(debit(codes.district.expense, line.district, fund=GENERAL)) for line in lines]
    borne = sum((line.township for line in lines), ZERO)
    return Mirrored(
        township=without_zeros([*spent, credit(codes.township.annual, borne, fund=GENERAL)]),
        district=without_zeros(
            [
                *own,
                debit(codes.district.annual, borne, fund=GENERAL),
                *(credit(account, amount, fund=GENERAL) for account, amount in cash.items()),
                credit(codes.district.returned, held, fund=GENERAL),
                credit(codes.district.receivable, sum((line.recovered for line in lines), ZERO), fund=GENERAL),
            ]
        ),
    )


def hold_returned_benefits(codes: Codes, cash: Mapping[str, Decimal]) -> Mirrored:
    """J16a for benefits: what the bank returned is back in the special accounts that it left."""
    amount = sum(cash.values(), ZERO)
    return Mirrored(
        district=without_zeros(
            [
                *(debit(account, part, fund=GENERAL) for account, part in cash.items()),
                credit(codes.district.returned, amount, fund=GENERAL),
            ]
        )
    )


def reissue_benefits(codes: Codes, cash: Mapping[str, Decimal]) -> Mirrored:
    """J16a, second step, for benefits: held payments leave the special accounts again."""
    amount = sum(cash.values(), ZERO)
    return Mirrored(
        district=without_zeros(
            [
                debit(codes.district.returned, amount, fund=GENERAL),
                *(credit(account, part, fund=GENERAL) for account, part in cash.items()),
            ]
        )
    )


def fund_benefit_account(codes: Codes, *, account: str, own: Decimal, from_above: Decimal) -> Mirrored:
    """J21: the special account of a funder is funded from the treasury, and by money from above."""
    return Mirrored(
        district=(
            *pair(account, codes.district.cash, own),
            *pair(account, codes.district.subsidy_income, from_above),
        )
    )


def recognise_overpayment(codes: Codes, lines: Sequence[BenefitLine]) -> Mirrored:
    """J22: overpaid benefits are to be recovered; the spending of who bore them is red, as in J20.

    The district recovers the whole, and owes a township its share at once.
    """
    borne = sum((line.township for line in lines), ZERO)
    spent = [line.classes.on(debit(codes.township.expense, -line.township, fund=GENERAL)) for line in lines]
    own = [line.classes.on(debit(codes.district.expense, -line.district, fund=GENERAL)) for line in lines]
    return Mirrored(
        township=without_zeros([*spent, credit(codes.township.annual, -borne, fund=GENERAL)]),
        district=without_zeros(
            [
                debit(codes.district.receivable, sum((line.due for line in lines), ZERO), fund=GENERAL),
                *own,
                debit(codes.district.annual, -borne, fund=GENERAL),
            ]
        ),
    )


def take_refund(codes: Codes, *, account: str, amount: Decimal) -> Mirrored:
    """J22: a person pays an overpaid benefit back."""
    return Mirrored(district=pair(account, codes.district.receivable, amount))


def write_off(codes: Codes, amount: Decimal, classes: Classes) -> Mirrored:
    """J22, its end: what cannot be recovered of an overpaid benefit is spent after all; the district bears it."""
    return Mirrored(
        district=without_zeros(
            (
                classes.on(debit(codes.district.expense, amount, fund=GENERAL)),
                credit(codes.district.receivable, amount, fund=GENERAL),
            )
        )
    )


def give_up_held(codes: Codes, lines: Sequence[PayLine]) -> Mirrored:
    """J16 after J16a: held pay that is given up in its year reduces the spending (red)."""
    amount = sum((line.gross for line in lines), ZERO)
    spent = [line.classes.on(debit(codes.township.expense, -line.gross, fund=GENERAL)) for line in lines]
    return Mirrored(
        township=without_zeros([*spent, credit(codes.township.annual, -amount, fund=GENERAL)]),
        district=in_red(pair(codes.district.annual, codes.district.returned, amount)),
    )


def give_up_held_of_earlier_year(codes: Codes, amount: Decimal) -> Mirrored:
    """J16b after J16a: held pay of an earlier year that is given up raises the surplus."""
    return Mirrored(
        township=pair(codes.township.annual, codes.township.surplus, amount),
        district=pair(codes.district.returned, codes.district.annual, amount),
    )


def give_up_benefits(codes: Codes, lines: Sequence[BenefitLine]) -> Mirrored:
    """J16 after J16a, for benefits: the spending of who bore them is red; the money stays in the special accounts."""
    borne = sum((line.township for line in lines), ZERO)
    spent = [line.classes.on(debit(codes.township.expense, -line.township, fund=GENERAL)) for line in lines]
    own = [line.classes.on(debit(codes.district.expense, -line.district, fund=GENERAL)) for line in lines]
    return Mirrored(
        township=without_zeros([*spent, credit(codes.township.annual, -borne, fund=GENERAL)]),
        district=without_zeros(
            [
                *own,
                debit(codes.district.annual, -borne, fund=GENERAL),
                credit(codes.district.returned, -sum((line.due for line in lines), ZERO), fund=GENERAL),
            ]
        ),
    )


def give_up_benefits_of_earlier_year(codes: Codes, lines: Sequence[BenefitLine], *, surplus: str) -> Mirrored:
    """J16b after J16a, for benefits: the surplus of who bore them rises; ``surplus`` is the district's account."""
    borne = sum((line.township for line in lines), ZERO)
    own = sum((line.district for line in lines), ZERO)
    return Mirrored(
        township=pair(codes.township.annual, codes.township.surplus, borne),
        district=(
            *pair(codes.district.returned, surplus, own),
            *pair(codes.district.returned, codes.district.annual, borne),
        ),
    )
