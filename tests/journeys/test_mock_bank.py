"""mock-bank plays the bank end to end: what it says of payments, in its own messages, through the folders."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pytest_django import Settings

from ledger.checks import run_checks
from month.approving import carry_approvals
from month.doing import do_now
from month.handing_over import rendering, sending, taking
from month.inboxes import arrived
from month.long_work import reading_results
from month.posts import POSTS
from payouts.channels.channel_files import SHIPPED, channel_named
from payouts.correcting import NewAccount, approve_correction, propose_correction, reissue
from payouts.deciding_fates import decide_fate, propose_fate
from payouts.models import BankFile, Batch, Payment, ResultFile, StatementDetail
from payouts.models.words import OfficersFate
from payouts.paying_again import approve_again, propose_again
from payouts.refusals import FateRefused, NothingToReissue, OutcomeUnknown, ResultRefused, SameOfficer
from payouts.sending import folder_of
from tests import payroll
from tests.acting_as import let_act_as
from tests.attacks import Stage
from tests.killing import killed_after_a_move
from tests.mock_bank import ACCOUNT, MockBank
from tests.payroll import AT, LIST, PAPER, SEPTEMBER, approval_in, batch_of, officer
from tests.statements import own_account

own_stage = payroll.own_stage
PAIN001 = "pain.001.001.09"
LATER = SEPTEMBER.replace(day=25)
IBAN = "NL41MOCK0000000001"  # of our account at mock-bank


@pytest.fixture
def mock_bank(own_stage: Stage) -> Iterator[MockBank]:
    drop = folder_of(channel_named(name="iso20022"))
    drop.make()
    with MockBank(drop=drop.out, pickup=drop.incoming, clock="2026-09-14T09:00") as bank:
        yield bank


def hand_over(batch: Batch, template: str = PAIN001) -> None:
    carry_approvals(month=SEPTEMBER, at=AT)
    do_now(**rendering(batch, template), officer=officer("cashier"), at=AT)
    do_now(**sending(batch), officer=officer("cashier"), at=AT)


def take() -> list[ResultFile]:
    """Take what the bank has laid down, and return it."""
    taken: list[ResultFile] = []
    for path in folder_of(channel_named(name="iso20022")).incoming.iterdir():
        # The bank tells of the accounts of its other customers, and what it tells other banks, too.
        if f"-{ACCOUNT}-" not in path.name or path.name.startswith("pacs"):
            path.unlink()
    for file in list(arrived(channel_named(name="iso20022"))):
        do_now(**taking(file), officer=officer("cashier"), at=AT)
        taken += ResultFile.objects.filter(sha256=file.digest)
    assert list(run_checks([])) == []
    return taken


def states() -> dict[str, int]:
    found = Payment.objects.filter(month=SEPTEMBER).order_by("serial").values_list("status", flat=True)
    return {state: list(found).count(state) for state in sorted(set(found))}


def held() -> Decimal:
    """Return what is held of returned and rejected payments: what they are, less what went out again."""
    back = Payment.objects.filter(month=SEPTEMBER, status="REJECTED", reissued_as=None)
    return sum(back.values_list("amount", flat=True), Decimal("0.00"))


def test_a_part_of_a_file_is_rejected_and_paid_again(mock_bank: MockBank) -> None:
    batch = batch_of(SEPTEMBER)
    amounts = list(Payment.objects.filter(batch=batch).order_by("serial").values_list("amount", flat=True))
    mock_bank.behave(behaviour="insufficient-funds", balance=int(sum(amounts[:-2]) * 100))
    hand_over(batch)
    mock_bank.scan()
    [report] = take()
    rejected = len(mock_bank.payments()) - sum(mock_bank.credited().values())
    assert (report.rejected, rejected) == (states()["REJECTED"], states()["REJECTED"])
    assert report.rejected_amount == held() > 0
    assert states() == {"ACCEPTED": len(amounts) - rejected, "REJECTED": rejected}
    for payment in Payment.objects.filter(month=SEPTEMBER, status="REJECTED"):
        corrected = propose_correction(
            month=SEPTEMBER,
            serial=payment.serial,
            account=NewAccount("", "", payment.account_number),
            paper=PAPER,
            officer=officer("clerk"),
            at=AT,
        )
        approve_correction(correction=corrected, officer=officer("reviewer"), at=approval_in(SEPTEMBER))
    mock_bank.behave(behaviour="accept", balance=10**12)
    [again] = reissue(month=SEPTEMBER, officer=officer("releaser"), template=PAIN001, pay_date=LATER, at=AT)
    hand_over(again)
    mock_bank.scan()
    take()
    assert states() == {"ACCEPTED": len(amounts), "REJECTED": rejected}
    assert sorted(amount for _account, amount in mock_bank.credited().elements()) == sorted(amounts)


def test_a_file_rejected_whole_goes_again_once_two_officers_say_so(mock_bank: MockBank) -> None:
    mock_bank.behave(behaviour="reject-file")
    hand_over(batch_of(SEPTEMBER))
    mock_bank.scan()
    [report] = take()
    total = sum(Payment.objects.filter(batch=batch_of(SEPTEMBER)).values_list("amount", flat=True))
    assert (states(), report.rejected_amount, held()) == ({"REJECTED": 9}, total, total)
    file = BankFile.objects.get(batch__month=SEPTEMBER)
    assert propose_again(file=file, paper=PAPER, officer=officer("clerk"), at=AT) == 9
    with pytest.raises(NothingToReissue):
        propose_again(file=file, paper=PAPER, officer=officer("clerk"), at=AT)
    assert approve_again(file=file, officer=officer("reviewer"), at=approval_in(SEPTEMBER)) == 9
    mock_bank.behave(behaviour="accept")
    [again] = reissue(month=SEPTEMBER, officer=officer("releaser"), template=PAIN001, pay_date=LATER, at=AT)
    hand_over(again)
    mock_bank.scan()
    take()
    assert states() == {"ACCEPTED": 9, "REJECTED": 9}
    assert sum(amount for _account, amount in mock_bank.credited().elements()) == total


def test_the_same_report_twice_is_known_and_a_file_twice_says_nothing(mock_bank: MockBank) -> None:
    hand_over(batch_of(SEPTEMBER))
    file = BankFile.objects.get(batch__month=SEPTEMBER)
    mock_bank.scan()
    drop = folder_of(channel_named(name="iso20022"))
    [report] = list(drop.incoming.iterdir())
    copy = report.read_bytes()
    take()
    (drop.incoming / "again-ACME-1.xml").write_bytes(copy)
    (drop.out / file.name).write_bytes(bytes(file.content))  # somebody hands it over by hand
    mock_bank.scan()
    before = states()
    assert {one.rows for one in take()} == {9, 0}
    assert states() == before == {"ACCEPTED": 9}
    assert not list(drop.incoming.iterdir())


def test_a_report_from_elsewhere_is_taken_like_result_files(mock_bank: MockBank) -> None:
    hand_over(batch_of(SEPTEMBER))
    mock_bank.scan()
    [report] = list(folder_of(channel_named(name="iso20022")).incoming.iterdir())
    content = report.read_bytes()

    def read(content: bytes) -> None:
        asked = reading_results(name=report.name, content=content, template=PAIN001, month=None, on=None)
        do_now(**asked, officer=officer("cashier"), at=AT)

    for wrong in (b"", b"1|x", content[:-20], content.replace(b"pain.002", b"camt.053")):
        with pytest.raises(ResultRefused):
            read(wrong)
    assert states() == {"SENT": 9}
    read(content)
    assert states() == {"ACCEPTED": 9}
    read(content)
    assert states() == {"ACCEPTED": 9}


def test_a_silent_bank_leaves_payments_sent(mock_bank: MockBank) -> None:
    mock_bank.behave(behaviour="silent")
    hand_over(batch_of(SEPTEMBER))
    mock_bank.scan()
    assert take() == []
    assert states() == {"SENT": 9}


def test_a_list_refused_whole_is_rejected_by_two_officers(own_stage: Stage) -> None:
    hand_over(batch_of(SEPTEMBER), LIST)
    file = BankFile.objects.get(batch__month=SEPTEMBER)
    with pytest.raises(FateRefused):
        propose_fate(file=file, says=OfficersFate.NOT_RECEIVED, paper=PAPER, officer=officer("cashier"), at=AT)
    decision = propose_fate(file=file, says=OfficersFate.REFUSED, paper=PAPER, officer=officer("cashier"), at=AT)
    cashier = officer("cashier")
    let_act_as(cashier, *POSTS)
    with pytest.raises(SameOfficer):
        decide_fate(decision=decision, approve=True, officer=officer("cashier"), at=AT)
    decide_fate(decision=decision, approve=True, officer=officer("reviewer"), at=AT)
    assert states() == {"REJECTED": 9}
    assert held() == sum(Payment.objects.filter(batch=batch_of(SEPTEMBER)).values_list("amount", flat=True))
    assert list(run_checks([])) == []
    with pytest.raises(FateRefused):
        decide_fate(decision=decision, approve=True, officer=officer("reviewer"), at=AT)


def test_notices_and_statements_settle_what_a_part_of_came_back(mock_bank: MockBank) -> None:
    own = own_account(since=date(2026, 9, 14), number=IBAN)
    late = f"{SEPTEMBER:%Y%m}-{Payment.objects.filter(month=SEPTEMBER).order_by('serial')[4].serial:06d}"
    mock_bank.behave(
        balance=int(own.opening * 100),
        behaviour="return-later",
        parameters={"days": 2, "reason": "AC04", "end_to_end_id": late},
    )
    hand_over(batch_of(SEPTEMBER))
    mock_bank.scan()
    take()
    assert states() == {"ACCEPTED": 9}
    mock_bank.advance(days=2)
    take()
    assert states() == {"SETTLED": 9}
    mock_bank.advance(days=3)
    take()
    assert states() == {"RETURNED": 1, "SETTLED": 8}
    assert mock_bank.credited() == Counter(
        Payment.objects.filter(month=SEPTEMBER, status="SETTLED").values_list("account_number", "amount")
    )


def test_a_holiday_of_the_bank_moves_the_debit_and_nothing_else(mock_bank: MockBank) -> None:
    own = own_account(since=date(2026, 9, 14), number=IBAN)
    mock_bank.behave(balance=int(own.opening * 100))
    mock_bank.ask("PUT", "/_mock/holidays", ["2026-09-15", "2026-09-16"])
    hand_over(batch_of(SEPTEMBER))
    mock_bank.scan()
    mock_bank.advance(days=2)
    take()
    assert states() == {"ACCEPTED": 9}
    mock_bank.advance(days=2)
    take()
    assert states() == {"SETTLED": 9}
    booked = set(StatementDetail.objects.filter(payment__month=SEPTEMBER).values_list("booked_on", flat=True))
    assert booked == {date(2026, 9, 17)}
    assert batch_of(SEPTEMBER).pay_date == date(2026, 9, 15)


@pytest.fixture
def without_ids(tmp_path: Path, settings: Settings) -> None:
    """Let the bank of the messages be one that does not know a file it had."""
    shipped = (SHIPPED / "iso20022.yaml").read_text("utf-8")
    (tmp_path / "iso20022.yaml").write_text(shipped.replace("checks_ids: true", "checks_ids: false"), "utf-8")
    settings.TONGFA_CHANNELS = str(tmp_path)


def test_a_status_report_resolves_what_nobody_knew(mock_bank: MockBank, without_ids: None) -> None:
    batch = batch_of(SEPTEMBER)
    do_now(**rendering(batch, PAIN001), officer=officer("cashier"), at=AT)

    def send() -> None:
        do_now(**sending(batch), officer=officer("cashier"), at=AT)

    killed_after_a_move(send)
    mock_bank.scan()
    with pytest.raises(OutcomeUnknown):
        send()
    assert (batch_of(SEPTEMBER).status, states()) == ("UNKNOWN", {"PLANNED": 9})
    take()
    assert (batch_of(SEPTEMBER).status, states()) == ("SENT", {"ACCEPTED": 9})
    send()
    mock_bank.scan()
    assert sum(mock_bank.credited().values()) == 9
