"""Claims are registered, signed, reviewed and queued; an invoice is used once, ever; a refused one keeps its reason."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction

from ledger.refusals import OfficerMayNot
from month.posts import demo_officer
from tests import townships
from tests.townships import (
    AT,
    DECEMBER,
    DISBURSEMENTS,
    FEES,
    NOVEMBER,
    OFFICE,
    TOWN,
    applied,
    assert_books_agree,
    codes,
    opening,
    yuan,
)
from treasury.claim_balances import balances_for_claims, own_number
from treasury.claiming import (
    HandedInClaim,
    HandedInLine,
    accept_claim,
    refuse_claim,
    register_claim,
    sign_claim,
    take_claims,
)
from treasury.models import Claim, Release, Township, UsedInvoice
from treasury.models.words import CLAIM_MOVES, ClaimStatus, Rank
from treasury.refusals import (
    ClaimOutOfTime,
    ClaimPaid,
    ClaimRefused,
    FundExhausted,
    InvoiceUsed,
    MoneyStays,
    OneOfficerTwice,
    StateRefuses,
    TreasuryReasonMissing,
    UnableToFund,
    refusals_named,
)
from treasury.releasing import cancel_release, release_funds

stage, rolled_back = townships.stage, townships.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
SIGNED_ON = date(2026, 11, 6)


@pytest.fixture(autouse=True)
def accounts(rolled_back: None) -> None:
    opening({DISBURSEMENTS: "1000.00", FEES: "500.00"})


def line(amount: str, invoice: str = "", economic: str = "30201") -> HandedInLine:
    return HandedInLine(
        amount=yuan(amount),
        economic=economic,
        summary="办公费",
        invoice=invoice,
        payee_name="青岚文具店",
        account_number="0710099990000001",
    )


def handed_in(number: str, *lines: HandedInLine, account: str = DISBURSEMENTS, reason: str = "") -> HandedInClaim:
    return HandedInClaim(
        number=number,
        township=TOWN,
        unit_code=OFFICE,
        sub_account=account,
        claimed_on=date(2026, 11, 5),
        lines=lines,
        handler="测试经办",
        signer="测试镇长",
        signed_on=SIGNED_ON,
        reason=reason,
        total=sum((one.amount for one in lines), yuan(0)),
    )


def registered(number: str, *lines: HandedInLine, account: str = DISBURSEMENTS) -> Claim:
    return register_claim(
        claim=handed_in(number, *lines, account=account), month=NOVEMBER, officer=demo_officer("clerk"), at=AT
    )


def signed(number: str, *lines: HandedInLine, account: str = DISBURSEMENTS) -> Claim:
    claim = registered(number, *lines, account=account)
    demo_officer("chief_accountant").user_permissions.add(permission("sign_claim"))
    head = demo_officer("chief_accountant")
    return sign_claim(claim=claim, signer="测试镇长", officer=head, on=SIGNED_ON, at=AT)


def permission(codename: str) -> Permission:
    return Permission.objects.get(codename=codename)


def accepted(number: str, *lines: HandedInLine, account: str = DISBURSEMENTS) -> Claim:
    return accept_claim(claim=signed(number, *lines, account=account), officer=demo_officer("preparer"), at=AT)


def taken(*claims: HandedInClaim, month: date = NOVEMBER) -> None:
    take_claims(file=applied("CLAIMS", month), claims=claims, officer=demo_officer("preparer"), at=AT)


def decisions() -> Sequence[tuple[str, str, str]]:
    return [(str(one), one.status, one.reason) for one in Claim.objects.order_by("pk")]


def test_an_accepted_claim_waits_for_its_release_from_the_right_account() -> None:
    claim = accepted("BZ1", line("300.00", "FP1"), line("50.00", "FP2"), account=FEES)
    release = Release.objects.get(claim=claim)
    assert (release.amount, release.account_code, release.fund_code) == (
        yuan("350.00"),
        codes().township.extra_budgetary,
        "2",
    )
    assert release.status == "WAITING"
    assert (claim.balance_after, claim.signer) == (yuan("150.00"), "测试镇长")
    assert_books_agree()


@pytest.mark.parametrize(("amount", "fits"), [("1000.00", True), ("1000.01", False)])
def test_a_claim_is_accepted_up_to_what_is_left(amount: str, fits: bool) -> None:
    claim = signed("BZ1", line(amount, "FP1"))
    if fits:
        assert accept_claim(claim=claim, officer=demo_officer("preparer"), at=AT).status == "ACCEPTED"
        return
    with pytest.raises(FundExhausted) as refused:
        accept_claim(claim=claim, officer=demo_officer("preparer"), at=AT)
    assert refused.value.facts["left"] == yuan("1000.00")
    claim.refresh_from_db()
    assert claim.status == "SIGNED"
    assert not UsedInvoice.objects.exists()


def test_claims_accepted_before_lower_what_is_left() -> None:
    accepted("BZ1", line("700.00", "FP1"))
    with pytest.raises(FundExhausted) as refused:
        accepted("BZ2", line("300.01", "FP2"))
    assert refused.value.facts["left"] == yuan("300.00")


def test_an_invoice_is_used_once_ever() -> None:
    accepted("BZ1", line("10.00", "FP1"))
    with pytest.raises(InvoiceUsed) as refused:
        accepted("BZ2", line("20.00", "FP1"))
    assert (refused.value.facts["invoice"], refused.value.facts["used_by"]) == ("FP1", "BZ1")
    assert UsedInvoice.objects.get().claim.number == "BZ1"


def test_whose_claim_of_another_township_used_an_invoice_is_told_to_nobody() -> None:
    accepted("BZ1", line("10.00", "FP1"))
    mine, other = Claim.objects.get(number="BZ1"), Township.objects.exclude(name=TOWN).first()
    assert other is not None
    assert own_number(claim=mine, number="BZ1") == "BZ1"
    mine.township = other
    assert own_number(claim=mine, number="BZ1") == ""


@pytest.mark.parametrize(
    ("month", "claimed_on", "rule"),
    [
        (date(2199, 12, 1), date(2199, 12, 31), "claim_month_is_of_the_books"),
        (date(1900, 1, 1), date(1900, 1, 5), "claim_month_is_of_the_books"),
        (NOVEMBER, date(2026, 8, 31), "claim_day_is_near_its_month"),
        (NOVEMBER, date(2027, 2, 1), "claim_day_is_near_its_month"),
        (NOVEMBER, date(2026, 9, 1), ""),
        (NOVEMBER, date(2027, 1, 31), ""),
    ],
)
def test_a_claim_is_of_a_month_of_the_books_and_of_a_day_near_it(month: date, claimed_on: date, rule: str) -> None:
    claim = replace(handed_in("BZ1", line("10.00", "FP1")), claimed_on=claimed_on)

    def register() -> Claim:
        return register_claim(claim=claim, month=month, officer=demo_officer("clerk"), at=AT)

    if not rule:
        assert register().claimed_on == claimed_on
        return
    with pytest.raises(ClaimOutOfTime) as refused:
        register()
    assert refused.value.name == rule
    assert not Claim.objects.exists()


def test_one_invoice_may_stand_behind_two_lines_of_one_claim() -> None:
    accepted("BZ1", line("10.00", "FP1"), line("20.00", "FP1", "30202"))
    assert UsedInvoice.objects.count() == 1


def test_a_refused_claim_uses_no_invoice_and_is_corrected_as_a_new_one() -> None:
    first = signed("BZ1", line("10.00", "FP1"))
    refuse_claim(claim=first, reason="缺少附件", officer=demo_officer("preparer"), at=AT)
    again = accepted("BZ1", line("10.00", "FP1"))
    assert (again.attempt, again.corrects_id) == (2, first.pk)
    first.refresh_from_db()
    assert (first.status, first.reason) == ("REFUSED", "缺少附件")


def test_a_refusal_has_its_reason() -> None:
    with pytest.raises(TreasuryReasonMissing):
        refuse_claim(claim=registered("BZ1", line("1.00")), reason=" ", officer=demo_officer("preparer"), at=AT)


def test_an_accepted_number_is_not_registered_again() -> None:
    accepted("BZ1", line("10.00", "FP1"))
    with pytest.raises(ClaimRefused):
        registered("BZ1", line("10.00", "FP2"))


def test_only_a_refused_claim_is_corrected() -> None:
    first = registered("BZ1", line("10.00"))
    with pytest.raises(ClaimRefused):
        register_claim(
            claim=handed_in("BZ2", line("10.00")),
            month=NOVEMBER,
            officer=demo_officer("clerk"),
            at=AT,
            corrects=first,
        )


def test_a_claim_that_the_head_did_not_sign_is_not_accepted() -> None:
    claim = registered("BZ1", line("10.00", "FP1"))
    with pytest.raises(UnableToFund):
        accept_claim(claim=claim, officer=demo_officer("preparer"), at=AT)
    claim.refresh_from_db()
    assert claim.status == "REGISTERED"


def test_a_claim_is_signed_once() -> None:
    claim, head = signed("BZ1", line("10.00")), demo_officer("chief_accountant")
    with pytest.raises(StateRefuses, match="claim_moves"):
        sign_claim(claim=claim, signer="测试镇长", officer=head, on=SIGNED_ON + timedelta(days=1), at=AT)
    claim.refresh_from_db()
    assert claim.signed_on == SIGNED_ON


def test_who_registered_does_not_review() -> None:
    claim = signed("BZ1", line("10.00", "FP1"))
    clerk = demo_officer("clerk")
    clerk.user_permissions.add(permission("review_claim"))
    with pytest.raises(OneOfficerTwice):
        accept_claim(claim=claim, officer=demo_officer("clerk"), at=AT)
    assert not Release.objects.exists()


def test_only_the_posts_of_a_claim_take_its_steps() -> None:
    claim = registered("BZ1", line("10.00", "FP1"))
    releaser = demo_officer("releaser")
    acts: tuple[Callable[[], object], ...] = (
        lambda: register_claim(claim=handed_in("BZ9", line("1.00")), month=NOVEMBER, officer=releaser, at=AT),
        lambda: sign_claim(claim=claim, signer="某", officer=releaser, on=SIGNED_ON, at=AT),
        lambda: accept_claim(claim=claim, officer=releaser, at=AT),
        lambda: refuse_claim(claim=claim, reason="不行", officer=releaser, at=AT),
    )
    for act in acts:
        with pytest.raises(OfficerMayNot):
            act()


def test_a_decided_claim_is_not_decided_again() -> None:
    claim = accepted("BZ1", line("10.00", "FP1"))
    preparer = demo_officer("preparer")
    with pytest.raises(StateRefuses):
        accept_claim(claim=claim, officer=preparer, at=AT)
    with pytest.raises(StateRefuses):
        refuse_claim(claim=claim, reason="晚了", officer=preparer, at=AT)


@pytest.mark.parametrize("start", ClaimStatus)
@pytest.mark.parametrize("end", ClaimStatus)
def test_a_claim_moves_only_along_its_table(start: ClaimStatus, end: ClaimStatus) -> None:
    claim = registered("BZ1", line("10.00"))
    preparer = demo_officer("preparer")
    fields = {
        ClaimStatus.REGISTERED: {},
        ClaimStatus.SIGNED: {"signed_on": SIGNED_ON, "signer": "某"},
        ClaimStatus.ACCEPTED: {"signed_on": SIGNED_ON, "signer": "某", "reviewed_by": preparer},
        ClaimStatus.REFUSED: {"reviewed_by": preparer, "reason": "某因"},
    }
    steps = {ClaimStatus.ACCEPTED: [ClaimStatus.SIGNED, ClaimStatus.ACCEPTED]}
    for step in steps.get(start, [start]):
        Claim.objects.filter(pk=claim.pk).update(status=step, **fields[step])
    moved = {"status": end, "reason": "", **fields[end]}
    if (start, end) in CLAIM_MOVES or start == end:
        Claim.objects.filter(pk=claim.pk).update(**moved)
        return
    with pytest.raises(UnableToFund), refusals_named(), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(**moved)


def test_a_claim_is_paid_by_one_release_ever() -> None:
    claim, other = accepted("BZ1", line("10.00", "FP1")), accepted("BZ2", line("20.00", "FP2"))
    for release in (None, other.release):
        with pytest.raises(ClaimPaid), refusals_named(), transaction.atomic():
            Claim.objects.filter(pk=claim.pk).update(release=release)


def test_what_a_claim_says_is_fixed() -> None:
    claim = accepted("BZ1", line("10.00", "FP1"))
    with pytest.raises(MoneyStays), refusals_named(), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(total=yuan("9.00"))


def test_the_rank_of_a_claim_is_that_of_its_least_urgent_line() -> None:
    ranks = {
        number: accepted(number, *(line("1.00", f"{number}-{economic}", economic) for economic in economics)).release
        for number, economics in (("A", ("30199",)), ("B", ("30305",)), ("C", ("30199", "30201")), ("D", ("31002",)))
    }
    assert {number: release and release.rank for number, release in ranks.items()} == {
        "A": Rank.SALARY,
        "B": Rank.STABILITY,
        "C": Rank.OPERATIONS,
        "D": Rank.OTHER,
    }


def test_a_file_of_claims_is_taken_as_the_desk_decided() -> None:
    taken(
        handed_in("BZ1", line("600.00", "FP1")),
        handed_in("BZ2", line("500.00", "FP2"), reason="over_balance"),
        handed_in("BZ3", line("400.00", "FP3")),
    )
    assert decisions() == [("BZ1", "ACCEPTED", ""), ("BZ2", "REFUSED", "over_balance"), ("BZ3", "ACCEPTED", "")]
    left = list(Claim.objects.order_by("pk").values_list("balance_after", flat=True))
    assert left == [yuan("400.00"), yuan("400.00"), yuan(0)]


def test_a_later_file_leaves_accepted_claims_alone_and_decides_the_others_anew() -> None:
    taken(handed_in("BZ1", line("600.00", "FP1")), handed_in("BZ2", line("500.00", "FP2"), reason="over_balance"))
    taken(handed_in("BZ1", line("999.00", "FP9")), handed_in("BZ2", line("400.00", "FP2")))
    assert decisions() == [("BZ1", "ACCEPTED", ""), ("BZ2", "REFUSED", "over_balance"), ("BZ2/2", "ACCEPTED", "")]
    assert Claim.objects.get(number="BZ1").total == yuan("600.00")


def test_a_file_that_uses_an_invoice_of_an_earlier_month_is_not_taken() -> None:
    taken(handed_in("BZ1", line("10.00", "FP1")))
    with pytest.raises(InvoiceUsed), transaction.atomic():
        taken(handed_in("BZ2", line("10.00", "FP1")), month=DECEMBER)
    assert Claim.objects.count() == 1


def test_the_next_month_begins_with_what_this_months_claims_left() -> None:
    claim = accepted("BZ1", line("600.00", "FP1"))
    assert balances_for_claims(month=NOVEMBER)[TOWN, DISBURSEMENTS] == yuan("1000.00")
    assert balances_for_claims(month=DECEMBER)[TOWN, DISBURSEMENTS] == yuan("400.00")
    assert claim.release is not None
    cancel_release(release=claim.release, officer=demo_officer("releaser"), reason="撤回", at=AT)
    assert balances_for_claims(month=DECEMBER)[TOWN, DISBURSEMENTS] == yuan("1000.00")


def test_a_released_claim_is_not_released_twice() -> None:
    claim = accepted("BZ1", line("600.00", "FP1"))
    assert claim.release is not None
    release_funds(release=claim.release, officer=demo_officer("releaser"), at=AT)
    with pytest.raises(StateRefuses):
        release_funds(release=claim.release, officer=demo_officer("releaser"), at=AT)
