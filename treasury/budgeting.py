"""Prepare, review, approve and amend the budgets of townships and of the district (预算共编).

The bureau gives the principles and indicators of a year; a budget names the edition that it was prepared
under and is checked against it at every step. The bureau approves that of a 街道 on behalf of the government;
that of a 乡 or 镇, and the district's own, goes through the bureau's review to the people's congress (F09).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from ledger.models import Book, Officer
from ledger.money import ZERO
from ledger.posts import require_post
from ledger.recording import record_event
from ledger.refusals import DimensionUnknown
from treasury.budgets import approved_budget, approved_total, classes_in_use, indicators_of, latest_principles
from treasury.models import Budget, BudgetIndicator, BudgetLine, BudgetPrinciples, Township
from treasury.models.words import BUDGET_MOVES, BudgetChain, BudgetStatus, IndicatorKind, TownshipKind
from treasury.policy import treasury_policies
from treasury.refusals import TREASURY_REFUSALS, BudgetAmbiguous, PrinciplesMissing, StateRefuses, refusals_named
from treasury.rules.budgets import RankedLine, ambiguous, faults_of_indicators, faults_of_order, label_of, needs_in
from treasury.rules.ranks import RankOrder, rank_order

# Not the book's: a posting holds its book's trail while it waits for the line of a budget that is decided here.
CHAIN = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One number of the district's principles; without a book it holds for every township."""

    kind: IndicatorKind
    value: Decimal
    book: Book | None = None


@dataclass(frozen=True, slots=True)
class BudgetedLine:
    """What a budget asks for a functional and an economic class and all below them; '' is every class."""

    functional: str
    economic: str
    amount: Decimal
    note: str = ""


def issue_principles(
    *, year: int, text: str, indicators: Sequence[Indicator], on: date, officer: Officer, at: datetime
) -> BudgetPrinciples:
    """Give the principles and indicators of a year; a later edition replaces them for budgets still to be prepared."""
    require_post(officer, "treasury.issue_principles")
    with refusals_named(), transaction.atomic():
        last = BudgetPrinciples.objects.filter(year=year).aggregate(last=Max("edition"))["last"] or 0
        principles = BudgetPrinciples.objects.create(
            year=year, edition=last + 1, text=text, issued_on=on, issued_by=officer
        )
        BudgetIndicator.objects.bulk_create(
            BudgetIndicator(principles=principles, kind=one.kind, book=one.book, value=one.value) for one in indicators
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="budget.principles",
            subject=f"principles/{year}/{principles.edition}",
            after={"text": text, "indicators": len(indicators)},
        )
        return principles


def prepare_budget(
    *,
    book: Book,
    year: int,
    lines: Sequence[BudgetedLine],
    resources: Decimal,
    on: date,
    officer: Officer,
    at: datetime,
) -> Budget:
    """Prepare the first budget of a book and year, on the principles that hold on the day.

    :raises PrinciplesMissing: if the bureau has given none
    :raises BudgetUnfit: if it breaks the order of spending or an indicator; the name says which
    :raises BudgetAmbiguous: if two lines cover the same and neither is the narrower one
    :raises DimensionUnknown: if a line names a class that is not in use in the year
    :raises StateRefuses: if one is on its way, or approved: that one is amended
    """
    require_post(officer, "treasury.prepare_budget")
    with refusals_named(), transaction.atomic():
        approved = approved_budget(book=book, year=year)
        if approved is not None:
            facts = {"book": book.code, "year": year, "approved": approved.edition}
            raise StateRefuses("budget_amends_what_is_approved", facts)
        return begun(book, year, lines, resources, on, officer, at, amends=None, reason="")


def amend_budget(
    *,
    book: Book,
    year: int,
    lines: Sequence[BudgetedLine],
    resources: Decimal,
    reason: str,
    on: date,
    officer: Officer,
    at: datetime,
) -> Budget:
    """Prepare an amendment (预算调整): a whole new edition, with its reason, through the same chain.

    It counts from its approval, which PostgreSQL refuses where a line would go below what is planned,
    reserved or spent of it. Raises as ``prepare_budget``, and:

    :raises StateRefuses: if no budget is approved
    """
    require_post(officer, "treasury.prepare_budget")
    with refusals_named(), transaction.atomic():
        approved = approved_budget(book=book, year=year)
        if approved is None:
            raise StateRefuses("budget_amends_what_is_approved", {"book": book.code, "year": year})
        return begun(book, year, lines, resources, on, officer, at, amends=approved, reason=reason)


def begun(
    book: Book,
    year: int,
    lines: Sequence[BudgetedLine],
    resources: Decimal,
    on: date,
    officer: Officer,
    at: datetime,
    *,
    amends: Budget | None,
    reason: str,
) -> Budget:
    """Return a new edition with its lines, checked."""
    principles = latest_principles(year=year, on=on)
    if principles is None:
        raise PrinciplesMissing("principles_are_given_first", {"book": book.code, "year": year})
    last = Budget.objects.filter(book=book, year=year).aggregate(last=Max("edition"))["last"] or 0
    budget = Budget.objects.create(
        book=book,
        year=year,
        edition=last + 1,
        chain=chain_of(book),
        amends=amends,
        reason=reason,
        principles=principles,
        resources=resources,
        prepared_on=on,
        prepared_by=officer,
    )
    made = [
        BudgetLine(
            budget=budget,
            number=number,
            functional=line.functional,
            economic=line.economic,
            rank=ranks_of(year).rank_of(line.economic),
            amount=line.amount,
            note=line.note,
        )
        for number, line in enumerate(lines, start=1)
    ]
    check_classes(made, year)
    for one, other in ambiguous(made):
        raise BudgetAmbiguous("budget_lines_are_distinct", {"line": label_of(one), "other": label_of(other)})
    BudgetLine.objects.bulk_create(made)
    check_budget(budget)
    recorded(
        budget,
        "amend" if amends else "prepare",
        officer,
        at,
        {"resources": resources, "total": sum((line.amount for line in lines), ZERO), "reason": reason},
    )
    return budget


def ranks_of(year: int) -> RankOrder:
    """Return the order of ranks that a year begins with."""
    return rank_order(policies=treasury_policies(), on=date(year, 1, 1))


def check_classes(lines: Sequence[BudgetLine], year: int) -> None:
    """Check that each line names classes that are in use in its year, or every class.

    :raises DimensionUnknown: if not
    """
    functional, economic = classes_in_use(year=year)
    for line in lines:
        if line.functional not in functional or line.economic not in economic:
            raise DimensionUnknown("budget_class_is_known", {"line": label_of(line), "year": year})


def chain_of(book: Book) -> BudgetChain:
    """Return who approves the budget of a book; the district's own goes to its congress."""
    street = Township.objects.filter(book=book, kind=TownshipKind.STREET).exists()
    return BudgetChain.GOVERNMENT if street else BudgetChain.CONGRESS


def check_budget(budget: Budget) -> None:
    """Check the order of spending and the indicators of the edition that a budget was prepared under.

    :raises BudgetUnfit: named by the first rule that is broken
    """
    lines = [
        RankedLine(one.functional, one.economic, ranks_of(budget.year).rank_of(one.economic), one.amount)
        for one in budget.lines.order_by("number")
    ]
    indicators = indicators_of(principles=budget.principles, book=budget.book)
    for fault in faults_of_order(lines, resources=budget.resources, needs=needs_in(indicators)):
        raise TREASURY_REFUSALS[fault.name](fault.name, fault.facts)
    last_year = approved_total(book=budget.book, year=budget.year - 1)
    for fault in faults_of_indicators(lines, indicators=indicators, last_year=last_year):
        raise TREASURY_REFUSALS[fault.name](fault.name, fault.facts)


def submit_budget(*, budget: Budget, officer: Officer, at: datetime) -> Budget:
    """Hand a prepared budget to the bureau; its lines stay from now on.

    :raises BudgetUnfit: if it does not keep what was asked for
    """

    def sign(one: Budget) -> None:
        check_budget(one)
        one.submitted_by = officer

    return stepped(budget, BudgetStatus.SUBMITTED, sign, "treasury.prepare_budget", "submit", officer, at)


def review_budget(*, budget: Budget, officer: Officer, at: datetime) -> Budget:
    """Agree to the budget of a 乡 or 镇 for the bureau (审查同意); its congress approves it next.

    :raises WrongChain: if it is that of a 街道
    :raises OneOfficerTwice: if the officer prepared it
    """

    def sign(one: Budget) -> None:
        check_budget(one)
        one.reviewed_by = officer

    return stepped(budget, BudgetStatus.REVIEWED, sign, "treasury.review_budget", "review", officer, at)


def approve_budget(*, budget: Budget, paper: str, paper_on: date, on: date, officer: Officer, at: datetime) -> Budget:
    """Approve the budget of a 街道 on behalf of the district's government, by its paper.

    Control of the book and year begins with it; lines below what is used of them are refused.

    :raises WrongChain: if it is that of a 乡, a 镇 or the district
    :raises BudgetPaperMissing: if the paper has no number, or a later date
    :raises BudgetBelowUse: if an amendment goes below what is planned, reserved or spent
    :raises OneOfficerTwice: if the officer prepared it
    """
    return approved_by(BudgetChain.GOVERNMENT, "treasury.approve_budget", budget, paper, paper_on, on, officer, at)


def record_resolution(
    *, budget: Budget, paper: str, paper_on: date, on: date, officer: Officer, at: datetime
) -> Budget:
    """Record that the people's congress approved a budget, by the number and date of its resolution.

    Raises as ``approve_budget``; WrongChain if it is that of a 街道.
    """
    return approved_by(BudgetChain.CONGRESS, "treasury.record_resolution", budget, paper, paper_on, on, officer, at)


def approved_by(
    chain: BudgetChain,
    post: str,
    budget: Budget,
    paper: str,
    paper_on: date,
    on: date,
    officer: Officer,
    at: datetime,
) -> Budget:
    def sign(one: Budget) -> None:
        if one.chain != chain:
            raise TREASURY_REFUSALS["budget_follows_its_chain"](
                "budget_follows_its_chain", {"budget": str(one), "chain": one.chain}
            )
        check_budget(one)
        one.approved_by, one.approved_on, one.paper, one.paper_on = officer, on, paper, paper_on

    return stepped(budget, BudgetStatus.APPROVED, sign, post, "approve", officer, at)


def refuse_budget(*, budget: Budget, reason: str, officer: Officer, at: datetime) -> Budget:
    """Refuse a submitted or reviewed budget, saying why; what is prepared next is a further edition.

    Who could take the next step may refuse it instead.
    """

    def sign(one: Budget) -> None:
        one.refused_by, one.refusal = officer, reason

    return stepped(budget, BudgetStatus.REFUSED, sign, refusing_post(budget), "refuse", officer, at)


def refusing_post(budget: Budget) -> str:
    if budget.chain == BudgetChain.GOVERNMENT:
        return "treasury.approve_budget"
    return "treasury.record_resolution" if budget.status == BudgetStatus.REVIEWED else "treasury.review_budget"


def withdraw_budget(*, budget: Budget, officer: Officer, at: datetime) -> Budget:
    """Withdraw a budget that was not handed in yet."""
    return stepped(budget, BudgetStatus.WITHDRAWN, unsigned, "treasury.prepare_budget", "withdraw", officer, at)


def unsigned(_budget: Budget) -> None:
    """Sign nothing."""


def stepped(
    budget: Budget,
    to: BudgetStatus,
    sign: Callable[[Budget], None],
    post: str,
    act: str,
    officer: Officer,
    at: datetime,
) -> Budget:
    """Lock a budget, read it afresh, sign it and move it along its chain.

    :raises StateRefuses: if it is not in the state for this step
    """
    require_post(officer, post)
    with refusals_named(), transaction.atomic():
        # The book first: what is being spent of it takes the book's row before anything else.
        if to == BudgetStatus.APPROVED:
            Book.objects.select_for_update().get(pk=budget.book.pk)
        budget = Budget.objects.select_for_update(of=("self",)).select_related("book", "principles").get(pk=budget.pk)
        before = BudgetStatus(budget.status)
        if (before, to) not in BUDGET_MOVES:
            raise StateRefuses("budget_moves", {"budget": str(budget), "from": before, "to": to})
        sign(budget)
        budget.status = to
        budget.save()
        budget.refresh_from_db()
        recorded(budget, act, officer, at, {"from": before, "paper": budget.paper, "refusal": budget.refusal})
        return budget


def recorded(budget: Budget, act: str, officer: Officer, at: datetime, facts: dict[str, object]) -> None:
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act=f"budget.{act}",
        subject=f"budget/{budget.book_id}/{budget.year}/{budget.edition}",
        after={"status": budget.status, "chain": budget.chain, **facts},
    )
