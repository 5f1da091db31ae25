"""Each step of ``benefit_run`` by officers who may not take it: refused by name, and nothing of it is done."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.management import CommandError

from ledger.models import AuditEvent
from payouts.checking_benefits import check_benefits
from payouts.entitling import compute_benefits
from payouts.models import BenefitFunding, Overpayment, Recovery, Run, RunException
from payouts.recovering import propose_write_off
from payouts.releasing_benefits import release_benefits
from payouts.running import sign_exceptions, submit_run
from tests import benefit_months, benefits, telling
from tests.benefits import JULY, NOVEMBER, OCTOBER, SEPTEMBER, sent
from tests.payroll import AT, SINGLE, no_progress, officer, run_of
from tests.payroll_hands import rows_of_all
from tests.telling import Told

stage, rolled_back, tell = benefit_months.stage, benefits.rolled_back, telling.tell
pytestmark = pytest.mark.usefixtures("rolled_back")

POSTS = (
    "preparer", "reviewer", "releaser", "cashier", "benefits_officer", "benefits_funder", "chief_accountant", "auditor",
)  # fmt: skip
Arguments = tuple[object, ...]


def in_month(text: str) -> Arguments:
    return ("--month", text)


def paid_in(*arguments: object, by: str = "cashier") -> Arguments:
    """Return the arguments of a step that books money."""
    return (*arguments, "--on", "2026-10-20", "--cashier", officer(by).username)


# Each step with the post that may take it, and what makes everything right for it but the officer


def before_computing() -> Arguments:
    return in_month("2026-12")


def before_signing() -> Arguments:
    run = compute_benefits(run=run_of(NOVEMBER), officer=officer("preparer"), at=AT, progress=no_progress)
    check_benefits(run=run, officer=officer("preparer"), at=AT)
    return (*in_month("2026-11"), "--reason", "已核对")


def before_handing_in() -> Arguments:
    before_signing()
    sign_exceptions(run=run_of(NOVEMBER), exceptions=None, officer=officer("preparer"), reason="已核对", at=AT)
    return in_month("2026-11")


def before_review(by: str = "preparer") -> Arguments:
    before_handing_in()
    submit_run(run=run_of(NOVEMBER), officer=officer(by), at=AT)
    return in_month("2026-11")


def before_refusal() -> Arguments:
    return (*before_review(), "--reason", "更正")


def before_collecting() -> Arguments:
    return (*in_month("2026-11"), "--reason", "更正")


def before_release() -> Arguments:
    return (*in_month("2026-10"), "--template", SINGLE)


def before_funding(by: str = "releaser") -> Arguments:
    sent(run_of(SEPTEMBER))
    release_benefits(run=run_of(OCTOBER), officer=officer(by), template=SINGLE, at=AT)
    return paid_in(*in_month("2026-10"))


def before_receiving() -> Arguments:
    return paid_in("--funder", "CENTRAL", "--amount", "40.00", "--paper", "银行回单1")


def before_planning() -> Arguments:
    return (Overpayment.objects.get().pk, "--amount", "20.00", "--paper", "还款协议2", *in_month("2026-12"))


def before_a_refund() -> Arguments:
    return paid_in(Overpayment.objects.get().pk, "--amount", "5.00", "--paper", "银行回单2")


def before_deciding_a_plan() -> Arguments:
    plan = benefits.agreed(Overpayment.objects.get(), "20.00", from_month=benefits.DECEMBER)
    return (plan.pk,)


def before_taking_back() -> Arguments:
    return paid_in(Recovery.objects.get(kind="PAID_IN").pk, "--reason", "金额录错")


def before_writing_off() -> Arguments:
    return (Overpayment.objects.get().pk, "--amount", "5.00", "--reason", "无法收回", "--paper", "青财核1号")


def before_deciding_a_write_off() -> Arguments:
    proposed = propose_write_off(
        overpayment=Overpayment.objects.get(),
        amount=Decimal("5.00"),
        reason="无法收回",
        paper="青财核1号",
        officer=officer("benefits_funder"),
        at=AT,
    )
    return (proposed.pk, "--on", "2026-10-20")


STEPS: dict[str, tuple[str, Callable[[], Arguments]]] = {
    "compute": ("preparer", before_computing),
    "sign": ("preparer", before_signing),
    "submit": ("preparer", before_handing_in),
    "review": ("reviewer", before_review),
    "refuse": ("reviewer", before_refusal),
    "collect": ("preparer", before_collecting),
    "release": ("releaser", before_release),
    "fund": ("benefits_funder", before_funding),
    "receive": ("benefits_funder", before_receiving),
    "plan": ("benefits_funder", before_planning),
    "refund": ("benefits_funder", before_a_refund),
    "decide_plan": ("chief_accountant", before_deciding_a_plan),
    "take_back": ("chief_accountant", before_taking_back),
    "write_off": ("benefits_funder", before_writing_off),
    "decide_write_off": ("chief_accountant", before_deciding_a_write_off),
}


def standing() -> list[tuple[object, ...]]:
    """Return what there is beside the trail, where a refusal is kept."""
    signed = RunException.objects.filter(signed_by__isnull=False).count()
    return [*(row for row in rows_of_all() if not str(row[0]).startswith("ledger_audit")), ("signed", signed)]


def is_refused(tell: Told, step: str, arguments: Arguments, *, post: str, name: str) -> None:
    """Assert that a step is refused by this name, that it did nothing, and that the trail says so."""
    before = standing()
    with pytest.raises(CommandError, match=rf"\[{name}\]"):
        tell("benefit_run", step, *arguments, post=post)
    assert standing() == before, f"{step} by {post}"
    event = AuditEvent.objects.filter(chain="").latest("number")
    assert (event.actor, event.act, event.refused) == (officer(post).username, f"benefit_run.{step}", name)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_taken_by_its_post_alone(tell: Told, step: str) -> None:
    right, ready = STEPS[step]
    arguments = ready()
    for post in POSTS:
        if post != right:
            is_refused(tell, step, arguments, post=post, name="officer_holds_the_post")
    before = standing()
    tell("benefit_run", step, *arguments, post=right)
    assert standing() != before


# One person who holds every post


def test_who_handed_a_run_in_does_not_review_it(tell: Told) -> None:
    is_refused(tell, "review", before_review(by="everything"), post="everything", name="run_four_eyes")
    tell("benefit_run", "review", *in_month("2026-11"), post="reviewer")


@pytest.mark.parametrize("place", ["submitted", "reviewed"])
def test_who_signed_a_run_does_not_release_it(tell: Told, place: str) -> None:
    arguments = before_review(by="everything" if place == "submitted" else "preparer")
    tell("benefit_run", "review", *arguments, post="everything" if place == "reviewed" else "reviewer")
    release = (*arguments, "--template", SINGLE)
    is_refused(tell, "release", release, post="everything", name="run_four_eyes")
    tell("benefit_run", "release", *release, post="releaser")


def certified_by_everything() -> Arguments:
    """Return what releases a run of a month whose only beneficiary one person of all posts certified."""
    benefits.enrolled(JULY, [benefits.Recipient(9)], by="everything", text="certified by everything")
    run = benefits.reviewed(JULY)
    assert (run.number, run.dues.count()) == (2, 1)
    return (*in_month("2026-07"), "--template", SINGLE)


def test_who_certified_a_beneficiary_does_not_release_the_run(tell: Told) -> None:
    release = certified_by_everything()
    is_refused(tell, "release", release, post="everything", name="benefit_functions_are_apart")
    tell("benefit_run", "release", *release, post="releaser")


def test_who_certified_a_beneficiary_does_not_fund_the_run(tell: Told) -> None:
    tell("benefit_run", "release", *certified_by_everything(), post="releaser")
    sent(run_of(SEPTEMBER))
    funding = paid_in(*in_month("2026-07"))
    is_refused(tell, "fund", funding, post="everything", name="benefit_functions_are_apart")
    assert "40.00" in tell("benefit_run", "fund", *funding, post="benefits_funder")


def test_who_released_a_run_does_not_fund_it(tell: Told) -> None:
    funding = before_funding(by="everything")
    is_refused(tell, "fund", funding, post="everything", name="benefit_functions_are_apart")
    tell("benefit_run", "fund", *funding, post="benefits_funder")
    assert {one.funded_by for one in BenefitFunding.objects.filter(run=run_of(OCTOBER))} == {officer("benefits_funder")}


def test_who_funded_a_run_does_not_release_it(tell: Told) -> None:
    """No act funds a run that is not released; the rule holds however the funding came to be."""
    run = run_of(OCTOBER)
    like = BenefitFunding.objects.filter(run__isnull=False).order_by("pk")[0]
    like.pk, like.run, like.funded_by = None, run, officer("everything")
    like.save(force_insert=True)
    is_refused(tell, "release", before_release(), post="everything", name="benefit_functions_are_apart")
    tell("benefit_run", "release", *before_release(), post="releaser")
    assert Run.objects.get(pk=run.pk).released_by == officer("releaser")


@pytest.mark.parametrize("step", ["fund", "receive", "refund", "take_back"])
def test_who_books_money_does_not_sign_as_its_cashier(tell: Told, step: str) -> None:
    _right, ready = STEPS[step]
    arguments = (*ready()[:-1], "everything")
    is_refused(tell, step, arguments, post="everything", name="voucher_four_eyes")


def test_an_officer_without_the_post_is_refused_also_where_nothing_is_lacking(tell: Told) -> None:
    funding = paid_in(*in_month("2026-09"))
    tell("benefit_run", "fund", *funding, post="benefits_funder")
    is_refused(tell, "fund", funding, post="auditor", name="officer_holds_the_post")
