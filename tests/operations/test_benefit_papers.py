"""Money that comes in for benefits is booked once for its paper: round the ORM, by the commands, and at an upgrade."""

from decimal import Decimal

import pytest
from django.core.management import CommandError
from django.db.models import Sum

from ledger.checks import run_checks
from payouts.funding_benefits import receive_from_above
from payouts.models import BenefitFunding, Overpayment, Recovery
from payouts.models.words import FunderKind
from payouts.refusals import PaperBooked
from tests import attacks, benefit_months, benefits, telling
from tests.attacks import Hand
from tests.benefits import AUGUST, lines_of, recovered, refunded
from tests.payroll import AT, officer
from tests.payroll_hands import Row, adds, another, refused, refuses, row_of
from tests.telling import Told

stage, own_stage, rolled_back = benefit_months.stage, benefit_months.own_stage, benefits.rolled_back
hand = attacks.hand
tell = telling.tell

FUNDING, RECOVERY = "payouts_benefitfunding", "payouts_recovery"
PAPER = "银行回单A7 (1)"
SPELLINGS = (PAPER, "银行回单a7(1)", " 银行 回单A7(1) ", "银行回单Ａ７（１）", "银行回单A7\u3000(1)")


def received_row(hand: Hand, **changes: object) -> Row:
    like = row_of(hand, FUNDING, "funder = 'CENTRAL'")
    return another(like, **{"kind": "FROM_ABOVE", "run_id": None, "paper": PAPER, **changes})


def refund_row(hand: Hand, **changes: object) -> Row:
    return another(row_of(hand, RECOVERY, "kind = 'PAID_IN'"), **{"amount": "1.00", "paper": PAPER, **changes})


# Round the ORM


@pytest.mark.parametrize("paper", SPELLINGS)
def test_a_paper_brings_money_from_a_level_once(hand: Hand, paper: str) -> None:
    adds(hand, FUNDING, received_row(hand))
    again = received_row(hand, paper=paper, amount="0.01", funded_on=AUGUST)
    assert refuses(hand, FUNDING, again) == "funding_is_received_once"


@pytest.mark.parametrize(
    "changes",
    [{"paper": "银行回单A7(2)"}, {"funder": "PROVINCE"}, {"kind": "TREASURY"}],
    ids=["another paper", "another level", "advanced by the treasury"],
)
def test_other_money_from_above_is_booked_beside_it(hand: Hand, changes: dict[str, str]) -> None:
    adds(hand, FUNDING, received_row(hand))
    assert refuses(hand, FUNDING, received_row(hand, **changes)) == "accepted"


@pytest.mark.parametrize("paper", SPELLINGS)
def test_a_paper_pays_an_overpaid_benefit_back_once(hand: Hand, paper: str) -> None:
    adds(hand, RECOVERY, refund_row(hand))
    assert refuses(hand, RECOVERY, refund_row(hand, paper=paper, amount="0.01")) == "refund_is_taken_once"


def test_an_overpaid_benefit_is_paid_back_in_parts(hand: Hand) -> None:
    adds(hand, RECOVERY, refund_row(hand))
    assert refuses(hand, RECOVERY, refund_row(hand, paper="银行回单A7(2)")) == "accepted"


# By the acts and the commands


def received(paper: str = PAPER) -> BenefitFunding:
    return receive_from_above(
        funder=FunderKind.CENTRAL,
        amount=Decimal("40.00"),
        paper=paper,
        officer=officer("benefits_funder"),
        cashier=officer("cashier"),
        on=AUGUST,
        at=AT,
    )


@pytest.mark.usefixtures("rolled_back")
def test_what_was_received_before_is_refused_by_name_with_nothing_left() -> None:
    received()
    refusal = refused(received)
    assert isinstance(refusal, PaperBooked)
    assert refusal.name == "funding_is_received_once"


@pytest.mark.usefixtures("rolled_back")
def test_what_was_paid_in_before_is_refused_by_name_with_nothing_left() -> None:
    overpayment = Overpayment.objects.get()
    refunded(overpayment, "5.00", paper=PAPER)
    refusal = refused(lambda: refunded(overpayment, "5.00", paper=PAPER))
    assert isinstance(refusal, PaperBooked)
    assert refusal.name == "refund_is_taken_once"


@pytest.mark.usefixtures("rolled_back")
def test_the_command_receives_money_once(tell: Told) -> None:
    step = ("receive", "--funder", "CENTRAL", "--amount", "40.00", "--on", "2026-08-20", "--paper")
    cashier = ("--cashier", officer("cashier").username)
    assert "40.00" in tell("benefit_run", *step, PAPER, *cashier, post="benefits_funder")
    with pytest.raises(CommandError, match=r"该凭据的款项已经入账。 \[funding_is_received_once\]"):
        tell("benefit_run", *step, PAPER, *cashier, post="benefits_funder")
    came = BenefitFunding.objects.filter(kind="FROM_ABOVE").aggregate(Sum("amount"))
    assert came == {"amount__sum": Decimal("40.00")}
    assert list(run_checks([])) == []


@pytest.mark.usefixtures("rolled_back")
def test_the_command_takes_a_refund_once(tell: Told) -> None:
    overpayment = Overpayment.objects.get()
    before = recovered(overpayment)
    step = ("refund", overpayment.pk, "--amount", "5.00", "--on", "2026-08-20", "--paper", PAPER)
    cashier = ("--cashier", officer("cashier").username)
    tell("benefit_run", *step, *cashier, post="benefits_funder")
    with pytest.raises(CommandError, match=r"该凭据的款项已经入账。 \[refund_is_taken_once\]"):
        tell("benefit_run", *step, *cashier, post="benefits_funder")
    assert recovered(overpayment) == before + Decimal("5.00")
    [booked] = Recovery.objects.filter(paper=PAPER)
    assert lines_of(f"payouts.recovery/{booked.pk}") == [
        ("220112", "C 1036", "5.00"),
        ("220112", "D 10040504", "5.00"),
    ]
