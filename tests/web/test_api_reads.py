"""What other systems read: months with their steps, totals of runs, payments by reference, vouchers, balances."""

from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Count, Sum
from django.test.utils import CaptureQueriesContext

from ledger.models import Voucher
from payouts.models import Payment, Payslip
from tests import golden, payroll
from tests.api import call, token
from tests.attacks import Stage
from tests.golden import BIRCH, town
from tests.payroll import AUGUST, JULY, OCTOBER, REISSUED, run_of, serial_of
from web.api.months import STEPS

paid_stage = payroll.stage
stage = golden.stage


def reference(serial: int) -> str:
    return f"202607-{serial:06}"


def test_months_and_runs_and_payments(stage_of_pay: None) -> None:
    secret = token("months:read", "payments:read")
    assert call(secret, "GET", "/months").told["months"][0] == "2026-11"
    july, october = (call(secret, "GET", f"/months/{month:%Y-%m}").told for month in (JULY, OCTOBER))
    assert [step["step"] for step in july["steps"]] == list(STEPS)
    assert october["current"] == "exceptions"
    assert next(step for step in october["steps"] if step["step"] == "exceptions")["blockers"]
    run = run_of(AUGUST)
    sums = Payslip.objects.filter(run=run, edition=run.edition).aggregate(people=Count("pk"), net=Sum("net"))
    (told,) = call(secret, "GET", "/months/2026-08/runs").told["runs"]
    assert (told["people"], told["net"], told["purpose"]) == (sums["people"], f"{sums['net']:.2f}", "PAYROLL")
    assert Decimal(told["gross"]) - Decimal(told["deductions"]) - Decimal(told["tax"]) == Decimal(told["net"])
    first = Payment.objects.get(month=JULY, serial=serial_of(JULY, REISSUED))
    returned = call(secret, "GET", f"/payments/{reference(first.serial)}").told
    assert (returned["state"], returned["amount"]) == ("RETURNED", f"{first.amount:.2f}")
    assert [answer["outcome"] for answer in returned["answers"]] == ["RETURNED"]
    again = call(secret, "GET", f"/payments/{returned['reissued_as']}").told
    assert (again["reissues"], again["state"]) == (reference(first.serial), "SETTLED")
    assert first.name not in str(returned)
    assert first.account_number not in str(returned)


@pytest.fixture
def stage_of_pay(paid_stage: Stage) -> None:
    """The months of the payroll, read only."""


def test_a_voucher_is_found_by_its_number_and_a_balance_ties(stage: Stage) -> None:
    book = town(BIRCH).book
    secret = token("books:read")
    told = call(secret, "GET", f"/books/{book.code}/balance?month=2026-11").told
    leaves = [line for line in told["lines"] if line["leaf"] and line["record"] == "F"]
    assert told["ties"] is True
    assert sum(Decimal(line["debit"]) for line in leaves) == sum(Decimal(line["credit"]) for line in leaves) != 0
    assert all(isinstance(line["debit"], str) and line["debit"][-3] == "." for line in leaves)
    listed = call(secret, "GET", f"/books/{book.code}/vouchers?month=2026-11").told["vouchers"]
    assert len(listed) == Voucher.objects.filter(book=book, posting_date__year=2026, posting_date__month=11).count()
    one = listed[0]
    found = call(secret, "GET", f"/books/{book.code}/vouchers/{one['month']}/{one['type']}/{one['number']}").told
    assert (found["total"], found["summary"]) == (one["total"], one["summary"])
    debits = [Decimal(line["amount"]) for line in found["lines"] if line["side"] == "D"]
    assert sum(debits) >= Decimal(found["total"])
    assert call(secret, "GET", f"/books/{book.code}/vouchers/2026-11/转/9999").status_code == 404
    assert call(secret, "GET", f"/books/{book.code}/balance?month=2001-01").status_code == 404


def test_vouchers_come_page_by_page(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    code = town(BIRCH).book.code
    secret = token("books:read")
    whole = call(secret, "GET", f"/books/{code}/vouchers?month=2026-11").told["vouchers"]
    monkeypatch.setattr("web.api.books.PAGE", 2)
    pages, after = [], ""
    while True:
        page = call(secret, "GET", f"/books/{code}/vouchers?month=2026-11" + (f"&after={after}" if after else "")).told
        pages += page["vouchers"]
        after = page["next_after"]
        if not after:
            break
    assert pages == whole
    assert len(pages) > 2


def queries(secret: str, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert call(secret, "GET", path).status_code == 200
    return len(captured)


def test_a_list_asks_the_database_as_often_however_long_it_is(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = token("books:read")
    path = f"/books/{town(BIRCH).book.code}/vouchers?month=2026-11"
    call(secret, "GET", path)
    many = queries(secret, path)
    monkeypatch.setattr("web.api.books.PAGE", 1)
    assert queries(secret, path) == many
