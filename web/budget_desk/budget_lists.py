"""What the pages of budgets show: where each book of a year stands, and the lines of one edition."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from ledger.models import Book, EconomicClass, FunctionalClass
from ledger.money import ZERO
from treasury.budgets import LineState, line_states
from treasury.models import Appropriation, AppropriationMonth, Budget, SpendingPlan
from treasury.models.words import BudgetStatus, PlanStatus, Rank
from treasury.rules.budgets import label_of

UNDER_WAY = (BudgetStatus.PREPARED, BudgetStatus.SUBMITTED, BudgetStatus.REVIEWED)


@dataclass(frozen=True, slots=True)
class BookStanding:
    """A book in a year: its newest edition, what is approved, reserved and spent, and the plans that wait."""

    book: Book
    newest: Budget | None
    asked: Decimal
    approved: Decimal
    reserved: Decimal
    spent: Decimal
    plans: int

    @property
    def left(self) -> Decimal:
        return self.approved - self.reserved - self.spent


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line of an edition, with what is used of it where the edition counts."""

    functional: str
    functional_name: str
    economic: str
    economic_name: str
    rank: str
    note: str
    amount: Decimal
    before: Decimal
    state: LineState | None

    @property
    def change(self) -> Decimal:
        return self.amount - self.before


def standings_of(*, books: Sequence[Book], year: int) -> Sequence[BookStanding]:
    """Return where each book stands with its budget of a year; as many queries for few books as for many."""
    codes = [book.code for book in books]
    editions = Budget.objects.filter(book__in=codes, year=year).annotate(asked=Sum("lines__amount"))
    newest = {one.book_id: one for one in editions.order_by("edition")}
    approved = sums(Appropriation.objects.filter(book__in=codes, year=year).values("book").annotate(Sum("amount")))
    used = {
        row["appropriation__book"]: row
        for row in AppropriationMonth.objects.filter(appropriation__book__in=codes, appropriation__year=year)
        .values("appropriation__book")
        .annotate(all_reserved=Sum("reserved"), all_spent=Sum("spent"))
        .order_by("appropriation__book")
    }
    waiting = SpendingPlan.objects.filter(book__in=codes, year=year, status=PlanStatus.PREPARED)
    plans = dict(waiting.values_list("book").annotate(Count("pk")).order_by("book"))
    return [
        BookStanding(
            book=book,
            newest=newest.get(book.code),
            asked=getattr(newest.get(book.code), "asked", None) or ZERO,
            approved=approved.get(book.code, ZERO),
            reserved=used[book.code]["all_reserved"] if book.code in used else ZERO,
            spent=used[book.code]["all_spent"] if book.code in used else ZERO,
            plans=plans.get(book.code, 0),
        )
        for book in books
    ]


def sums(rows: "Collection[Mapping[str, object]]") -> Mapping[str, Decimal]:
    return {str(row["book"]): Decimal(str(row["amount__sum"])) for row in rows}


def lines_shown(*, budget: Budget, approved: Budget | None, month: int) -> Sequence[ShownLine]:
    """Return the lines of an edition; of the one that counts with what is planned and used of them up to a month."""
    counts = approved is not None and approved.pk == budget.pk
    states = {one.line: one for one in line_states(book=budget.book, year=budget.year, month=month)} if counts else {}
    before = {} if approved is None or counts else {label_of(one): one.amount for one in approved.lines.all()}
    lines = list(budget.lines.order_by("number"))
    functional = names_of(FunctionalClass, {one.functional for one in lines})
    economic = names_of(EconomicClass, {one.economic for one in lines})
    return [
        ShownLine(
            functional=one.functional,
            functional_name=functional.get(one.functional, ""),
            economic=one.economic,
            economic_name=economic.get(one.economic, ""),
            rank=str(Rank(one.rank).label),
            note=one.note,
            amount=one.amount,
            before=before.get(label_of(one), ZERO),
            state=states.get(label_of(one)),
        )
        for one in lines
    ]


def names_of(of: type[FunctionalClass] | type[EconomicClass], codes: Collection[str]) -> Mapping[str, str]:
    """Return the names of some classes by their codes."""
    return dict(of._default_manager.filter(code__in=codes).values_list("code", "name"))


def totals_of(lines: Sequence[ShownLine]) -> Mapping[str, Decimal]:
    """Return the sums of the columns of lines."""
    states = [one.state for one in lines if one.state is not None]
    return {
        "amount": sum((one.amount for one in lines), ZERO),
        "before": sum((one.before for one in lines), ZERO),
        "change": sum((one.change for one in lines), ZERO),
        "planned": sum((one.planned for one in states), ZERO),
        "reserved": sum((one.reserved for one in states), ZERO),
        "spent": sum((one.spent for one in states), ZERO),
        "left": sum((one.left for one in states), ZERO),
    }
