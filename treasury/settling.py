"""Settle a month with the townships: prepare the figures, approve them, post them; then salaries are paid first.

Preparing writes the figures down (``settlement_figures`` shows them before). Posting gives back the ordinary
return (J4), the local part of the over-collection less what is withheld (J6a, or J6b where the excess had
become district revenue), sends up what is not retained locally (J6c), and puts back pay into the queue.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledger.entries import Event, Signatures
from ledger.models import Officer
from ledger.money import ZERO
from ledger.policies import as_text
from ledger.posting import post_events
from ledger.posts import require_post
from ledger.recording import record_event
from treasury import entries
from treasury.entries import GENERAL, Mirrored
from treasury.models import BackPayPart, Settlement, Township, Unit, UnpaidSalary
from treasury.models.settlements import AMOUNTS
from treasury.models.words import Rank, ReleaseKind, SettlementStatus
from treasury.opening import codes_of
from treasury.policy import treasury_policies
from treasury.posting import SERVICE, mirrored_event
from treasury.refusals import FiguresMoved, StateRefuses, TreasuryReasonMissing, refusals_named
from treasury.releasing import PayeeLine, request_release
from treasury.rules.settlements import Owed, pay_back
from treasury.settlement_figures import WorkedOut, unpaid_left, work_out

CHAIN = ""
SUBSIDY = "subsidy"
BASIC_PAY = "30101"


def prepare_settlements(*, month: date, officer: Officer, at: datetime) -> Sequence[Settlement]:
    """Prepare the settlement of a month for every township with a plan; return those of the month that are open.

    A month that was settled is settled further only by what has come since; a prepared settlement whose
    figures no longer hold is withdrawn and prepared anew.
    """
    require_post(officer, "treasury.prepare_settlement")
    with refusals_named(), transaction.atomic():
        lock_townships()
        open_ones = {
            one.township_id: one
            for one in Settlement.objects.select_for_update().filter(
                status__in=[SettlementStatus.PREPARED, SettlementStatus.APPROVED]
            )
        }
        numbers = numbers_of(month)
        made = []
        for found in work_out(month=month):
            before = open_ones.get(found.township.pk)
            if before is not None and before.month != month:
                raise StateRefuses(
                    "settlement_is_one_at_a_time", {"township": found.township.name, "open": f"{before.month:%Y-%m}"}
                )
            number = numbers.get(found.township.pk, 0)
            made_now = settlement_of(found, number + 1, officer)
            if before is not None and same_figures(before, made_now):
                made.append(before)
                continue
            if before is not None:
                withdraw(before)
            elif number and nothing_to_settle(found):
                continue
            made_now.save()
            made.append(made_now)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="settlements.prepare",
            subject=f"month/{month:%Y-%m}",
            after={"settlements": len(made), "returned": sum((one.returned for one in made), ZERO)},
        )
        return made


def lock_townships() -> None:
    """Let one at a time settle: what is worked out is what is written."""
    list(Township.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def numbers_of(month: date) -> Mapping[int, int]:
    """Return the last number of a settlement of each township in a month."""
    return dict(Settlement.objects.filter(month=month).order_by("number").values_list("township_id", "number"))


def nothing_to_settle(found: WorkedOut) -> bool:
    figures = found.figures
    return not (figures.base or figures.upper_part or figures.ordinary_return)


def settlement_of(found: WorkedOut, number: int, officer: Officer) -> Settlement:
    figures, year, standing = found.figures, found.year, found.standing
    return Settlement(
        township=found.township,
        year=found.month.year,
        month=found.month,
        number=number,
        settled_on=found.settled_on,
        planned=year.planned,
        collected=year.collected,
        over=figures.over,
        local_share=year.local_share,
        local_part=figures.local_part,
        settled_before=year.settled,
        base=figures.base,
        rate=found.rate.percent,
        quarter=figures.quarter,
        debt_before=standing.debt,
        withheld=figures.withheld,
        debt_after=figures.debt_after,
        returned=figures.returned,
        upper_part=figures.upper_part,
        ordinary_return=figures.ordinary_return,
        held_before=standing.held,
        unpaid_before=standing.unpaid,
        back_pay=figures.back_pay,
        rest=figures.rest,
        basis=found.references,
        prepared_by=officer,
    )


# What has to hold still between the preparation of a settlement and its approval.
COMPARED = [name for name in AMOUNTS if name not in ("quarter", "debt_after")]


def same_figures(one: Settlement, other: Settlement) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in COMPARED)


def withdraw(settlement: Settlement) -> None:
    settlement.status = SettlementStatus.WITHDRAWN
    settlement.save(update_fields=["status"])


def withdraw_settlements(*, month: date, officer: Officer, reason: str, at: datetime) -> int:
    """Withdraw the settlements of a month that are not posted; return how many.

    :raises TreasuryReasonMissing: without a reason
    """
    require_post(officer, "treasury.approve_settlement")
    if not reason.strip():
        raise TreasuryReasonMissing("settlement_is_withdrawn_with_a_reason", {"month": f"{month:%Y-%m}"})
    with refusals_named(), transaction.atomic():
        waiting = list(locked(month, SettlementStatus.PREPARED, SettlementStatus.APPROVED))
        for one in waiting:
            withdraw(one)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="settlements.withdraw",
            subject=f"month/{month:%Y-%m}",
            after={"settlements": len(waiting), "reason": reason},
        )
        return len(waiting)


def locked(month: date, *statuses: SettlementStatus) -> Sequence[Settlement]:
    return list(
        Settlement.objects.select_for_update(of=("self",))
        .filter(month=month, status__in=statuses)
        .select_related("township", "township__book", "township__book__parent")
        .order_by("township_id")
    )


def approve_settlements(*, month: date, officer: Officer, at: datetime) -> Sequence[Settlement]:
    """Approve the prepared settlements of a month; the officer stands for their figures.

    :raises OneOfficerTwice: if the officer prepared them
    """
    require_post(officer, "treasury.approve_settlement")
    with refusals_named(), transaction.atomic():
        waiting = locked(month, SettlementStatus.PREPARED)
        for one in waiting:
            one.status, one.approved_by = SettlementStatus.APPROVED, officer
            one.save(update_fields=["status", "approved_by"])
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="settlements.approve",
            subject=f"month/{month:%Y-%m}",
            after={"settlements": len(waiting)},
        )
        return waiting


def require_standing(month: date, waiting: Sequence[Settlement]) -> None:
    """Check that what was approved is what the books say now; PostgreSQL asks for debt and bases again.

    :raises FiguresMoved: naming the first figure that moved
    """
    found = {one.township.pk: one for one in work_out(month=month)} if waiting else {}
    for one in waiting:
        now = settlement_of(found[one.township_id], one.number, one.prepared_by)
        for name in COMPARED:
            if getattr(one, name) != getattr(now, name):
                facts = {"township": one.township.name, name: getattr(one, name), "now": getattr(now, name)}
                raise FiguresMoved("settlement_follows_the_books", facts)


@dataclass(frozen=True, slots=True)
class Settled:
    """What was posted: the settlements, and how many releases of back pay wait now."""

    settlements: Sequence[Settlement]
    back_pays: int


def post_settlements(*, month: date, cashier: Officer, at: datetime) -> Settled:
    """Post the approved settlements of a month and put back pay into the queue.

    :raises FiguresMoved: if the books have moved since a settlement was worked out
    :raises OneOfficerTwice: if the cashier prepared or approved one
    :raises CashShort: if the treasury has not the money
    """
    require_post(cashier, "treasury.post_settlement")
    with refusals_named(), transaction.atomic():
        lock_townships()
        waiting = locked(month, SettlementStatus.APPROVED)
        require_standing(month, waiting)
        owed = unpaid_left()
        for one in waiting:
            one.status, one.posted_by = SettlementStatus.POSTED, cashier
            one.save(update_fields=["status", "posted_by"])
        post_events([event for one in waiting for event in events_of(one, cashier)])
        back_pays = sum(request_back_pay(one, owed.get(one.township_id, [])) for one in waiting)
        record_event(
            chain=CHAIN,
            at=at,
            actor=cashier.username,
            act="settlements.post",
            subject=f"month/{month:%Y-%m}",
            after={
                "settlements": len(waiting),
                "returned": sum((one.returned for one in waiting), ZERO),
                "withheld": sum((one.withheld for one in waiting), ZERO),
                "ordinary": sum((one.ordinary_return for one in waiting), ZERO),
            },
        )
        return Settled(waiting, back_pays)


def events_of(settlement: Settlement, cashier: Officer) -> Iterator[Event]:
    """Yield the events of a settlement that move anything: ordinary return, rebate, the part that goes up."""
    township = settlement.township
    district = township.book.parent
    assert district is not None
    codes = codes_of(district=district, township=township.book)
    is_subsidy = excess_form(settlement.settled_on) == SUBSIDY
    rebate = entries.settle_surplus_as_subsidy if is_subsidy else entries.settle_surplus
    parts: tuple[tuple[str, str, Mirrored], ...] = (
        ("ordinary", "正常返还", entries.ordinary_return(codes, settlement.ordinary_return)),
        ("rebate", "超收返还", rebate(codes, rebate=settlement.base, withheld=settlement.withheld)),
        ("upper", "超收上级留用", entries.keep_upper_part(codes, settlement.upper_part)),
    )
    for name, title, journal in parts:
        if journal.township:
            yield mirrored_event(
                source=f"{settlement.source}/{name}",
                district=district,
                township=township.book,
                entries=journal,
                posting_date=settlement.settled_on,
                summary=f"{township.name}{settlement.month:%Y年%m月}{title}",
                signatures=Signatures(
                    preparer=SERVICE,
                    reviewer=str(settlement.approved_by_id),
                    poster=SERVICE,
                    cashier=cashier.username,
                ),
            )


def excess_form(on: date) -> str:
    """Return as what the excess comes back on a day: it stayed 往来 (J6a), or it had become revenue (J6b)."""
    return as_text(treasury_policies()["excess_form"].value_on(on))


def request_back_pay(settlement: Settlement, owed: Sequence[Owed]) -> int:
    """Put the back pay of a settlement into the queue, one release for each person; return how many."""
    paid = pay_back(amount=settlement.back_pay, owed=owed)
    if not paid:
        return 0
    codes = codes_of_township(settlement.township)
    unpaid = {one.pk: one for one in UnpaidSalary.objects.filter(pk__in=paid).select_related("unit").order_by("month")}
    by_person: dict[str, list[UnpaidSalary]] = {}
    for one in unpaid.values():
        by_person.setdefault(one.payee_reference, []).append(one)
    for reference, months in by_person.items():
        release = request_release(
            source=f"{settlement.source}/back_pay/{reference}",
            month=settlement.month,
            township=settlement.township,
            kind=ReleaseKind.BACK_PAY,
            rank=Rank.SALARY,
            account_code=codes,
            fund_code=GENERAL,
            summary=f"{settlement.township.name}补发{months[0].month:%Y年%m月}"
            + ("等月" if len(months) > 1 else "")
            + "欠发工资",
            lines=[back_pay_line(one, paid[one.pk]) for one in months],
            on=settlement.settled_on,
            prepared_by=settlement.prepared_by,
            checked_by=settlement.approved_by,
        )
        BackPayPart.objects.bulk_create(BackPayPart(unpaid=one, release=release, amount=paid[one.pk]) for one in months)
    return len(by_person)


def codes_of_township(township: Township) -> str:
    """Return the code of the account that back pay leaves."""
    assert township.book.parent is not None
    return codes_of(district=township.book.parent, township=township.book).township.disbursements


def back_pay_line(one: UnpaidSalary, amount: Decimal) -> PayeeLine:
    unit: Unit | None = one.unit
    return PayeeLine(
        payee_name="",
        payee_reference=one.payee_reference,
        amount=amount,
        economic=BASIC_PAY,
        unit=unit.dimension_id if unit else "",
    )
