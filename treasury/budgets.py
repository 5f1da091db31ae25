"""What budgets say: who is under control, what each line has left, which line a spending belongs to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, Sum

from ledger.models import Book, EconomicClass, FunctionalClass
from ledger.money import ZERO
from treasury.models import Appropriation, AppropriationMonth, Budget, BudgetIndicator, BudgetPrinciples, Township
from treasury.models.words import BudgetStatus
from treasury.rules.budgets import covering

Class = tuple[str, str]  # a functional and an economic class


@dataclass(frozen=True, slots=True)
class LineState:
    """One line of an approved budget: what it may spend, what is planned by a month, and what is used of it."""

    line: str
    appropriated: Decimal
    planned: Decimal
    reserved: Decimal
    spent: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a spending asks of a line beyond what the line has left; a line that is not there has nothing left."""

    line: str
    asked: Decimal
    left: Decimal


def approved_budget(*, book: Book, year: int) -> Budget | None:
    """Return the approved edition that counts, or None where control has not begun."""
    return (
        Budget.objects.filter(book=book, year=year, status=BudgetStatus.APPROVED)
        .select_related("principles")
        .order_by("-edition")
        .first()
    )


def is_controlled(*, township: Township, year: int) -> bool:
    """Say whether the spending of a township's book and year is held to an approved budget."""
    return Budget.objects.filter(book__code=township.book_id, year=year, status=BudgetStatus.APPROVED).exists()


def townships_without_budget(*, year: int) -> Sequence[Township]:
    """Return the townships whose budget of a year is not approved, in their order."""
    approved = Budget.objects.filter(year=year, status=BudgetStatus.APPROVED).values("book")
    return list(Township.objects.exclude(book__in=approved).order_by("number"))


def appropriations_of(*, book: str, year: int) -> Sequence[Appropriation]:
    """Return the lines of the approved edition of a book (by its code); those left out of it cover nothing."""
    return list(
        Appropriation.objects.filter(book__code=book, year=year, amount__gt=0).order_by("functional", "economic", "pk")
    )


def line_states(*, book: Book, year: int, month: int = 12) -> Sequence[LineState]:
    """Return each line with what is planned and used up to a month; ``left`` is what can be taken in it."""
    left = left_in(book=book.code, year=year, month=month)
    sums = {
        key: (planned, reserved, spent)
        for key, planned, reserved, spent in AppropriationMonth.objects.filter(
            appropriation__book=book, appropriation__year=year, month__lte=month
        )
        .values_list("appropriation")
        .annotate(Sum("planned"), Sum("reserved"), Sum("spent"))
        .order_by("appropriation")
    }
    return [
        LineState(str(one), one.amount, *sums[one.pk], left[one.pk])
        for one in appropriations_of(book=book.code, year=year)
    ]


def left_in(*, book: str, year: int, month: int) -> Mapping[int, Decimal]:
    """Return by appropriation what can be taken in a month.

    That is the least that is left by the end of it and of any later month: what is taken in a month is
    missing in all that follow.
    """
    left: dict[int, Decimal] = {}
    running: dict[int, Decimal] = {}
    rows = (
        AppropriationMonth.objects.filter(appropriation__book__code=book, appropriation__year=year)
        .annotate(over=F("planned") - F("reserved") - F("spent"))
        .order_by("month")
        .values_list("appropriation", "month", "over")
    )
    for key, of_month, over in rows:
        running[key] = running.get(key, ZERO) + over
        if of_month >= month:
            left[key] = min(left.get(key, running[key]), running[key])
    return left


def shortfalls_of(
    *, township: Township, year: int, on: date, spending: Iterable[tuple[Class, Decimal]]
) -> Sequence[Shortfall]:
    """Return which lines a spending would overrun on a day; nothing where no budget is approved."""
    if not is_controlled(township=township, year=year):
        return []
    lines = appropriations_of(book=township.book_id, year=year)
    left = left_in(book=township.book_id, year=year, month=day_in(year=year, on=on).month)
    asked: dict[int, Decimal] = {}
    missing: dict[str, Decimal] = {}
    for (functional, economic), amount in spending:
        line = covering(lines, functional=functional, economic=economic)
        if line is None:
            label = f"{functional or '*'}/{economic or '*'}"
            missing[label] = missing.get(label, ZERO) + amount
        else:
            asked[line.pk] = asked.get(line.pk, ZERO) + amount
    short = [Shortfall(label, amount, ZERO) for label, amount in missing.items() if amount > 0]
    return short + [
        Shortfall(str(line), asked[line.pk], left[line.pk])
        for line in lines
        if asked.get(line.pk, ZERO) > left[line.pk]
    ]


def day_in(*, year: int, on: date) -> date:
    """Return the day of a budget's year that a spending counts on: its own, or the nearest of the year."""
    return min(max(on, date(year, 1, 1)), date(year, 12, 31))


def classes_in_use(*, year: int) -> tuple[Collection[str], Collection[str]]:
    """Return the functional and the economic classes that a budget of a year may name; '' is every class."""
    begun = Q(effective_from=None) | Q(effective_from__lte=date(year, 12, 31))
    not_ended = Q(effective_to=None) | Q(effective_to__gt=date(year, 1, 1))
    functional = FunctionalClass.objects.filter(begun & not_ended).values_list("code", flat=True)
    economic = EconomicClass.objects.filter(begun & not_ended).values_list("code", flat=True)
    return {"", *functional}, {"", *economic}


def latest_principles(*, year: int, on: date) -> BudgetPrinciples | None:
    """Return the edition of a year that holds on a day, or None before the first is issued."""
    return BudgetPrinciples.objects.filter(year=year, issued_on__lte=on).order_by("-edition").first()


def indicators_of(*, principles: BudgetPrinciples, book: Book) -> Mapping[str, Decimal]:
    """Return what an edition asks of a book: its own numbers, and for townships those of all of them."""
    given: dict[str, Decimal] = {}
    for one in BudgetIndicator.objects.filter(principles=principles).order_by(F("book").asc(nulls_first=True)):
        if one.book_id == book.code or (one.book_id is None and book.parent_id is not None):
            given[one.kind] = one.value
    return given


def approved_total(*, book: Book, year: int) -> Decimal | None:
    """Return the sum of the approved budget of a year, or None where there is none."""
    budget = approved_budget(book=book, year=year)
    return None if budget is None else budget.lines.aggregate(total=Sum("amount", default=ZERO))["total"]
