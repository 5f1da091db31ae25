"""The crash test: killed (SIGKILL) at every step from a frozen run to its settlement, with banks that have books.

A bank that pays whatever list it finds, twice if it finds it twice; and one that knows a message by its id. Nothing is
ever paid twice at the bank's own books, and in the end they are ours.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial

import psycopg2
import psycopg2.extensions
import pytest
from django.db import connections

from ledger.checks import run_checks
from month.doing import do_now
from month.handing_over import rendering, sending, taking
from month.inboxes import arrived
from payouts.building import release_run
from payouts.channels.channel_files import channel_named
from payouts.checking import check_run
from payouts.computing import compute_run
from payouts.models import BankFile, Batch, FateDecision, Handover, Payment, PaymentPart
from payouts.models.words import BatchStatus
from payouts.refusals import OutcomeUnknown
from payouts.running import review_run, sign_exceptions, submit_run
from payouts.sending import folder_of
from tests import payroll
from tests.attacks import Stage
from tests.conftest import copy_database, drop_database, point_at
from tests.folder_bank import FolderBank, decide_by_its_letter
from tests.killing import killed_after_a_move, killed_at, killed_until_done
from tests.mock_bank import MockBank
from tests.payroll import AT, EVERYBODY, LIST, NOVEMBER, SINGLE, no_progress, officer, run_of

own_stage = payroll.own_stage
PAIN001 = "pain.001.001.09"
STEPS_MAX = 40


def release_the_run(template: str) -> None:
    """Take the steps that are left of a frozen run until its batch is approved; each finds done what was done."""
    run, preparer = run_of(NOVEMBER), officer("preparer")
    if run.status == "FROZEN":
        run = compute_run(run=run, officer=preparer, at=AT, progress=no_progress)
    if run.status == "COMPUTED":
        run = check_run(run=run, officer=preparer, at=AT)
    if run.status == "CHECKED":
        sign_exceptions(run=run, exceptions=None, officer=preparer, reason="已核对", at=AT)
        run = submit_run(run=run, officer=preparer, at=AT)
    if run.status == "SUBMITTED":
        run = review_run(run=run, officer=officer("reviewer"), at=AT)
    if run.status == "REVIEWED":
        release_run(run=run, officer=officer("releaser"), template=template, at=AT)


def pay_the_run(template: str) -> None:
    """Take the steps that are left of a frozen run until the bank has its files."""
    release_the_run(template)
    batch = Batch.objects.get(month=NOVEMBER)
    if batch.status == BatchStatus.APPROVED:
        do_now(**rendering(batch, template), officer=officer("cashier"), at=AT)
    do_now(**sending(batch), officer=officer("cashier"), at=AT)


def take_answers(channel: str) -> None:
    """Take what the bank has laid in its folder."""
    for file in arrived(channel_named(name=channel)):
        do_now(**taking(file), officer=officer("cashier"), at=AT)


@contextmanager
def copied(database: str, administration: psycopg2.extensions.connection, number: int) -> Iterator[None]:
    """Point Django at a copy of a database for a while."""
    name = f"{database}_{number}"
    connections.close_all()
    copy_database(administration, name, database)
    point_at(name)
    yield
    point_at(database)
    drop_database(administration, name)


def our_payments(*states: str) -> Counter[tuple[str, Decimal]]:
    payments = Payment.objects.filter(month=NOVEMBER, status__in=states)
    return Counter(payments.values_list("account_number", "amount"))


def assert_paid_once_and_ours(credited: Counter[tuple[str, Decimal]]) -> None:
    """The bank's books have each payment once, and are ours."""
    payments = Payment.objects.filter(month=NOVEMBER)
    parts = PaymentPart.objects.filter(payment__month=NOVEMBER)
    assert parts.count() == parts.values("obligation").distinct().count() == len(EVERYBODY)
    assert our_payments("SETTLED") == credited
    assert not payments.filter(status__in=["PLANNED", "SENT", "ACCEPTED"]).exists()
    with connections["default"].cursor() as cursor:
        cursor.execute(
            """SELECT sum(CASE l.side WHEN 'C' THEN l.amount ELSE -l.amount END) FROM ledger_line l
                 JOIN ledger_voucher v ON v.id = l.voucher_id JOIN ledger_account a ON a.id = l.account_id
                 JOIN ledger_book b ON b.id = v.book_id AND b.kind = 'DISTRICT'
                WHERE a.cash AND v.posting_date >= '2026-11-01' AND v.source LIKE 'payouts.%'"""
        )
        assert cursor.fetchone()[0] == sum(
            (amount * times for (_account, amount), times in credited.items()), Decimal(0)
        )
    assert list(run_checks([])) == []


def by_its_record(bank: FolderBank) -> None:
    """The bank answers, and its answers prove what it has."""
    bank.answer()
    take_answers("lists")


def by_two_officers(bank: FolderBank) -> None:
    """The bank is asked about each file, and two officers decide on its letter."""
    decide_by_its_letter(bank, NOVEMBER)


def test_a_run_killed_again_and_again_is_paid_once(own_stage: Stage) -> None:
    """From the frozen run on, with a bank that pays every list it finds: a file for each payment."""
    bank = FolderBank(channel="lists")

    def pay() -> None:
        try:
            pay_the_run(SINGLE)
        except OutcomeUnknown:
            by_two_officers(bank)
            pay_the_run(SINGLE)

    def between() -> None:
        bank.look()
        connections.close_all()

    assert killed_until_done(pay, after=True, between=between) > 8
    bank.look()
    assert bank.lists == BankFile.objects.filter(batch__month=NOVEMBER).count() > 1  # each list went once
    bank.answer()
    assert killed_until_done(lambda: take_answers("lists"), after=True) > 0
    assert our_payments("RETURNED")
    assert_paid_once_and_ours(Counter(bank.bank.credited))
    assert sorted(path.name for path in bank.drop.done.iterdir()) == sorted(f"result_{name}" for name in bank.had)


@pytest.mark.parametrize(
    ("after", "resolve"),
    [(False, by_its_record), (True, by_two_officers)],
    ids=["before each step, by its record", "after each step, by two officers"],
)
def test_a_bank_that_checks_no_ids_is_never_paid_twice(
    own_stage: Stage,
    administration: psycopg2.extensions.connection,
    after: bool,
    resolve: Callable[[FolderBank], None],
) -> None:
    """Killed once, at each step of handing a list over in turn; the bank is quick, and nobody knows it got it."""
    release_the_run(LIST)
    unknown = 0
    for number in range(1, STEPS_MAX):
        with copied(own_stage.database, administration, number):
            bank = FolderBank(channel="lists")
            was_killed = killed_at(partial(pay_the_run, LIST), number, after=after)
            bank.look()
            try:
                pay_the_run(LIST)
            except OutcomeUnknown:
                unknown += 1
                resolve(bank)
                if Batch.objects.get(month=NOVEMBER).status == BatchStatus.UNKNOWN:
                    pay_the_run(LIST)
            bank.look()
            bank.answer()
            take_answers("lists")
            assert bank.lists == 1
            assert_paid_once_and_ours(Counter(bank.bank.credited))
        if not was_killed:
            break
    assert number > 8
    assert unknown > 0


def test_a_file_that_never_arrived_goes_again_when_two_officers_say_so(own_stage: Stage) -> None:
    bank = FolderBank(channel="lists")
    release_the_run(LIST)
    killed_after_a_move(partial(pay_the_run, LIST))
    for path in bank.drop.out.iterdir():  # lost on its way, and the bank has never had it
        path.unlink()
    with pytest.raises(OutcomeUnknown):
        pay_the_run(LIST)
    with pytest.raises(OutcomeUnknown):
        pay_the_run(LIST)
    by_two_officers(bank)
    pay_the_run(LIST)
    bank.look()
    bank.answer()
    take_answers("lists")
    assert bank.lists == 1
    assert Handover.objects.filter(file__batch__month=NOVEMBER).count() == 2
    assert_paid_once_and_ours(Counter(bank.bank.credited))


@pytest.fixture
def mock_bank(own_stage: Stage) -> Iterator[MockBank]:
    drop = folder_of(channel_named(name="iso20022"))
    drop.make()
    with MockBank(drop=drop.out, pickup=drop.incoming, clock="2026-11-13T09:00") as bank:
        yield bank


def test_a_bank_that_checks_ids_pays_once_without_a_person(own_stage: Stage, mock_bank: MockBank) -> None:
    def between() -> None:
        mock_bank.scan()
        connections.close_all()

    assert killed_until_done(lambda: pay_the_run(PAIN001), after=True, between=between) > 3
    mock_bank.scan()
    assert not FateDecision.objects.exists()
    credited = mock_bank.credited()
    assert credited == our_payments("SENT", "ACCEPTED", "SETTLED")
    take_answers("iso20022")
    assert our_payments("ACCEPTED") == credited
    assert list(run_checks([])) == []


def test_the_same_bytes_go_again_to_a_bank_that_checks_ids(own_stage: Stage, mock_bank: MockBank) -> None:
    release_the_run(PAIN001)
    killed_after_a_move(partial(pay_the_run, PAIN001))
    mock_bank.scan()
    pay_the_run(PAIN001)
    mock_bank.scan()
    assert Handover.objects.filter(file__batch__month=NOVEMBER).count() == 2
    assert mock_bank.credited() == our_payments("SENT")
    take_answers("iso20022")  # the second of which says DUPL: received
    assert mock_bank.credited() == our_payments("ACCEPTED")
    assert not FateDecision.objects.exists()
    assert list(run_checks([])) == []
