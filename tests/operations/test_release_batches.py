"""Releases are paid through the batches of the payroll: built, sent, answered, corrected, issued again, cancelled."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.models import Line
from ledger.refusals import OfficerMayNot, UnableToPost
from month.writing import NOT_PAID, PAYMENTS, write_list, write_results
from payouts.building import cancel_batch
from payouts.correcting import NewAccount, approve_correction, propose_correction, reissue
from payouts.disbursing import build_release_batches
from payouts.facts import rows_of
from payouts.models import Batch, Obligation, PayAccount, Payment, PaymentPart
from payouts.models.words import Hindrance
from payouts.refusals import CorrectionRefused, NoSuchRun, ReasonMissing, WrongState
from payouts.sending import send_batch
from tests import payroll, releases
from tests.attacks import Stage
from tests.payroll import (
    AT,
    AUGUST,
    JULY,
    LIST,
    OFFICE,
    PAPER,
    SCHOOL,
    SEPTEMBER,
    SINGLE,
    answered,
    approval_in,
    card,
    officer,
)
from tests.releases import (
    HANDLER,
    STREET,
    SUPPLIER,
    TOWN,
    Order,
    approved,
    built,
    codes,
    orders,
    person,
    place_in,
    released,
    released_all,
    sent,
    serials,
    silent,
    spent_from,
)
from treasury.models import Release, Township
from treasury.models.words import Rank, ReleaseKind
from treasury.releasing import PayeeLine, cancel_release, free_in

stage = releases.stage
rolled_back = releases.rolled_back
district = releases.district


def statuses(month: date) -> set[str]:
    return set(Release.objects.filter(month=month).values_list("status", flat=True))


# Built


def test_releases_are_built_by_rank_then_source_and_people_of_a_passbook_together(district: Stage) -> None:
    released_all(JULY)
    (batch,) = built(JULY).batches
    assert batch.run is None
    assert [(p.name, str(p.amount)) for p in Payment.objects.order_by("serial")] == [
        (OFFICE[0].name, "300.00"),  # back pay to an account of its own
        ("白桦镇中心小学", "300.00"),  # and into the passbook of the school, two people together
        (SUPPLIER.payee_name, "1600.00"),  # two lines of one payee of the special account
        (SUPPLIER.payee_name, "800.00"),  # procurement
        (HANDLER.payee_name, "120.50"),  # claim, another release to the same supplier apart
        (SUPPLIER.payee_name, "800.00"),
    ]
    assert Obligation.objects.count() == PaymentPart.objects.count() == 7
    assert batch.total == sum(release.amount for release in Release.objects.all())
    assert statuses(JULY) == {"RELEASED"}
    assert silent()


def test_payments_go_to_the_account_that_the_release_names_or_that_payouts_knows(stage: object) -> None:
    paid = {p.name: p for p in Payment.objects.filter(month=AUGUST)}
    school = paid["白桦镇中心小学"]
    assert (school.unit is not None, school.account_number) == (True, "0710011234560001")
    assert school.id_number == "12220112MB0000022B"
    own = paid[OFFICE[0].name]
    assert (own.person is not None, own.account_number, own.id_number) == (True, OFFICE[0].account, OFFICE[0].id_number)
    supplier = paid[SUPPLIER.payee_name]
    assert (supplier.person, supplier.unit, supplier.id_number) == (None, None, "")
    assert supplier.account_number == SUPPLIER.account_number
    assert paid[HANDLER.payee_name].id_number == HANDLER.payee_number


def test_what_is_batched_is_not_batched_again(rolled_back: None) -> None:
    assert built(AUGUST).batches == []
    assert built(JULY).batches == []


def test_a_batch_has_the_officers_of_its_releases_and_each_set_its_own(rolled_back: None) -> None:
    other = Order("claim/other", ReleaseKind.CLAIM, codes().township.disbursements, [HANDLER], Rank.SALARY)
    released(SEPTEMBER, other, prepared="second-preparer")
    batches = built(SEPTEMBER).batches
    assert [(b.prepared_by_id, b.checked_by_id, b.released_by_id) for b in batches] == [
        ("demo-preparer", "demo-reviewer", "fund-releaser"),
        ("second-preparer", "demo-reviewer", "fund-releaser"),
    ]
    assert [b.number for b in batches] == [1, 2]
    assert [b.payments_count for b in batches] == [6, 1]


def test_serials_and_numbers_go_on_after_the_payroll_of_the_month(rolled_back: None) -> None:
    first = payroll.released(payroll.collected(SEPTEMBER))
    last = Payment.objects.filter(batch=first).order_by("-serial")[0].serial
    (batch,) = built(SEPTEMBER).batches
    assert (first.number, batch.number) == (1, 2)
    assert Payment.objects.filter(batch=batch).order_by("serial")[0].serial == last + 1
    sent(first)
    sent(batch)
    answered(first, failing=[1])
    answered(batch, failing=[1])
    assert silent()


@pytest.mark.parametrize(
    ("line", "hindrance"),
    [
        (PayeeLine("测试某人", Decimal("1.00")), Hindrance.NO_ACCOUNT),
        (PayeeLine("测试某人", Decimal("1.00"), payee_reference="person/999999"), Hindrance.PERSON_UNKNOWN),
        (PayeeLine("测 试", Decimal("1.00"), account_number="123456"), Hindrance.UNWRITABLE),
        (PayeeLine("测试某人", Decimal("1.00"), account_number="12 34"), Hindrance.UNWRITABLE),
    ],
    ids=["no account", "nobody", "a space in the name", "a space in the account"],
)
def test_a_release_that_cannot_be_paid_waits_whole_and_is_told(
    rolled_back: None, line: PayeeLine, hindrance: Hindrance
) -> None:
    waiting = released(SEPTEMBER, Order("x", ReleaseKind.CLAIM, codes().township.transfers, [HANDLER, line]))
    made = built(SEPTEMBER)
    assert [(out.release, out.line, out.hindrance) for out in made.left_out] == [(waiting, 2, hindrance)]
    assert not Obligation.objects.filter(release=waiting).exists()
    assert Payment.objects.filter(batch__in=made.batches).count() == 6


def test_nothing_released_builds_nothing(rolled_back: None) -> None:
    made = built(date(2026, 10, 1))
    assert (made.batches, made.left_out) == ([], [])


def test_an_account_corrected_later_is_not_used_for_an_earlier_month(rolled_back: None) -> None:
    one = PayAccount.objects.get(person__id_number=OFFICE[0].id_number)
    other = PayAccount.objects.get(person__id_number=OFFICE[1].id_number).account
    for on, month, account in ((date(2026, 9, 30), SEPTEMBER, other), (date(2026, 10, 1), SEPTEMBER, one.account)):
        PayAccount.objects.create(
            person=one.person, account=account, effective_from=on, recorded_by=officer("clerk"), source=f"{month}"
        )
    (batch,) = built(SEPTEMBER).batches
    assert Payment.objects.get(batch=batch, person=one.person).account_number == other.number


def test_building_needs_the_post(rolled_back: None) -> None:
    with pytest.raises(OfficerMayNot):
        build_release_batches(month=SEPTEMBER, officer=officer("clerk"), template=LIST, pay_date=SEPTEMBER, at=AT)


# Sent and answered


def test_a_batch_that_is_sent_posts_each_release_out_of_its_account(district: Stage) -> None:
    released_all(JULY)
    (batch,) = built(JULY).batches
    own, town = codes().township, Township.objects.get(code=TOWN)
    before = {account: spent_from(town.book_id, account) for account in (own.extra_budgetary, own.transfers)}
    sent(batch)
    assert statuses(JULY) == {"POSTED"}
    assert spent_from(town.book_id, own.extra_budgetary) - before[own.extra_budgetary] == Decimal("920.50")
    assert spent_from(town.book_id, own.transfers) - before[own.transfers] == Decimal("1600.00")
    assert spent_from(town.book_id, own.disbursements) == Decimal("600.00")
    assert silent()
    answered(batch)
    batch.refresh_from_db()
    assert batch.status == "RECONCILED"
    assert set(Payment.objects.values_list("status", flat=True)) == {"SETTLED"}
    assert silent()


def test_a_small_batch_goes_out_in_the_format_of_single_payments(district: Stage) -> None:
    released(JULY, orders(JULY)[2])
    (batch,) = built(JULY).batches
    sent(batch)
    (file,) = batch.files.all()
    assert file.template == SINGLE
    assert bytes(file.content).decode("gb18030") == f"1|{SUPPLIER.payee_name}|{SUPPLIER.account_number}|800.00|\r\n"
    answered(batch)
    assert Payment.objects.get().status == "SETTLED"


def test_what_the_bank_returns_comes_back_in_red_to_the_account_it_left(stage: object) -> None:
    assert silent()
    claim, back_pay = Release.objects.get(source="claim/07"), Release.objects.get(source="back-pay/07")
    assert (claim.returned, back_pay.returned) == (Decimal("120.50"), Decimal("300.00"))
    town = Township.objects.get(code=TOWN)
    own = codes().township
    # July and nothing else has left; August's and September's orders and the return are set aside.
    aside = 2 * Decimal("600.00") + Decimal("300.00")
    left = releases.FUNDED - Decimal("300.00") - aside
    assert free_in(township=town, account_code=own.disbursements, fund_code="111") == left


@pytest.mark.parametrize("failing", [[], [4], range(1, 7)], ids=["none", "procurement", "all"])
def test_whatever_the_bank_returns_is_paid_again_and_the_cash_is_what_the_bank_paid(
    rolled_back: None, failing: Sequence[int]
) -> None:
    before = cash_left()
    (batch,) = built(SEPTEMBER).batches
    answered(sent(batch), failing=failing)
    returned = Payment.objects.filter(batch=batch, status="RETURNED")
    assert len(returned) == len(failing)
    paid = batch.total - sum(payment.amount for payment in returned)
    assert before - cash_left() == paid
    assert sum(Release.objects.filter(month=SEPTEMBER).values_list("returned", flat=True)) == batch.total - paid
    assert silent()
    for payment in returned.order_by("serial"):
        corrected(SEPTEMBER, payment.serial)
    for again in issued_again(SEPTEMBER) if failing else []:
        answered(sent(again))
    assert before - cash_left() == batch.total
    assert set(Release.objects.filter(month=SEPTEMBER).values_list("returned", flat=True)) == {0}
    assert silent()


def cash_left() -> Decimal:
    """Return what the accounts of the town hold, and what the district's treasury holds."""
    town = Township.objects.get(code=TOWN)
    own = codes()
    held = [
        account_sum(town.book_id, code)
        for code in (own.township.extra_budgetary, own.township.transfers, own.township.disbursements)
    ]
    assert town.book.parent is not None
    return sum(held, account_sum(town.book.parent.code, own.district.cash))


def account_sum(book: str, code: str) -> Decimal:
    lines = Line.objects.filter(account__book__code=book, account__code=code)
    return sum((line.amount if line.side == "D" else -line.amount for line in lines), Decimal("0.00"))


def proposed(month: date, name: str, amount: str, *, number: str = card(600)) -> None:
    """Have a payment of the first batch of a month corrected and approved."""
    batch = Batch.objects.get(month=month, number=1)
    corrected(month, serials(batch)[name, Decimal(amount)], number)


def corrected(month: date, serial: int, number: str = card(600)) -> None:
    correction = propose_correction(
        month=month,
        serial=serial,
        account=NewAccount("", "", number),
        paper=PAPER,
        officer=officer("clerk"),
        at=AT,
    )
    approve_correction(correction=correction, officer=officer("reviewer"), at=approval_in(month))


def issued_again(month: date = JULY) -> list[Batch]:
    day = month.replace(day=25)
    return approved(reissue(month=month, officer=officer("releaser"), template=SINGLE, pay_date=day, at=AT))


def test_a_returned_release_is_corrected_and_paid_again_once(rolled_back: None) -> None:
    proposed(JULY, HANDLER.payee_name, "120.50")
    proposed(JULY, "白桦镇中心小学", "300.00", number="0710011234560099")
    (batch,) = issued_again()
    assert (batch.run, batch.payments_count) == (None, 2)
    assert silent()
    sent(batch)
    assert set(Release.objects.filter(month=JULY).values_list("returned", flat=True)) == {Decimal("0.00")}
    assert silent()
    answered(batch)
    assert silent()
    assert Payment.objects.filter(month=JULY, status="RETURNED", reissued_as=None).count() == 0
    with pytest.raises(CorrectionRefused):
        proposed(JULY, HANDLER.payee_name, "120.50")


def test_a_reissue_that_comes_back_once_more_is_corrected_once_more(rolled_back: None) -> None:
    proposed(JULY, HANDLER.payee_name, "120.50")
    (batch,) = issued_again()
    answered(sent(batch), failing=[1])
    claim = Release.objects.get(source="claim/07")
    assert claim.returned == Decimal("120.50")
    assert silent()
    corrected(JULY, Payment.objects.get(batch=batch).serial, card(601))
    (third,) = issued_again()
    answered(sent(third))
    claim.refresh_from_db()
    assert claim.returned == Decimal("0.00")
    assert silent()


def test_a_reissue_that_was_not_sent_is_cancelled_and_the_money_waits(rolled_back: None) -> None:
    proposed(JULY, HANDLER.payee_name, "120.50")
    (batch,) = issued_again()
    cancel_batch(month=JULY, number=batch.number, officer=officer("releaser"), reason="账号又错", at=AT)
    assert Release.objects.get(source="claim/07").returned == Decimal("120.50")
    assert silent()
    assert built(JULY).batches == []


# Cancelled


def cancelled(month: date, *, number: int = 1, reason: str = "发现重复", by: str = "releaser") -> Batch:
    return cancel_batch(month=month, number=number, officer=officer(by), reason=reason, at=AT)


def test_a_batch_that_was_not_sent_is_cancelled_and_its_releases_are_batched_again(rolled_back: None) -> None:
    first = cancelled(AUGUST)
    assert set(first.payments.values_list("status", flat=True)) == {"REJECTED"}
    assert statuses(AUGUST) == {"RELEASED"}
    assert silent()
    (again,) = built(AUGUST).batches
    assert again.total == first.total
    assert set(PaymentPart.objects.filter(payment__batch=again).values_list("attempt", flat=True)) == {2}
    answered(sent(again), failing=[5])
    assert silent()


def test_after_its_batch_was_cancelled_a_release_may_be_cancelled_and_others_go_on(rolled_back: None) -> None:
    gone = Release.objects.get(source="claim/08")
    with pytest.raises(UnableToPost, match="release_is_on_its_way"):
        cancel_release(release=gone, officer=officer("fund-releaser"), reason="撤销", at=AT)
    cancelled(AUGUST)
    cancel_release(release=gone, officer=officer("fund-releaser"), reason="撤销", at=AT)
    (again,) = built(AUGUST).batches
    assert again.payments_count == 4
    sent(again)
    assert silent()


def test_a_payment_of_a_cancelled_batch_is_not_corrected_but_batched_again(rolled_back: None) -> None:
    cancelled(AUGUST)
    with pytest.raises(CorrectionRefused):
        proposed(AUGUST, HANDLER.payee_name, "120.50")
    (again,) = built(AUGUST).batches
    sent(again)
    with pytest.raises(CorrectionRefused):
        proposed(AUGUST, HANDLER.payee_name, "120.50")


def test_only_an_unsent_batch_of_releases_is_cancelled_with_a_reason_and_by_the_post(rolled_back: None) -> None:
    with pytest.raises(WrongState):
        cancelled(JULY)
    with pytest.raises(ReasonMissing):
        cancelled(AUGUST, reason=" ")
    with pytest.raises(NoSuchRun):
        cancelled(AUGUST, number=2)
    with pytest.raises(OfficerMayNot):
        cancelled(AUGUST, by="cashier")
    payroll.released(payroll.collected(SEPTEMBER))
    with pytest.raises(NoSuchRun):
        cancelled(SEPTEMBER)


def test_whoever_checked_a_release_is_not_its_cashier(rolled_back: None) -> None:
    both = releases.hired("both", ["cashier"])
    order = Order("claim/both", ReleaseKind.CLAIM, codes(STREET).township.disbursements, [HANDLER], township=STREET)
    released(SEPTEMBER, order, checked="both")
    mine = next(batch for batch in built(SEPTEMBER).batches if batch.checked_by_id == "both")
    with pytest.raises(UnableToPost, match="voucher_four_eyes"):
        send_batch(batch=mine, officer=both, template=SINGLE, at=AT)
    mine.refresh_from_db()
    assert mine.status == "RENDERED"


def test_people_of_one_unit_are_paid_into_the_passbook_once_over_all_releases(rolled_back: None) -> None:
    released(
        SEPTEMBER,
        Order("more", ReleaseKind.CLAIM, codes().township.transfers, [person(SCHOOL[2], "7.00"), HANDLER]),
    )
    (batch,) = built(SEPTEMBER).batches
    assert Payment.objects.get(batch=batch, unit__isnull=False).amount == Decimal("307.00")
    answered(sent(batch), failing=[place_in(batch, "白桦镇中心小学", "307.00")])
    assert Release.objects.get(source="more").returned == Decimal("7.00")
    assert Release.objects.get(source="back-pay/09").returned == Decimal("300.00")
    assert silent()


def test_the_lists_of_a_month_show_what_releases_pay(stage: object, tmp_path: Path) -> None:
    payments = write_list(
        tmp_path / "payments.csv", ("serial", "name", "account", "amount", "id"), rows_of(PAYMENTS, JULY)
    )
    told = (tmp_path / payments).read_text(encoding="utf-8-sig").splitlines()
    assert len(told) == 1 + 6
    assert told[4] == f"4,{SUPPLIER.payee_name},{SUPPLIER.account_number},800.00,"
    assert told[5] == f"5,{HANDLER.payee_name},{HANDLER.account_number},120.50,{HANDLER.payee_number}"
    results = (tmp_path / write_results(tmp_path, JULY)).read_text(encoding="utf-8-sig").splitlines()
    assert [row.split(",")[4:6] for row in results[1:]] == [
        ["SETTLED", "0000"],
        ["RETURNED", "1004"],
        ["SETTLED", "0000"],
        ["SETTLED", "0000"],
        ["RETURNED", "1004"],
        ["SETTLED", "0000"],
    ]
    assert rows_of(NOT_PAID, JULY, JULY, JULY) == []
