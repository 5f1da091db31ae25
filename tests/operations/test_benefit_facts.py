"""What officers record of enrolments and of schemes: verifications, deaths, suspensions, accounts, values."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError

from ledger.checks import run_checks
from ledger.models import AuditEvent
from ledger.refusals import OfficerMayNot
from month.beginning import open_months
from payouts.models import BenefitDue, Enrolment, EnrolmentFact, Overpayment, SchemeValue
from payouts.models.words import AccountKind
from payouts.refusals import EnrolmentRefused, ReasonMissing, SameOfficer, UnknownScheme, WrongState
from payouts.setting_rates import decide_value, propose_value
from payouts.verifying import (
    OtherAccount,
    change_account,
    end,
    latest,
    record_death,
    resume,
    suspend,
    verify,
)
from tests import benefits, telling
from tests.acting_as import let_act_as
from tests.benefits import AUGUST, JULY, REWARD, SEPTEMBER, Recipient, enrolled, enrolment_of, paid, reason_of
from tests.payroll import AT, card, officer
from tests.telling import Told

stage, rolled_back, tell = benefits.stage, benefits.rolled_back, telling.tell
pytestmark = pytest.mark.usefixtures("rolled_back")

ONE = Recipient(1)
PAPER = "核实记录3"
RECORD = {"paper": PAPER, "at": AT}


def recorder() -> dict[str, object]:
    return {**RECORD, "officer": officer("benefits_officer")}


def due_in(month: date) -> list[tuple[str, Decimal]]:
    found = BenefitDue.objects.filter(run__month=month).order_by("period", "number")
    return [(f"{due.period:%Y-%m}", due.amount) for due in found]


def test_a_verification_recorded_here_pays_the_months_that_stood_unpaid() -> None:
    late = replace(ONE, met_on="2025-12-31")
    run = paid(JULY, [late])
    assert reason_of(run, late) == "verification_overdue"
    verify(enrolment=enrolment_of(ONE), met_on=date(2026, 7, 20), **recorder())  # type: ignore[arg-type]
    paid(AUGUST)
    assert due_in(AUGUST) == [("2026-07", Decimal("80.00")), ("2026-08", Decimal("80.00"))]
    assert list(run_checks([])) == []


def test_a_roster_that_does_not_know_a_verification_does_not_undo_it() -> None:
    late = replace(ONE, met_on="2025-12-31")
    enrolled(JULY, [late])
    verify(enrolment=enrolment_of(ONE), met_on=date(2026, 6, 20), **recorder())  # type: ignore[arg-type]
    enrolled(AUGUST, [late])
    assert latest(enrolment_of(ONE)).met_on == date(2026, 6, 20)


@pytest.mark.parametrize("met_on", [date(2026, 6, 21), date(2027, 1, 1)])
def test_nobody_is_met_after_death_or_in_the_future(met_on: date) -> None:
    enrolled(JULY, [replace(ONE, died_on="2026-06-20")])
    with pytest.raises(EnrolmentRefused, match="verification_is_of_the_living"):
        verify(enrolment=enrolment_of(ONE), met_on=met_on, **recorder())  # type: ignore[arg-type]


def test_a_death_recorded_here_stops_pay_and_makes_what_was_paid_overpaid() -> None:
    paid(JULY, [ONE])
    record_death(enrolment=enrolment_of(ONE), died_on=date(2026, 6, 30), **recorder())  # type: ignore[arg-type]
    run = paid(AUGUST)
    assert reason_of(run, ONE) == "died"
    assert [over.amount for over in Overpayment.objects.all()] == [Decimal("80.00")]


def test_the_month_of_the_last_day_is_paid_and_the_next_is_not() -> None:
    enrolled(JULY, [ONE])
    end(enrolment=enrolment_of(ONE), ended_on=date(2026, 7, 1), **recorder())  # type: ignore[arg-type]
    assert reason_of(paid(JULY), ONE) == ""
    assert reason_of(paid(AUGUST), ONE) == "ended"


def test_a_suspension_counts_from_its_month_and_is_not_paid_later() -> None:
    paid(JULY, [ONE])
    suspend(enrolment=enrolment_of(ONE), from_month=AUGUST, **recorder())  # type: ignore[arg-type]
    assert reason_of(paid(AUGUST), ONE) == "suspended_status"
    resume(enrolment=enrolment_of(ONE), **recorder())  # type: ignore[arg-type]
    paid(SEPTEMBER)
    assert due_in(SEPTEMBER) == [("2026-09", Decimal("80.00"))]
    with pytest.raises(EnrolmentRefused, match="enrolment_is_suspended"):
        resume(enrolment=enrolment_of(ONE), **recorder())  # type: ignore[arg-type]


def test_a_guardian_is_paid_with_a_reason_only() -> None:
    enrolled(JULY, [ONE])
    guardian = OtherAccount(AccountKind.GUARDIAN, "测试监护人", "农商行", card(77), "卧床")
    with pytest.raises(ReasonMissing, match="guardian_account_has_its_reason"):
        change_account(enrolment=enrolment_of(ONE), account=replace(guardian, reason=" "), **recorder())  # type: ignore[arg-type]
    wrong = replace(guardian, number=card(77)[:-1] + ("0" if card(77)[-1] != "0" else "1"))
    with pytest.raises(EnrolmentRefused, match="account_number_is_sound"):
        change_account(enrolment=enrolment_of(ONE), account=wrong, **recorder())  # type: ignore[arg-type]
    change_account(enrolment=enrolment_of(ONE), account=guardian, **recorder())  # type: ignore[arg-type]
    due = BenefitDue.objects.get(run=paid(JULY))
    assert (due.holder_name, due.account_number) == ("测试监护人", card(77))


def test_a_fact_needs_its_paper_and_the_post() -> None:
    enrolled(JULY, [ONE])
    with pytest.raises(ReasonMissing, match="enrolment_fact_has_its_paper"):
        suspend(enrolment=enrolment_of(ONE), from_month=JULY, paper="", officer=officer("benefits_officer"), at=AT)
    with pytest.raises(OfficerMayNot):
        suspend(enrolment=enrolment_of(ONE), from_month=JULY, paper=PAPER, officer=officer("preparer"), at=AT)
    assert EnrolmentFact.objects.count() == 1


def test_the_trail_says_what_changed_without_numbers() -> None:
    enrolled(JULY, [ONE])
    record_death(enrolment=enrolment_of(ONE), died_on=date(2026, 6, 30), **recorder())  # type: ignore[arg-type]
    event = AuditEvent.objects.get(act="enrolment.die")
    assert "2026-06-30" in event.after
    assert ONE.id_number not in event.before + event.after


VALUE = {
    "scheme": REWARD,
    "grade": "",
    "effective_from": JULY,
    "amount": Decimal("95.50"),
    "reference": "区财〔2026〕9号",
}


def proposed(**other: object) -> SchemeValue:
    return propose_value(**{**VALUE, **other}, officer=officer("benefits_officer"), at=AT)  # type: ignore[arg-type]


def test_a_value_counts_once_another_officer_has_approved_it() -> None:
    paid(JULY, [ONE])
    value = proposed()
    assert due_in(JULY) == [("2026-07", Decimal("80.00"))]
    with pytest.raises(OfficerMayNot):
        decide_value(value=value, approved=True, officer=officer("benefits_officer"), at=AT)
    decide_value(value=value, approved=True, officer=officer("benefits_funder"), at=AT)
    paid(AUGUST)
    assert due_in(AUGUST) == [("2026-07", Decimal("15.50")), ("2026-08", Decimal("95.50"))]
    with pytest.raises(WrongState, match="scheme_value_is_decided_once"):
        decide_value(value=value, approved=False, officer=officer("benefits_funder"), at=AT)


def test_a_value_that_was_refused_changes_nothing() -> None:
    decide_value(value=proposed(), approved=False, officer=officer("benefits_funder"), at=AT)
    paid(JULY, [ONE])
    assert due_in(JULY) == [("2026-07", Decimal("80.00"))]


@pytest.mark.parametrize("other", [{"scheme": "none_such"}, {"grade": "9"}])
def test_a_value_is_of_a_scheme_and_a_grade_that_there_are(other: dict[str, object]) -> None:
    with pytest.raises(UnknownScheme, match="scheme_is_known"):
        proposed(**other)


def test_a_proposer_with_both_posts_still_does_not_decide() -> None:
    both = officer("benefits_officer")
    let_act_as(both, "benefits_funder")
    value = propose_value(**VALUE, officer=both, at=AT)  # type: ignore[arg-type]
    with pytest.raises(SameOfficer):
        decide_value(value=value, approved=True, officer=type(both).objects.get(pk=both.pk), at=AT)


def test_the_commands_keep_enrolments_and_tell_them_masked(tell: Told) -> None:
    enrolled(JULY, [ONE])
    told = tell("benefit", "list")
    assert "220********" in told
    assert ONE.id_number not in told
    assert card(1) not in told
    key = Enrolment.objects.get().pk
    tell("benefit", "verify", key, "--day", "2026-07-01", "--paper", PAPER, post="benefits_officer")
    assert latest(enrolment_of(ONE)).met_on == date(2026, 7, 1)
    with pytest.raises(CommandError):
        tell("benefit", "died", key, "--day", "2026-07-01", "--paper", PAPER, post="cashier")


def test_the_commands_take_a_run_step_by_step(tell: Told) -> None:
    enrolled(JULY, [ONE, Recipient(2)])
    month = ("--month", "2026-07")
    open_months(day=JULY.replace(day=25), officer=officer("chief_accountant"), at=AT)
    assert "160.00" in tell("benefit_run", "compute", *month, post="preparer")
    tell("benefit_run", "sign", *month, "--reason", "已核对", post="preparer")
    tell("benefit_run", "submit", *month, post="preparer")
    with pytest.raises(CommandError):
        tell("benefit_run", "review", *month, post="preparer")
    tell("benefit_run", "review", *month, post="reviewer")
    tell("benefit_run", "release", *month, "--template", "single_gb18030", post="releaser")
    cashier = officer("cashier").username
    assert "80.00" in tell(
        "benefit_run", "fund", *month, "--on", "2026-07-20", "--cashier", cashier, post="benefits_funder"
    )
    assert list(run_checks([])) == []
