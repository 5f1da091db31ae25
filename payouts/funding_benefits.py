"""Put money into the special accounts that benefits are paid from (J21).

Who funds is neither who certifies nor who pays. What the levels above bear is advanced from the treasury until their
money comes; what a township bears is advanced from the district's account and stands on 往来.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from ledger.balances import net_of
from ledger.entries import Signatures
from ledger.models import Officer
from ledger.money import ZERO
from ledger.posts import require_post
from ledger.recording import record_event
from payouts import entries
from payouts.facts import rows_of
from payouts.models import BenefitFunding, Run
from payouts.models.words import FunderKind, FundingKind
from payouts.posting_benefits import accounts_of, codes_of_any, district_book, post_of_district
from payouts.refusals import SameOfficer, refusals_named
from payouts.running import CHAIN, lock_run
from treasury.posting import SERVICE

# In the order of the special accounts; what a township bears leaves the district's.
FUNDERS = (FunderKind.CENTRAL, FunderKind.PROVINCE, FunderKind.CITY, FunderKind.DISTRICT)
# What batches that wait for the bank take from each special account: those of a run, and those of other runs that
# were funded, whose money is not there for this one.
WAITING = """
SELECT coalesce(sum(c.central), 0), coalesce(sum(c.province), 0), coalesce(sum(c.city), 0), coalesce(sum(c.district), 0)
  FROM payouts_batch b CROSS JOIN LATERAL payouts_batch_benefits(b.id) c
 WHERE b.status = 'APPROVED'
   AND (b.run_id = %s OR EXISTS (SELECT FROM payouts_benefitfunding f WHERE f.run_id = b.run_id))
"""


def shortages_of(*, run: Run, on: date) -> Mapping[FunderKind, Decimal]:
    """Return what each special account lacks on a day to send the approved batches of a run, beside funded ones."""
    [needed] = rows_of(WAITING, run.pk)
    book = district_book()
    lacking = {}
    for funder, account, amount in zip(FUNDERS, accounts_of(book), needed, strict=True):
        short = amount - net_of(book=book, code=account, as_of=on)
        if short > 0:
            lacking[funder] = short
    return lacking


def fund_run(*, run: Run, officer: Officer, cashier: Officer, on: date, at: datetime) -> list[BenefitFunding]:
    """Fund the special accounts with what they lack for the approved batches of a run.

    :raises FunctionsTogether: if the officer submitted, reviewed or released the run, or certified its people
    :raises CashShort: if the treasury has not the money
    """
    require_funder(officer, cashier)
    with refusals_named(), transaction.atomic():
        # Who funds the run at the same moment is waited for, and finds the accounts full.
        run = lock_run(run)
        lacking = shortages_of(run=run, on=on)
        return [
            put_in(
                run=run,
                funder=funder,
                kind=FundingKind.TREASURY,
                amount=amount,
                paper=f"统发批次 {run}",
                officer=officer,
                cashier=cashier,
                on=on,
                at=at,
            )
            for funder, amount in lacking.items()
        ]


def receive_from_above(
    *, funder: FunderKind, amount: Decimal, paper: str, officer: Officer, cashier: Officer, on: date, at: datetime
) -> BenefitFunding:
    """Book benefit money that a level above has paid in.

    :raises PaperBooked: if money of the level has been booked with the paper
    """
    require_funder(officer, cashier)
    with refusals_named(), transaction.atomic():
        return put_in(
            run=None,
            funder=funder,
            kind=FundingKind.FROM_ABOVE,
            amount=amount,
            paper=paper,
            officer=officer,
            cashier=cashier,
            on=on,
            at=at,
        )


def require_funder(officer: Officer, cashier: Officer) -> None:
    """Require the post to fund of an officer, and that of a cashier of another, also where nothing is lacking.

    :raises OfficerMayNot: without the post
    :raises SameOfficer: if one person is both
    """
    require_post(officer, "payouts.fund_benefits")
    require_post(cashier, "payouts.render_batch")
    if officer.username == cashier.username:
        raise SameOfficer("voucher_four_eyes", {"officer": officer.username})


def put_in(
    *,
    run: Run | None,
    funder: FunderKind,
    kind: FundingKind,
    amount: Decimal,
    paper: str,
    officer: Officer,
    cashier: Officer,
    on: date,
    at: datetime,
) -> BenefitFunding:
    """Keep a funding and post it, inside the caller's transaction."""
    funding = BenefitFunding.objects.create(
        run=run, funder=funder, kind=kind, amount=amount, funded_on=on, paper=paper, funded_by=officer
    )
    from_treasury = kind == FundingKind.TREASURY
    post_of_district(
        entries.fund_benefit_account(
            codes_of_any(),
            account=accounts_of(district_book())[FUNDERS.index(funder)],
            own=amount if from_treasury else ZERO,
            from_above=ZERO if from_treasury else amount,
        ),
        source=f"payouts.funding/{funding.pk}",
        posting_date=on,
        summary=f"惠民补贴专户（{funder.label}）" + ("拨入" if from_treasury else "收到上级资金"),
        signatures=Signatures(preparer=SERVICE, reviewer=officer.username, poster=SERVICE, cashier=cashier.username),
    )
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act="benefits.fund",
        subject=f"funding/{funding.pk}",
        after={"funder": funder, "kind": kind, "amount": amount, "run": str(run or "")},
    )
    return funding
