"""Who may take an act: its post alone, and never one officer twice; nothing is left of an act refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from ledger.models import Officer
from ledger.refusals import FourEyesMissing, OfficerMayNot
from month.closing_months import close_month
from month.posts import POSTS
from payouts.answering import take_results
from payouts.building import release_run
from payouts.checking import check_run
from payouts.computing import compute_run
from payouts.correcting import NewAccount, approve_correction, propose_correction, refuse_correction, reissue
from payouts.declaring import declare
from payouts.models import AccountCorrection, BankFile
from payouts.refusals import (
    SameOfficer,
)
from payouts.running import (
    freeze_run,
    refuse_run,
    review_run,
    sign_exceptions,
    submit_run,
    thaw_run,
)
from payouts.sending import send_batch
from tests import attacks, payroll
from tests.attacks import Hand, Stage
from tests.payroll import (
    AT,
    AUGUST,
    JULY,
    LEFT,
    LIST,
    NOVEMBER,
    OCTOBER,
    PAPER,
    SEPTEMBER,
    SINGLE,
    a_file,
    answer_to,
    batch_of,
    card,
    no_progress,
    officer,
    run_of,
    serial_of,
)
from tests.payroll_hands import batch_row, refused, run_row, standing
from treasury.posting import SERVICE

stage = payroll.stage
rolled_back = payroll.rolled_back
superuser = attacks.superuser

By = Callable[[Officer], object]


def correction() -> AccountCorrection:
    return AccountCorrection.objects.get(status="PROPOSED")


def answer() -> dict[str, Any]:
    content = answer_to(BankFile.objects.get(batch=batch_of(AUGUST)))
    return {"name": "r", "content": content, "template": LIST, "month": None, "on": None}


# The act, and the post that may take it.
ACTS: dict[str, tuple[str, By]] = {
    "declare": ("preparer", lambda by: declare(source=a_file(NOVEMBER, "ROSTER", "x"), rows=0, officer=by, at=AT)),
    "freeze": ("preparer", lambda by: freeze_run(run=run_of(NOVEMBER), officer=by, at=AT)),
    "compute": (
        "preparer",
        lambda by: compute_run(run=run_of(NOVEMBER), officer=by, at=AT, progress=no_progress),
    ),
    "check": ("preparer", lambda by: check_run(run=run_of(NOVEMBER), officer=by, at=AT)),
    "sign": (
        "preparer",
        lambda by: sign_exceptions(run=run_of(OCTOBER), exceptions=None, officer=by, reason="x", at=AT),
    ),
    "thaw": ("preparer", lambda by: thaw_run(run=run_of(OCTOBER), officer=by, reason="x", at=AT)),
    "submit": ("preparer", lambda by: submit_run(run=run_of(OCTOBER), officer=by, at=AT)),
    "review": ("reviewer", lambda by: review_run(run=run_of(OCTOBER), officer=by, at=AT)),
    "refuse": ("reviewer", lambda by: refuse_run(run=run_of(OCTOBER), officer=by, reason="x", at=AT)),
    "release": ("releaser", lambda by: release_run(run=run_of(OCTOBER), officer=by, template=LIST, at=AT)),
    "send": ("cashier", lambda by: send_batch(batch=batch_of(SEPTEMBER), officer=by, template=LIST, at=AT)),
    "take results": ("cashier", lambda by: take_results(officer=by, at=AT, **answer())),
    "propose": (
        "clerk",
        lambda by: propose_correction(
            month=JULY,
            serial=serial_of(JULY, LEFT),
            account=NewAccount("", "", card(1)),
            paper=PAPER,
            officer=by,
            at=AT,
        ),
    ),
    "approve": ("reviewer", lambda by: approve_correction(correction=correction(), officer=by, at=AT)),
    "refuse correction": ("reviewer", lambda by: refuse_correction(correction=correction(), officer=by, at=AT)),
    "reissue": (
        "releaser",
        lambda by: reissue(month=JULY, officer=by, template=SINGLE, pay_date=date(2026, 7, 20), at=AT),
    ),
    "close": ("chief_accountant", lambda by: close_month(month=JULY, officer=by, at=AT)),
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_taken_by_its_post_and_by_no_other(stage: Stage, act: str) -> None:
    post, work = ACTS[act]
    may = [other for other in POSTS if type(refused(partial(work, officer(other)))) is not OfficerMayNot]
    assert may == [post]


@pytest.mark.parametrize("act", ACTS)
def test_an_officer_who_left_takes_no_act(rolled_back: None, act: str) -> None:
    post, work = ACTS[act]
    Officer.objects.filter(username=officer(post).username).update(is_active=False)
    assert type(refused(lambda: work(officer(post)))) is OfficerMayNot
    assert type(refused(lambda: work(Officer.objects.get(username=SERVICE)))) is OfficerMayNot


# One officer twice


def everything() -> Officer:
    return officer("everything")


def test_one_officer_does_not_submit_and_review(superuser: Hand) -> None:
    key = run_row(superuser, NOVEMBER)["id"]
    with standing(superuser, "payouts_run", key, status="SUBMITTED", submitted_by_id="everything"):
        told = refused(lambda: review_run(run=run_of(NOVEMBER), officer=everything(), at=AT))
    assert (type(told), told and told.name) == (SameOfficer, "run_four_eyes")


@pytest.mark.parametrize("signers", [("everything", "demo-reviewer"), ("demo-preparer", "everything")])
def test_one_officer_does_not_release_what_the_same_has_signed(superuser: Hand, signers: tuple[str, str]) -> None:
    key = run_row(superuser, NOVEMBER)["id"]
    signed = {"submitted_by_id": signers[0], "reviewed_by_id": signers[1]}
    with standing(superuser, "payouts_run", key, status="REVIEWED", **signed):
        told = refused(lambda: release_run(run=run_of(NOVEMBER), officer=everything(), template=LIST, at=AT))
    assert (type(told), told and told.name) == (SameOfficer, "run_four_eyes")


@pytest.mark.parametrize("column", ["submitted_by_id", "reviewed_by_id"])
def test_one_officer_does_not_issue_again_what_the_same_has_corrected(superuser: Hand, column: str) -> None:
    role = {"submitted_by_id": "proposed_by_id", "reviewed_by_id": "approved_by_id"}[column]
    key = superuser.value("SELECT id FROM payouts_accountcorrection WHERE status = 'PROPOSED'")
    signed = {"proposed_by_id": "demo-clerk", "approved_by_id": "demo-reviewer", role: "everything"}
    signed["payable_from"] = "2026-07-20"
    with standing(superuser, "payouts_accountcorrection", key, status="APPROVED", **signed):
        told = refused(
            lambda: reissue(month=JULY, officer=everything(), template=SINGLE, pay_date=date(2026, 7, 20), at=AT)
        )
    assert (type(told), told and told.name) == (SameOfficer, "batch_four_eyes")


@pytest.mark.parametrize("act", [approve_correction, refuse_correction])
def test_one_officer_does_not_propose_and_decide(superuser: Hand, act: Any) -> None:
    key = superuser.value("SELECT id FROM payouts_accountcorrection WHERE status = 'PROPOSED'")
    with standing(superuser, "payouts_accountcorrection", key, proposed_by_id="everything"):
        told = refused(lambda: act(correction=correction(), officer=everything(), at=AT))
    assert (type(told), told and told.name) == (SameOfficer, "correction_four_eyes")


@pytest.mark.parametrize(("stager", "expected"), [("everything", SameOfficer), ("second-clerk", type(None))])
def test_one_officer_does_not_stage_and_apply(stage: Stage, stager: str, expected: type[Exception]) -> None:
    source = replace(a_file(SEPTEMBER, "CHANGES"), staged_by=stager)
    assert type(refused(lambda: declare(source=source, rows=0, officer=everything(), at=AT))) is expected


def test_one_officer_does_not_check_a_batch_and_pay_it(superuser: Hand) -> None:
    key = batch_row(superuser, SEPTEMBER)["id"]
    with standing(superuser, "payouts_batch", key, checked_by_id="everything"):
        told = refused(lambda: send_batch(batch=batch_of(SEPTEMBER), officer=everything(), template=LIST, at=AT))
    assert (type(told), told and told.name) == (FourEyesMissing, "voucher_four_eyes")
