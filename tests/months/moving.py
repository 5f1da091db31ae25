"""Let a month pass: who comes, stops, gets a raise, changes the account; and what is paid this month only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.months.digits import last_day, shift
from tests.months.oracle import Paid, YearToDate, add_month
from tests.months.people import STOP_REASONS, Inventor, Person, Unit, make_person

BOUNDARIES = (36_000_00, 144_000_00, 300_000_00)


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the change file as it is meant; amounts in fen."""

    kind: str
    person: Person
    on: str
    item: str = ""
    old: int | None = None
    new: int | None = None
    bank: str = ""
    account: str = ""
    reason: str = ""


def day_in(*, rng: Random, month: str) -> str:
    """Choose a day of a month, never its first."""
    return f"{month}-{rng.randint(2, last_day(month)):02d}"


def evolve(*, people: Iterable[Person], changes: Iterable[Change], paid: dict[str, Paid], month: str) -> list[Person]:
    """Give the people as they stand after the month: its changes have become ordinary, the year to date has grown.

    Who was not paid keeps the year to date he had; his months do not grow either. After a December the next file
    shows the whole old year; after a January it starts from what January paid.
    """
    after = {
        person.id_number: replace(person, items=dict(person.items), extras={}, extra_months={}, newcomer=False)
        for person in people
    }
    for change in sorted(changes, key=lambda change: change.on):
        person = after[change.person.id_number]
        if change.kind == "停发":
            person.stopped, person.reason = change.on, change.reason
        elif change.kind == "调资":
            person.items[change.item] = change.new or 0
        elif change.kind == "变更账号":
            person.bank, person.account = change.bank, change.account
    for person in after.values():
        person.items.pop("奖金", None)  # a newcomer's
        if person.id_number in paid:
            person.ytd = paid[person.id_number].after
        elif month[5:] == "01":
            person.ytd = None
    return list(after.values())


def add_newcomers(*, rng: Random, inventor: Inventor, people: list[Person], units: Sequence[Unit], month: str) -> None:
    """Add the people who come this month: they are on the roster, but not in the pay items."""
    for _ in range(max(1, len(people) // 150)):
        person = make_person(rng=rng, inventor=inventor, unit=rng.choice(units), month=month)
        person.hired, person.ytd, person.newcomer = day_in(rng=rng, month=month), None, True
        if rng.random() < 0.2:
            person.items["奖金"] = rng.randint(300_00, 2000_00)
        people.append(person)
    people.sort(key=lambda person: person.unit.code)


def stop_some(*, rng: Random, people: Sequence[Person], month: str, share: float) -> None:
    """Write stops into the roster: long ago, in the month before, and in the month itself (still paid)."""
    running = [person for person in people if not person.stopped and not person.newcomer]
    for index, person in enumerate(rng.sample(running, max(3, int(len(running) * share)))):
        back = 0 if index % 6 == 0 else 1 if index % 6 == 1 else rng.randint(1, 24)
        person.stopped = max(day_in(rng=rng, month=shift(month, -back)), person.hired)
        person.reason = rng.choice(STOP_REASONS)


def make_changes(*, rng: Random, inventor: Inventor, people: Sequence[Person], month: str) -> list[Change]:
    """Make the change file's rows: newcomers by item, stops, raises and accounts, before, in and after the month."""
    changes = [
        Change("新增", person, person.hired, item=item, new=amount)
        for person in people
        if person.newcomer
        for item, amount in person.items.items()
    ]
    running = [person for person in people if not person.stopped and not person.newcomer]
    rng.shuffle(running)
    some = max(2, len(people) // 150)
    for index in range(some):
        back = (0, 1, 0, 2)[index % 4]
        on = day_in(rng=rng, month=shift(month, -back))
        changes.append(Change("停发", running.pop(), on, reason=rng.choice(STOP_REASONS)))
    for index in range(2 * some):
        changes += raises(rng=rng, person=running.pop(), month=month, index=index)
    with_account = [person for person in running if person.own_account]
    for index in range(min(some * 2, len(with_account) // 4)):
        back = (0, 1, 2, -1, 0, 1)[index % 6]
        bank, account = inventor.account()
        change = Change("变更账号", with_account[index], "", bank=bank, account=account)
        changes.append(replace(change, on=day_in(rng=rng, month=shift(month, -back))))
        if index % 6 == 5:  # and once more in the month: the later one stands
            bank, account = inventor.account()
            on = day_in(rng=rng, month=month)
            changes.append(Change("变更账号", with_account[index], on, bank=bank, account=account))
    return changes


def raises(*, rng: Random, person: Person, month: str, index: int) -> list[Change]:
    """Raise one item of a person: before the month, in it, or in several steps; each item only while it has a value."""
    items = [name for name in ("级别薪级工资", "职务岗位工资", "绩效工资", "乡镇工作补贴") if person.items.get(name)]
    if index % 9 == 8:
        items = [name for name in ("住房公积金", "专项附加扣除") if person.items.get(name)] or items
    if not items:
        return []
    item = rng.choice(items)
    backs = ((1,), (0,), (2,), (2, 1), (1, 0))[index % 5]
    found: list[Change] = []
    value = person.items[item]
    for back in backs:
        new = value + rng.randint(30, 400) * 100 + (rng.randint(1, 99) if rng.random() < 0.2 else 0)
        on = day_in(rng=rng, month=shift(month, -back))
        found.append(Change("调资", person, on, item=item, old=value, new=new))
        value = new
    return found


def add_extras(*, rng: Random, people: Sequence[Person], changed: set[str], month: str) -> None:
    """Add what is paid this month only, and the edges: nothing at all, more taken back than paid back, brackets."""
    running = [person for person in people if not person.newcomer and not "" < person.stopped[:7] < month]
    for person in running:
        if rng.random() < 0.05:
            person.extras["奖金"] = rng.randint(300_00, 6000_00)
        if rng.random() < 0.03:
            person.extras["补发金额"] = rng.randint(20_00, 900_00)
            person.extra_months["补发月份"] = shift(month, -rng.randint(1, 6))
        if rng.random() < 0.01:
            person.extras["补扣金额"] = rng.randint(20_00, 300_00)
            person.extra_months["补扣月份"] = shift(month, -rng.randint(1, 3))
    quiet = [person for person in running if person.id_number not in changed and not person.extras]
    rng.shuffle(quiet)
    few = max(1, len(quiet) // 1000)
    for _ in range(few):
        quiet.pop().extras["nothing"] = 1
        person = quiet.pop()
        person.extras |= {"补发金额": 120_50, "补扣金额": 120_51 + rng.randint(0, 300_00)}
        person.extra_months |= {"补发月份": shift(month, -2), "补扣月份": shift(month, -1)}
    for boundary in BOUNDARIES:
        for over in (-1, 0, 1):
            for _ in range(few):
                reach(person=quiet.pop(), target=boundary + over, month=month)
    for _ in range(few):  # a tax that ends in half a fen on an even fen: half up is not half even
        reach(person=quiet.pop(), target=20_001_50, month=month)


def reach(*, person: Person, target: int, month: str) -> None:
    """Give a bonus that brings the taxable income of the year to a target, if it is still below."""
    before = person.ytd if person.ytd and month[5:] != "01" else YearToDate()
    _, taxable = add_month(before, person.items)
    if taxable < target:
        person.extras["奖金"] = target - taxable
