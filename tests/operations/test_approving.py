"""Approvals by amount, limits with signed reasons, and the controls of who is paid out of releases and again."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from django.db.models import Sum

from ledger.refusals import OfficerMayNot
from month.approving import carry_approvals
from payouts.approving import approve_next, sign_batch
from payouts.building import cancel_batch, release_run
from payouts.disbursing import ReleaseBatches, build_release_batches
from payouts.models import Batch, BatchApproval, BatchCheck, BatchException, Payment, Run
from payouts.models.words import BatchStatus, Hindrance
from payouts.refusals import (
    BatchExceptionsOpen,
    BatchNotApproved,
    ControlsBlock,
    ReasonMissing,
    SameOfficer,
    WrongState,
)
from payouts.sending import send_batch
from tests import releases
from tests.attacks import Stage
from tests.controlled import NOBODYS, declares_death, other_policy, owns, verifies
from tests.payroll import (
    AT,
    AUGUST,
    LIST,
    OFFICE,
    SEPTEMBER,
    Staffer,
    card,
    collected,
    officer,
    released,
    reviewed,
    sent,
)
from tests.racing import outcomes
from tests.releases import HANDLER, SUPPLIER, Order, codes, person, silent
from treasury.models import AccountVerification, BankAccount
from treasury.models.words import ReleaseKind
from treasury.releasing import PayeeLine

stage, own_stage, rolled_back = releases.stage, releases.own_stage, releases.rolled_back

DECEMBER = date(2026, 12, 1)
# Nets of 2,243,180.00 and more: six of them are above the first tier, and none is over the limit of a payment.
RICH = [Staffer(one.number, one.unit, one.account, "4000000.00") for one in OFFICE]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


def approved(batch: Batch, by: str) -> Batch:
    return approve_next(month=batch.month, number=batch.number, officer=officer(by), at=AT)


def signed(batch: Batch, reason: str = "已核对", by: str = "preparer") -> Batch:
    return sign_batch(
        month=batch.month, number=batch.number, exceptions=None, officer=officer(by), reason=reason, at=AT
    )


def given(batch: Batch) -> list[tuple[int, str]]:
    return [(one.rank, str(one.approved_by_id)) for one in BatchApproval.objects.filter(batch=batch).order_by("rank")]


# Approvals by amount


def test_a_small_batch_is_approved_by_its_releaser_alone(rolled_back: None) -> None:
    batch = released(collected(DECEMBER))
    assert (batch.status, given(batch)) == ("APPROVED", [(1, "demo-releaser")])
    check = BatchCheck.objects.get(batch=batch)
    assert (check.approvals, check.digest, check.day_total) == (1, batch.digest, batch.total)
    assert check.largest_payment == max(batch.payments.values_list("amount", flat=True))
    assert silent()


def test_a_large_batch_waits_for_the_chief_accountant(rolled_back: None) -> None:
    batch = released(collected(DECEMBER, RICH))
    assert batch.total > Decimal("10000000.00")
    assert (batch.status, given(batch)) == ("CHECKED", [(1, "demo-releaser")])
    with pytest.raises(WrongState):
        sent(batch)
    for post in ("cashier", "second-releaser", "bureau_head"):
        with pytest.raises(OfficerMayNot):
            approved(batch, post)
    batch = approved(batch, "chief_accountant")
    assert (batch.status, given(batch)) == ("APPROVED", [(1, "demo-releaser"), (2, "demo-chief")])
    with pytest.raises(WrongState):
        approved(batch, "bureau_head")
    assert silent()


def test_the_largest_batches_ask_for_the_head_of_the_bureau_too(
    rolled_back: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    head_over = ("BUREAU_HEAD: 50000000.00", "BUREAU_HEAD: 10000000.00")
    other_policy(monkeypatch, tmp_path, "approval_tiers.yaml", head_over)
    batch = released(collected(DECEMBER, RICH))
    assert approved(batch, "chief_accountant").status == "CHECKED"
    for again in ("chief_accountant", "second-chief_accountant"):
        with pytest.raises(OfficerMayNot):
            approved(batch, again)
    assert approved(batch, "bureau_head").status == "APPROVED"
    assert given(batch) == [(1, "demo-releaser"), (2, "demo-chief"), (3, "demo-bureau")]


def test_nobody_approves_twice(rolled_back: None) -> None:
    batch = released(collected(DECEMBER, RICH), by="everything")
    with pytest.raises(SameOfficer):
        approved(batch, "everything")
    assert approved(batch, "second-chief_accountant").status == "APPROVED"


def test_the_demo_approves_what_its_officers_may(rolled_back: None) -> None:
    batch = released(collected(DECEMBER, RICH))
    carry_approvals(month=DECEMBER, at=AT)
    batch.refresh_from_db()
    assert (batch.status, len(given(batch))) == ("APPROVED", 2)


def test_one_of_two_approvals_at_once_counts(own_stage: Stage, pool: ThreadPoolExecutor) -> None:
    batch = released(collected(DECEMBER, RICH))
    approve = partial(approve_next, month=DECEMBER, number=batch.number, at=AT)
    works = [partial(approve, officer=officer(name)) for name in ("chief_accountant", "second-chief_accountant")]
    assert outcomes(pool, *works) == ["batch_moves", "done"]
    batch.refresh_from_db()
    assert (batch.status, len(given(batch))) == ("APPROVED", 2)
    assert silent()


# Limits


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Let the limits be others: ``payment``, ``batch`` or ``day``."""

    def limit(**limits: str) -> None:
        shipped = {"payment": "5000000.00", "batch": "200000000.00", "day": "1000000000.00"}
        changes = [(f"{name}: {shipped[name]}", f"{name}: {value}") for name, value in limits.items()]
        other_policy(monkeypatch, tmp_path, "payment_limits.yaml", *changes)

    return limit


def test_a_payment_at_its_limit_is_paid_without_a_word(rolled_back: None, limited: Callable[..., None]) -> None:
    run = reviewed(collected(DECEMBER))
    limited(payment=str(largest_of(run)))
    batch = release_run(run=run, officer=officer("releaser"), template=LIST, at=AT)
    assert batch is not None
    assert (batch.status, BatchException.objects.filter(batch=batch).count()) == ("APPROVED", 0)


def test_a_payment_over_its_limit_wants_a_signed_reason(rolled_back: None, limited: Callable[..., None]) -> None:
    run = reviewed(collected(DECEMBER))
    limited(payment=str(largest_of(run) - Decimal("0.01")))
    batch = release_run(run=run, officer=officer("releaser"), template=LIST, at=AT)
    assert batch is not None
    found = BatchException.objects.get(batch=batch)
    assert (found.kind, found.severity) == ("payment_over_limit", "SIGN")
    assert found.payment is not None
    assert found.payment.amount == largest_of(run)
    assert (batch.status, given(batch)) == ("CHECKED", [])
    with pytest.raises(BatchExceptionsOpen):
        approved(batch, "releaser")
    with pytest.raises(ReasonMissing):
        signed(batch, reason=" ")
    with pytest.raises(OfficerMayNot):
        signed(batch, by="releaser")
    signed(batch)
    with pytest.raises(BatchNotApproved):
        approved(batch, "second-releaser")
    assert approved(batch, "releaser").status == "APPROVED"


def largest_of(run: Run) -> Decimal:
    """Return the largest payment of a run: the passbook of the school."""
    return Decimal(run.payslips.filter(channel="单位存折").aggregate(sum=Sum("net"))["sum"])


def test_who_signed_for_a_batch_does_not_approve_it(rolled_back: None, limited: Callable[..., None]) -> None:
    limited(batch="1000.00")
    batch = released(collected(DECEMBER), by="everything")
    signed(batch, by="everything")
    with pytest.raises(SameOfficer):
        approved(batch, "everything")


def test_the_batches_of_a_pay_date_together_have_a_limit(rolled_back: None, limited: Callable[..., None]) -> None:
    releases.released_all(AUGUST.replace(month=12))
    first = released(collected(DECEMBER))
    build = partial(build_release_batches, month=DECEMBER, officer=officer("releaser"), template=LIST, at=AT)
    limited(day=str(first.total + Decimal("0.01")))
    (batch,) = build(pay_date=first.pay_date).batches
    kinds = BatchException.objects.filter(batch=batch).values_list("kind", flat=True)
    assert "day_over_limit" in kinds
    assert BatchCheck.objects.get(batch=batch).day_total == first.total + batch.total
    cancel_batch(month=DECEMBER, number=batch.number, officer=officer("releaser"), reason="改日支付", at=AT)
    (batch,) = build(pay_date=first.pay_date.replace(day=16)).batches
    assert "day_over_limit" not in BatchException.objects.filter(batch=batch).values_list("kind", flat=True)


def test_a_limit_that_blocks_leaves_nothing_of_the_release(
    rolled_back: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = reviewed(collected(DECEMBER))
    other_policy(monkeypatch, tmp_path, "payment_limits.yaml", ("batch: 200000000.00", "batch: 1000.00"))
    other_policy(
        monkeypatch, tmp_path / "again", "checks/controls.yaml", ("batch_over_limit: SIGN", "batch_over_limit: BLOCK")
    )
    with pytest.raises(ControlsBlock):
        release_run(run=run, officer=officer("releaser"), template=LIST, at=AT)
    run.refresh_from_db()
    assert (run.status, Batch.objects.filter(month=DECEMBER).count()) == ("REVIEWED", 0)


# Controls of releases


def to(staffer: Staffer, account: str = "") -> PayeeLine:
    line = person(staffer, "55.00")
    return PayeeLine(line.payee_name, line.amount, payee_reference=line.payee_reference, account_number=account)


def built_to(*lines: PayeeLine) -> ReleaseBatches:
    """Build a batch that pays lines out of a claim of September, beside what waits for September anyway."""
    releases.released(SEPTEMBER, Order("controlled", ReleaseKind.CLAIM, codes().township.transfers, list(lines)))
    return build_release_batches(
        month=SEPTEMBER, officer=officer("releaser"), template=LIST, pay_date=SEPTEMBER.replace(day=18), at=AT
    )


def found_for(made: ReleaseBatches, amount: str = "55.00") -> list[str]:
    (batch,) = made.batches
    found = BatchException.objects.filter(batch=batch, payment__amount=amount).order_by("pk")
    return list(found.values_list("kind", flat=True))


@pytest.mark.parametrize(("died_on", "kinds"), [(date(2026, 9, 19), []), (date(2026, 9, 18), ["dead"])])
def test_a_release_to_somebody_who_has_died_is_signed_for(rolled_back: None, died_on: date, kinds: list[str]) -> None:
    declares_death(OFFICE[1], died_on)
    assert found_for(built_to(to(OFFICE[1]))) == kinds


@pytest.mark.parametrize(("number", "kinds"), [(NOBODYS, []), (card(2), []), (card(3), ["account_shared"])])
def test_a_release_to_an_account_of_somebody_else_is_signed_for(
    rolled_back: None, number: str, kinds: list[str]
) -> None:
    assert found_for(built_to(to(OFFICE[1], number))) == kinds


def test_two_people_of_one_batch_do_not_share_an_account_unseen(rolled_back: None) -> None:
    made = built_to(to(OFFICE[1], NOBODYS), to(OFFICE[2], NOBODYS))
    assert found_for(made) == ["account_shared", "account_shared"]


@pytest.mark.parametrize(("holder", "kinds"), [(OFFICE[1].name, []), ("别人", ["name_differs"])])
def test_a_release_to_another_holder_is_signed_for(rolled_back: None, holder: str, kinds: list[str]) -> None:
    verifies(NOBODYS, holder)
    assert found_for(built_to(to(OFFICE[1], NOBODYS))) == kinds


@pytest.mark.parametrize(("id_number", "kinds"), [(OFFICE[1].id_number, []), ("", ["account_of_officer"])])
def test_a_release_to_an_officers_account_is_signed_for(rolled_back: None, id_number: str, kinds: list[str]) -> None:
    owns(OFFICE[1].account, id_number)
    assert found_for(built_to(to(OFFICE[1]))) == kinds


@pytest.mark.parametrize(("owned", "kinds"), [(NOBODYS, []), ("0710011234560001", ["passbook_of_officer"])])
def test_a_release_into_a_passbook_that_is_an_officers_is_signed_for(
    rolled_back: None, owned: str, kinds: list[str]
) -> None:
    owns(owned)
    assert [kind for kind in found_for(built_to(HANDLER), "300.00") if kind != "account_refused"] == kinds


@pytest.mark.parametrize(("number", "kinds"), [(card(1), []), (NOBODYS, ["account_changed"])])
def test_a_release_to_another_account_than_last_paid_is_signed_for(
    rolled_back: None, number: str, kinds: list[str]
) -> None:
    assert Payment.objects.filter(person__id_number=OFFICE[0].id_number).exists()
    assert found_for(built_to(to(OFFICE[0], number))) == kinds


@pytest.mark.parametrize(("verdict", "kinds"), [("VERIFIED", []), ("REFUSED", ["account_refused"])])
def test_a_release_to_an_account_that_the_bank_refused_is_signed_for(
    rolled_back: None, verdict: str, kinds: list[str]
) -> None:
    verifies(NOBODYS, OFFICE[1].name, "REFUSED" if verdict == "VERIFIED" else "VERIFIED")
    AccountVerification.objects.create(
        account=BankAccount.objects.get(number=NOBODYS), verdict=verdict, on=SEPTEMBER, source="result 9: 1004"
    )
    assert found_for(built_to(to(OFFICE[1], NOBODYS))) == kinds


def test_a_release_that_a_control_blocks_waits_whole_and_the_others_go_on(
    rolled_back: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocks = ("releases:\n        dead: SIGN", "releases:\n        dead: BLOCK")
    other_policy(monkeypatch, tmp_path, "checks/controls.yaml", blocks)
    declares_death(OFFICE[1], SEPTEMBER)
    made = built_to(SUPPLIER, to(OFFICE[1]))
    assert [(out.release.source, out.line, out.hindrance) for out in made.left_out] == [
        ("controlled", 2, Hindrance.BLOCKED)
    ]
    assert not Payment.objects.filter(batch__in=made.batches, amount="55.00").exists()


def test_a_batch_of_releases_goes_on_once_it_is_signed_for(rolled_back: None) -> None:
    declares_death(OFFICE[1], SEPTEMBER)
    (batch,) = built_to(to(OFFICE[1])).batches
    assert batch.status == BatchStatus.CHECKED
    signed(batch)
    batch = approve_next(month=SEPTEMBER, number=batch.number, officer=officer("fund-releaser"), at=AT)
    assert send_batch(batch=batch, officer=officer("cashier"), template=LIST, at=AT).status == "SENT"
    assert silent()
