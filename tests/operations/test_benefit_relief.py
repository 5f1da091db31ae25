"""Bereavement relief keeps back what the household was overpaid, also what its own run finds."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import transaction

from payouts.models import BenefitDue, Obligation, Overpayment, Recovery, Run
from payouts.refusals import MoreThanOverpaid, refusals_named
from payouts.running import thaw_run
from tests import benefits
from tests.benefits import (
    AUGUST,
    CONSOLATION,
    FEE,
    JULY,
    SEPTEMBER,
    Recipient,
    computed,
    deaths_known,
    enrolled,
    faults,
    frozen,
    overpaid_by,
    paid,
    recovered,
    refunded,
    vouchers_of,
)
from tests.payroll import AT, officer

stage = benefits.stage
rolled_back = benefits.rolled_back

# Who died in June was paid in July; the spouse is due relief in August, when the death becomes known.
DEAD = Recipient(1, household="H1")
SPOUSE = Recipient(2, household="H1")
RELIEF = Recipient(2, CONSOLATION, household="H1", starts_on="2026-08-01")


@pytest.fixture(autouse=True)
def agreeing(rolled_back: None) -> Iterator[None]:
    """After each test the books are checked."""
    yield
    assert faults() == []


def death_known_with_relief(relief: Recipient = RELIEF) -> None:
    paid(JULY, [DEAD, SPOUSE])
    enrolled(AUGUST, [DEAD, SPOUSE, relief])
    deaths_known(AUGUST, [(DEAD, "2026-06-20")])


def relief_of(run: Run) -> BenefitDue:
    return BenefitDue.objects.get(run=run, edition=run.edition, scheme=CONSOLATION)


def test_relief_keeps_back_what_its_own_run_finds_overpaid() -> None:
    death_known_with_relief()
    run = paid(AUGUST)
    assert overpaid_by(run) == [("001", "2026-07", "80.00", "died")]
    assert (relief_of(run).amount, relief_of(run).offset) == (Decimal("8000.00"), Decimal("80.00"))
    assert Obligation.objects.get(benefit=relief_of(run)).amount == Decimal("7920.00")
    assert recovered(Overpayment.objects.get()) == Decimal("80.00")


def test_what_is_overpaid_and_kept_back_by_one_run_leaves_no_receivable() -> None:
    death_known_with_relief()
    run = paid(AUGUST)
    receivable = [line for line in vouchers_of(run, "") if line[1].endswith(" 1036")]
    assert receivable == [("220112", "C 1036", "80.00"), ("220112", "D 1036", "80.00")]
    with pytest.raises(MoreThanOverpaid):
        refunded(Overpayment.objects.get(), "0.01")


def test_relief_of_another_household_keeps_back_nothing_of_its_own_run() -> None:
    death_known_with_relief(Recipient(2, CONSOLATION, household="H2", starts_on="2026-08-01"))
    assert relief_of(paid(AUGUST)).offset == 0
    assert recovered(Overpayment.objects.get()) == 0


def test_relief_that_is_paid_in_arrears_keeps_back_what_its_own_run_finds_overpaid() -> None:
    late = Recipient(2, CONSOLATION, household="H1", starts_on="2026-08-01", account="")
    paid(JULY, [DEAD, SPOUSE])
    paid(AUGUST, [DEAD, SPOUSE, late])
    enrolled(SEPTEMBER, [DEAD, SPOUSE, RELIEF])
    deaths_known(SEPTEMBER, [(DEAD, "2026-06-20")])
    run = paid(SEPTEMBER)
    assert (relief_of(run).period, relief_of(run).offset) == (AUGUST, Decimal("160.00"))


def test_relief_in_arrears_keeps_back_what_a_later_chunk_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("payouts.entitling.CHUNK", 1)
    late = Recipient(2, CONSOLATION, household="H1", starts_on="2026-08-01", account="")
    paid(JULY, [SPOUSE, Recipient(3)])
    paid(AUGUST, [late, SPOUSE, DEAD])
    enrolled(SEPTEMBER, [SPOUSE, RELIEF, DEAD])
    deaths_known(SEPTEMBER, [(DEAD, "2026-06-20")])
    assert relief_of(paid(SEPTEMBER)).offset == Decimal("80.00")


def test_other_benefits_of_the_household_keep_back_nothing_without_a_plan() -> None:
    paid(JULY, [DEAD, SPOUSE, Recipient(2, FEE, household="H1")])
    deaths_known(AUGUST, [(DEAD, "2026-06-20")])
    assert not BenefitDue.objects.filter(run=paid(AUGUST)).exclude(offset=0).exists()


def test_what_a_run_has_found_and_not_released_is_not_paid_in() -> None:
    death_known_with_relief()
    computed(AUGUST)
    with pytest.raises(MoreThanOverpaid) as refusal:
        refunded(Overpayment.objects.get(), "80.00")
    assert refusal.value.name == "recovery_is_within_its_overpayment"


def test_what_a_run_has_found_and_not_released_is_not_kept_back_by_another() -> None:
    death_known_with_relief()
    found = computed(AUGUST)
    assert Recovery.objects.get().overpayment.run == found
    other = frozen(JULY)
    due = BenefitDue.objects.get(run__month=JULY, person__id_number=SPOUSE.id_number)
    due.pk, due.run, due.number = None, other, 2
    due.save(force_insert=True)
    with pytest.raises(MoreThanOverpaid) as refusal, refusals_named(), transaction.atomic():
        Recovery.objects.create(
            overpayment=Overpayment.objects.get(),
            kind="OFFSET",
            amount=Decimal("1.00"),
            due=due,
            recorded_by=officer("preparer"),
        )
    assert refusal.value.name == "recovery_is_within_its_overpayment"


def test_a_run_that_is_computed_anew_keeps_back_what_it_finds_then() -> None:
    death_known_with_relief()
    thaw_run(run=computed(AUGUST), officer=officer("preparer"), reason="再算", at=AT)
    run = paid(AUGUST)
    assert (run.edition, relief_of(run).offset) == (2, Decimal("80.00"))
    assert recovered(Overpayment.objects.get(edition=2)) == Decimal("80.00")
