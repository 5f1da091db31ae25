"""check_books is silent where releases are paid well, and names each fault planted past the triggers by one name."""

from decimal import Decimal

import pytest

from ledger.checks import CHECKS, run_checks
from month.beginning import open_months
from month.closing_months import close_month
from payouts.answering import take_results
from payouts.models import Batch, Payment
from payouts.refusals import NoSuchRun, StillUnanswered
from tests import releases
from tests.attacks import Stage
from tests.bank import Bank
from tests.payroll import AT, AUGUST, JULY, OCTOBER, answered, officer
from tests.payroll_hands import round_triggers
from tests.releases import sent, silent
from treasury.models import Release

stage = releases.stage
own_stage = releases.own_stage
rolled_back = releases.rolled_back

OURS = [name for name, check in CHECKS.items() if check.__module__ == "payouts.release_checks"]


def found() -> list[str]:
    return [f"{fault.check}: {fault.what}" for fault in run_checks([])]


# What is done past the triggers, the check that finds it, and what the check says.
FAULTS = {
    "a release that nothing paid": (
        "UPDATE treasury_release SET status = 'POSTED' WHERE source = 'claim/09'",
        "releases_are_posted",
        "release claim/09 is POSTED: amount 920.50, voucher 0",
    ),
    "a release set back after its voucher": (
        "UPDATE treasury_release SET status = 'RELEASED' WHERE source = 'procurement/07'",
        "releases_are_posted",
        "release procurement/07 is RELEASED: amount 800.00, voucher 800.00",
    ),
    "an obligation": (
        """UPDATE payouts_obligation SET amount = amount + 0.01
            WHERE amount = 120.50 AND release_id = (SELECT id FROM treasury_release WHERE source = 'claim/08')""",
        "releases_are_owed",
        "release claim/08 is RELEASED: 1 obligations and payees differ",
    ),
    "an obligation of a payee too many": (
        """INSERT INTO payouts_obligation (scheme, component, month, source, release_id, amount)
           SELECT 'release', 'CLAIM', month, 'treasury.release/' || id || '/9', id, 1 FROM treasury_release
            WHERE source = 'claim/08'""",
        "releases_are_owed",
        "release claim/08 is RELEASED: 1 obligations and payees differ",
    ),
    "what came back": (
        "UPDATE treasury_release SET returned = returned - 0.01 WHERE source = 'claim/07'",
        "releases_are_paid",
        "release claim/07 is POSTED: amount 920.50, returned 120.49; payments 800.00, came back 120.50",
    ),
    "a payment before its release was posted": (
        "UPDATE payouts_payment SET status = 'SENT' WHERE month = '2026-08-01' AND amount = 1600",
        "releases_are_paid",
        "release special/08 is RELEASED: amount 1600.00, returned 0; payments 1600.00, came back 0",
    ),
    "a return that was not booked": (
        """INSERT INTO payouts_resultrow (file_id, payment_id, outcome, code, message, amount)
           SELECT max(f.id), p.id, 'RETURNED', '1004', '', p.amount FROM payouts_payment p, payouts_resultfile f
            WHERE p.month = '2026-07-01' AND p.amount = 1600 GROUP BY p.id;
           UPDATE payouts_resultfile SET returned = returned + 1, returned_amount = returned_amount + 1600""",
        "release_returns_are_posted",
        "release special/07, returned/",
    ),
}


def test_every_check_of_releases_is_planted_below() -> None:
    assert {name for _sql, name, _what in FAULTS.values()} == set(OURS)


def test_a_district_with_releases_of_each_stage_is_silent(stage: Stage) -> None:
    assert Release.objects.count() == 12
    assert found() == []


@pytest.mark.parametrize(("sql", "name", "what"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_past_the_triggers_is_found_by_its_check(own_stage: Stage, sql: str, name: str, what: str) -> None:
    superuser = own_stage.hand("postgres")
    with round_triggers(superuser):
        superuser.rows(sql)
    superuser.connection.commit()
    told = found()
    assert any(line.startswith(f"{name}: {what}") for line in told), told
    assert {line.split(":")[0] for line in told} - {name} <= BESIDES.get(name, set())


# A release in another state than its payments is out of step with both.
BESIDES = {
    "releases_are_posted": {"releases_are_owed", "releases_are_paid"},
    "releases_are_owed": {"batches_are_their_payments"},
}


# The month of the releases


def test_a_month_with_releases_under_way_is_not_closed(rolled_back: None) -> None:
    for act in (no_act, send_august):
        act()
        with pytest.raises(StillUnanswered):
            close_month(month=AUGUST, officer=officer("chief_accountant"), at=AT)
    answered(Batch.objects.get(month=AUGUST))
    close_month(month=AUGUST, officer=officer("chief_accountant"), at=AT)
    assert Batch.objects.get(month=AUGUST).status == "CLOSED"


def no_act() -> None:
    """Leave August's batch approved."""


def send_august() -> None:
    sent(Batch.objects.get(month=AUGUST))


def test_a_month_without_runs_and_batches_is_not_closed(rolled_back: None) -> None:
    with pytest.raises(NoSuchRun):
        close_month(month=OCTOBER, officer=officer("chief_accountant"), at=AT)


def test_what_comes_back_after_the_month_was_closed_is_booked_today(rolled_back: None) -> None:
    close_month(month=JULY, officer=officer("chief_accountant"), at=AT)
    assert Batch.objects.get(month=JULY).status == "CLOSED"
    open_months(day=AT.date(), officer=officer("chief_accountant"), at=AT)
    late = Payment.objects.get(month=JULY, amount=Decimal("1600.00"))
    others = Payment.objects.filter(batch=late.batch).exclude(pk=late.pk).values_list("serial", flat=True)
    [file] = [one for one in late.batch.files.all() if late in one.payments]
    content = Bank().take(bytes(file.content), failing={late.serial: "1004"}, silent=list(others))
    taken = take_results(
        name="late.txt",
        content=content,
        template=file.template,
        month=None,
        officer=officer("cashier"),
        on=None,
        at=AT,
    )
    assert taken.file.posting_date == AT.date()
    assert Release.objects.get(source="special/07").returned == Decimal("1600.00")
    assert silent()
