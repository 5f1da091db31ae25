"""A district with a row in every table of the treasury's money, furnished once; everybody is invented."""

from datetime import date

from month.posts import demo_officer
from tests.furnishing import fixtures
from tests.townships import (
    AT,
    DISBURSEMENTS,
    FEES,
    NOVEMBER,
    OFFICE,
    TOWN,
    TRANSFERS,
    applied,
    begin,
    collect,
    opening,
    owe_salaries,
    plan,
    row,
    settle,
    town,
    yuan,
)
from treasury.claiming import HandedInClaim, HandedInLine, take_claims
from treasury.collecting import register_income
from treasury.models import AccountVerification, BankAccount, Release, UnitChannel
from treasury.releasing import release_funds
from treasury.settling import prepare_settlements
from treasury.taking_over import OLD_DEBT


def furnish() -> None:
    """Settle a month, take claims, release one, and leave one of everything open."""
    begin()
    opening({OLD_DEBT: "100.00", DISBURSEMENTS: "1000.00", FEES: "500.00", TRANSFERS: "400.00"})
    owe_salaries(("person/1", date(2026, 9, 1), "60.00"), ("person/2", date(2026, 9, 1), "900.00"))
    plan("100.00")
    first = row("300.00")
    collect(first)
    settle()
    take_claims(
        file=applied("CLAIMS"),
        claims=[
            claim("BZ1", "300.00", "FP1"),
            claim("BZ2", "200.00", "FP2"),
            claim("BZ3", "9.00", "FP3", reason="未同意"),
        ],
        officer=demo_officer("preparer"),
        at=AT,
    )
    release_funds(release=Release.objects.get(claim__number="BZ1"), officer=demo_officer("releaser"), at=AT)
    second = row("7.00")
    collect(first, second)
    prepare_settlements(month=NOVEMBER, officer=demo_officer("preparer"), at=AT)
    register_income(file=applied(), rows=[first, second, row("5.00")], officer=demo_officer("preparer"), at=AT)
    account = BankAccount.objects.create(
        number="0710099990000001", bank="农商行", holder_name="云溪镇政府", holder_number=""
    )
    AccountVerification.objects.create(account=account, verdict="VERIFIED", on=date(2026, 11, 1), source="test")
    UnitChannel.objects.create(
        unit=town().units.get(),
        channel="单位存折",
        account=account,
        effective_from=NOVEMBER,
        recorded_by=demo_officer("preparer"),
        source="test",
    )


def claim(number: str, amount: str, invoice: str, *, reason: str = "") -> HandedInClaim:
    line = HandedInLine(
        amount=yuan(amount),
        economic="30201",
        invoice=invoice,
        payee_name="青岚文具店",
        account_number="0710099990000009",
    )
    return HandedInClaim(
        number=number,
        township=TOWN,
        unit_code=OFFICE,
        sub_account=DISBURSEMENTS,
        claimed_on=date(2026, 11, 5),
        lines=[line],
        signer="测试镇长",
        signed_on=date(2026, 11, 6),
        reason=reason,
        total=yuan(amount),
    )


stage, own_stage, rolled_back = fixtures(furnish)
