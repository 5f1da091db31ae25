"""Tests of amounts, whatever they are amounts of."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.audit_tests import EVERY_POPULATION, Asked, Fact, Found, Parameter, audit_test
from audit.populations import Column, Kind, Row, first_digits, round_items, whole_counts
from audit.rules.benford import CHI_SQUARE_AT_5_PERCENT, ITEMS_MIN, Benford, Verdict, judge_digits

VERDICTS: Final = {
    Verdict.TOO_FEW: gettext_lazy("no verdict: fewer than 1,000 amounts"),
    Verdict.CLOSE: gettext_lazy("close conformity"),
    Verdict.ACCEPTABLE: gettext_lazy("acceptable conformity"),
    Verdict.MARGINAL: gettext_lazy("marginally acceptable conformity"),
    Verdict.NONE: gettext_lazy("no conformity"),
}


@audit_test(
    of=EVERY_POPULATION,
    shows=gettext_lazy("Amounts that are whole multiples of 1,000 (or another unit), and how many chance would make."),
    does_not_prove=gettext_lazy("Standards, wages and prices are often round: a round sum is not an invented one."),
    parameters={"unit": Parameter(Decimal("1000.00"), gettext_lazy("the unit that sums are multiples of"), least=1)},
)
def round_sums(asked: Asked) -> Found:
    """Yield the amounts that are multiples of a unit, and hold their number against chance."""
    unit = Decimal(asked.numbers["unit"])
    items, whole, multiples = whole_counts(asked.population, asked.within, unit=unit)
    facts = [
        (_("Amounts of the unit or more"), str(items)),
        (_("of them in whole yuan"), str(whole)),
        (_("of them multiples of the unit"), f"{multiples} ({percent(multiples, items)})"),
        (_("expected by chance of those in whole yuan"), f"{Decimal(whole) / unit:.2f}"),
    ]
    return Found(round_items(asked.population, asked.within, unit=unit), facts)


@audit_test(
    of=EVERY_POPULATION,
    shows=gettext_lazy(
        "How often each digit leads an amount, against Benford's law, with MAD, chi-square and verdict."
    ),
    does_not_prove=gettext_lazy(
        "Fixed rates, caps and pay scales break the law honestly, and invented amounts may keep it."
    ),
    columns=(
        Column(gettext_lazy("Actual share"), Kind.CODE),
        Column(gettext_lazy("Expected share"), Kind.CODE),
        Column(gettext_lazy("Deviation"), Kind.CODE),
    ),
    parameters={"minimum": Parameter(Decimal("10.00"), gettext_lazy("smaller amounts are left out"), least=0)},
)
def first_digit(asked: Asked) -> Found:
    """Yield the nine digits with their counts."""
    minimum = max(Decimal(asked.numbers["minimum"]), Decimal("0.01"))
    judged = judge_digits(first_digits(asked.population, asked.within, minimum=minimum))
    return Found(rows_of(judged), facts_of(judged))


def rows_of(judged: Benford) -> Iterable[Row]:
    for each in judged.digits:
        shares = (each.actual_share, each.expected_share, each.deviation)
        yield (each.digit, each.actual, *(f"{share:.5f}" for share in shares))


def facts_of(judged: Benford) -> list[Fact]:
    return [
        (_("Amounts judged"), str(judged.items)),
        (_("Mean absolute deviation (MAD)"), f"{judged.mean_absolute_deviation:.5f}"),
        (_("Verdict"), str(VERDICTS[judged.verdict])),
        (
            _("Thresholds of MAD (Nigrini 2012)"),
            _("up to 0.006 close, 0.012 acceptable, 0.015 marginal; at least {items} amounts").format(items=ITEMS_MIN),
        ),
        (
            _("Chi-square, 8 degrees of freedom"),
            _("{found}; above {limit} once in twenty times by chance").format(
                found=f"{judged.chi_square:.3f}", limit=CHI_SQUARE_AT_5_PERCENT
            ),
        ),
    ]


def percent(part: int, whole: int) -> str:
    return f"{Decimal(part) * 100 / max(whole, 1):.2f} %"
