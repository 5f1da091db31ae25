"""Hold spending to the approved budget: reserve, spend, free, give back, always in the transaction that moves money.

No spending without budget, without 用款计划, over budget or over plan (财库〔2015〕192号 第三十九条). Control of a
book and year begins with the approval of its budget; before that every function here does nothing. A release
counts in its month from when it is released; what comes back from the bank is free again from its day.

Each function holds the book's row, so that no budget is approved between the look and the posting. Who posts
calls ``hold_budgets`` before the posting and spends after it: the heads of the books, then the lines.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from ledger.money import ZERO
from treasury.budgets import Class, Shortfall, appropriations_of, day_in, shortfalls_of
from treasury.budgets import is_controlled as is_controlled
from treasury.budgets import townships_without_budget as townships_without_budget
from treasury.entries import SpendingLine
from treasury.models import Appropriation, BudgetUse, Release, ReleaseLine, Township
from treasury.models.words import UseAct
from treasury.refusals import BudgetLineMissing, BudgetSourceConflict, refusals_named
from treasury.rules.budgets import covering


def reserve_release(*, release: Release) -> None:
    """Reserve what a release will spend, in the month and year of the release.

    :raises BudgetLineMissing: if the budget has no line for it
    :raises BudgetExhausted: if a line has less left than it asks; the facts name line, asked and left
    """
    township = held(release)
    year = release.month.year
    if not is_controlled(township=township, year=year):
        return
    use(
        BudgetUse(
            source=release.source,
            act=UseAct.RESERVE,
            origin=release.source,
            appropriation=line,
            functional=functional,
            economic=economic,
            on=release.month,
            reserved=amount,
        )
        for (functional, economic), line, amount in placed(township, year, classed(release.lines.order_by("number")))
    )


def spend_release(*, release: Release, on: date) -> None:
    """Turn the reservation of a release that is paid out on a day into spending.

    What was released before control began, or is paid out in another year, is taken from the budget of the
    day; the reservation in the old year is freed. Raises as ``reserve_release``.
    """
    township = held(release)
    source = paid_source(release)
    reserved = list(BudgetUse.objects.filter(source=release.source, act=UseAct.RESERVE).order_by("number"))
    uses = []
    if reserved and reserved[0].on.year == on.year:
        uses = [taken_over(one, source, on=max(on, one.on), spent=one.reserved) for one in reserved]
    else:
        if is_controlled(township=township, year=on.year):
            spending = placed(township, on.year, classed(release.lines.order_by("number")))
            uses = [spent(source, UseAct.SPEND, release.source, on, *one) for one in spending]
        uses += [
            taken_over(one, source, on=max(day_in(year=one.on.year, on=on), one.on), spent=ZERO) for one in reserved
        ]
    use(uses)


def free_release(*, release: Release) -> None:
    """Free what a release that is cancelled has reserved."""
    held(release)
    use(
        BudgetUse(
            source=release.source,
            act=UseAct.FREE,
            origin=release.source,
            appropriation_id=one.appropriation_id,
            functional=one.functional,
            economic=one.economic,
            on=one.on,
            reserved=-one.reserved,
        )
        for one in BudgetUse.objects.filter(source=release.source, act=UseAct.RESERVE).order_by("number")
    )


def give_back(*, release: Release, lines: Sequence[ReleaseLine], on: date, source: str) -> None:
    """Give back to the budget what the bank sent back of a release, under the source of its red voucher."""
    held(release)
    places = spent_at(release.source)
    use(
        spent(source, UseAct.GIVE_BACK, release.source, on, one, places[one].appropriation, -amount)
        for one, amount in classed(lines)
        if one in places
    )


def spend_again(*, release: Release, lines: Sequence[ReleaseLine], on: date, source: str) -> None:
    """Take what is issued again of a release from the budget it was given back to.

    What was first paid before control began is taken from the budget of the day. Raises as ``reserve_release``.
    """
    township = held(release)
    places = spent_at(release.source)
    spending = classed(lines)
    uses = [
        spent(source, UseAct.SPEND_AGAIN, release.source, on, one, places[one].appropriation, amount)
        for one, amount in spending
        if one in places
    ]
    fresh = [(one, amount) for one, amount in spending if one not in places]
    if fresh and is_controlled(township=township, year=on.year):
        found = placed(township, on.year, fresh)
        uses += [spent(source, UseAct.SPEND_AGAIN, release.source, on, *one) for one in found]
    use(uses)


def spend_classified(*, township: Township, year: int, on: date, lines: Sequence[SpendingLine], source: str) -> None:
    """Spend from the budget of a township and year what a voucher posts; ``source`` is the voucher's.

    A class that only takes back is netted in its line of the budget. A day outside the year counts on the
    nearest of the year. The same source with the same content counts once. Raises as ``reserve_release``.
    """
    hold_budgets(townships=[township])
    if not is_controlled(township=township, year=year):
        return
    spending = netted(placed(township, year, totals((classes_of(line), line.amount) for line in lines)))
    use(spent(source, UseAct.SPEND, source, on, *one) for one in spending)


def give_back_classified(*, spent_source: str, on: date, source: str) -> None:
    """Give back all that a source has spent, under the source of the voucher that reverses it."""
    uses = list(
        BudgetUse.objects.filter(source=spent_source, act=UseAct.SPEND)
        .select_related("appropriation")
        .order_by("number")
    )
    use(
        spent(source, UseAct.GIVE_BACK, one.origin, on, (one.functional, one.economic), one.appropriation, -one.spent)
        for one in uses
    )


def give_back_part(*, spent_source: str, lines: Sequence[SpendingLine], on: date, source: str) -> None:
    """Give back a part of what a source has spent: each class where it was taken, or from the largest.

    Under the source of the voucher that takes the part back; nothing where no budget was approved.
    """
    places = spent_at(spent_source)
    if not places:
        return
    largest = max(places, key=lambda one: places[one].spent)
    given = totals((one if one in places else largest, line.amount) for line in lines for one in [classes_of(line)])
    use(
        spent(source, UseAct.GIVE_BACK, spent_source, on, one, places[one].appropriation, -amount)
        for one, amount in given
    )


def shortfalls(*, township: Township, year: int, on: date, lines: Sequence[SpendingLine]) -> Sequence[Shortfall]:
    """Return which lines ``spend_classified`` would be refused for now; nothing where no budget is approved."""
    return shortfalls_of(
        township=township, year=year, on=on, spending=[(classes_of(line), line.amount) for line in lines]
    )


def held(release: Release) -> Township:
    """Return the township of a release, whose budget is not approved until this transaction ends."""
    township = Township.objects.get(pk=release.township_id)
    hold_budgets(townships=[township])
    return township


def hold_budgets(*, townships: Iterable[Township]) -> None:
    """Keep budgets of townships from being approved until this transaction ends; call it before posting."""
    codes = sorted(township.book_id for township in townships)
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM ledger_book WHERE code = ANY (%s) ORDER BY code FOR KEY SHARE", [codes])


def classes_of(line: SpendingLine) -> Class:
    return line.classes.functional or "", line.classes.economic or ""


def classed(lines: Iterable[ReleaseLine]) -> list[tuple[Class, Decimal]]:
    """Return what lines of a release pay by functional and economic class."""
    return totals(((line.functional, line.economic), line.amount) for line in lines)


def totals(amounts: Iterable[tuple[Class, Decimal]]) -> list[tuple[Class, Decimal]]:
    """Return the amounts added up by class, without those that come to nothing."""
    added: dict[Class, Decimal] = {}
    for one, amount in amounts:
        added[one] = added.get(one, ZERO) + amount
    return [(one, amount) for one, amount in added.items() if amount]


def placed(
    township: Township, year: int, spending: Iterable[tuple[Class, Decimal]]
) -> list[tuple[Class, Appropriation, Decimal]]:
    """Return each class with the line of the budget that it belongs to.

    :raises BudgetLineMissing: if there is none
    """
    lines = appropriations_of(book=township.book_id, year=year)
    found = []
    for (functional, economic), amount in spending:
        line = covering(lines, functional=functional, economic=economic)
        if line is None:
            label = f"{functional or '*'}/{economic or '*'}"
            raise BudgetLineMissing("budget_has_the_line", {"line": label, "asked": amount, "left": ZERO})
        found.append(((functional, economic), line, amount))
    return found


def netted(
    spending: Sequence[tuple[Class, Appropriation, Decimal]],
) -> list[tuple[Class, Appropriation, Decimal]]:
    """Return the spending with what takes back set off against the rest of its line, under the largest class."""
    by_line: dict[int, list[tuple[Class, Appropriation, Decimal]]] = {}
    for one in spending:
        by_line.setdefault(one[1].pk, []).append(one)
    result = []
    for parts in by_line.values():
        if all(amount > 0 for _classes, _line, amount in parts):
            result += parts
            continue
        classes, line, _amount = max(parts, key=lambda part: part[2])
        result.append((classes, line, sum((amount for _classes, _line, amount in parts), ZERO)))
    return [one for one in result if one[2]]


def paid_source(release: Release) -> str:
    """Return the source of the voucher that pays a release out."""
    return f"{release.source}/paid"


def spent_at(origin: str) -> Mapping[Class, BudgetUse]:
    """Return by class the last use that spent of an origin: what comes back goes where it was taken."""
    return {
        (one.functional, one.economic): one
        for one in BudgetUse.objects.filter(origin=origin, spent__gt=0).select_related("appropriation").order_by("pk")
    }


def spent(
    source: str, act: UseAct, origin: str, on: date, classes: Class, line: Appropriation, amount: Decimal
) -> BudgetUse:
    return BudgetUse(
        source=source,
        act=act,
        origin=origin,
        appropriation=line,
        functional=classes[0],
        economic=classes[1],
        on=day_in(year=line.year, on=on),
        spent=amount,
    )


def taken_over(reserved: BudgetUse, source: str, *, on: date, spent: Decimal) -> BudgetUse:
    """Return the use that takes the place of a reservation."""
    return BudgetUse(
        source=source,
        act=UseAct.SPEND,
        origin=reserved.origin,
        appropriation_id=reserved.appropriation_id,
        functional=reserved.functional,
        economic=reserved.economic,
        on=on,
        reserved=-reserved.reserved,
        spent=spent,
    )


def use(uses: Iterable[BudgetUse]) -> None:
    """Write the uses of one source at once; the same again is already done.

    :raises BudgetSourceConflict: if the source has used the budget with other content
    :raises BudgetExhausted: if a line has not what is asked
    """
    rows = list(uses)
    if not rows:
        return
    for number, row in enumerate(rows, start=1):
        row.number = number
    source, act = rows[0].source, rows[0].act
    before = BudgetUse.objects.filter(source=source, act=act).order_by("number")
    if before:
        if [content_of(row) for row in before] != [content_of(row) for row in rows]:
            raise BudgetSourceConflict("budget_source_counts_once", {"source": source, "act": act})
        return
    with refusals_named(), transaction.atomic():
        BudgetUse.objects.bulk_create(rows)


def content_of(row: BudgetUse) -> tuple[str, str, Decimal, Decimal]:
    return row.functional, row.economic, row.reserved, row.spent
