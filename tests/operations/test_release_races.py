"""What happens at once to releases: real connections, real commits; each is owed, paid and posted once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial

import psycopg2
import pytest
from django.db import connections

from ledger.models import Voucher
from payouts.answering import Taken, take_results
from payouts.building import cancel_batch
from payouts.models import BankFile, Batch, Obligation, Payment, PaymentPart
from tests import payroll, releases
from tests.attacks import Stage
from tests.payroll import AT, JULY, LIST, answer_to, officer
from tests.racing import DEADLINE_SECONDS, all_at_once, outcomes
from tests.releases import STREET, SUPPLIER, TOWN, Order, built, codes, orders, released, released_all, sent, silent
from treasury.models import Release
from treasury.models.words import Rank, ReleaseKind
from treasury.releasing import cancel_release

district = releases.district
TURNS = range(3)


@pytest.fixture
def pool(district: Stage) -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=8) as executor:
        yield executor


def test_builders_at_once_owe_and_batch_each_release_once(pool: ThreadPoolExecutor) -> None:
    released_all(JULY)
    futures = all_at_once(pool, [partial(built, JULY)] * 4)
    made = [batch for future in futures for batch in future.result(timeout=DEADLINE_SECONDS).batches]
    assert len(made) == Batch.objects.count() == 1
    assert (Obligation.objects.count(), PaymentPart.objects.count(), Payment.objects.count()) == (7, 7, 6)
    assert silent()


def test_the_database_owes_a_release_once_to_two_raw_hands(pool: ThreadPoolExecutor) -> None:
    release = released(JULY, orders(JULY)[2])
    owe = """INSERT INTO payouts_obligation (scheme, component, month, source, release_id, amount)
             SELECT 'release', 'CLAIM', %s, 'treasury.release/' || r || '/1', r, 800 FROM unnest(ARRAY[%s]) r"""

    def raw() -> None:
        with connections["default"].cursor() as cursor:
            cursor.cursor.execute(owe, [JULY, release.pk])

    assert outcomes(pool, *[raw] * 3) == ["done", *["obligation_source_is_owed_once"] * 2]
    assert Obligation.objects.count() == 1


@pytest.mark.parametrize("turn", TURNS)
def test_a_release_is_batched_or_cancelled_and_never_both(pool: ThreadPoolExecutor, turn: int) -> None:
    release = released(JULY, orders(JULY)[2])
    cancel = partial(cancel_release, release=release, officer=officer("fund-releaser"), reason="撤销", at=AT)
    told = outcomes(pool, partial(built, JULY), cancel)
    release.refresh_from_db()
    assert (release.status, Batch.objects.count(), told) in [
        ("RELEASED", 1, ["done", "release_is_on_its_way"]),
        ("CANCELLED", 0, ["done", "done"]),
    ]
    assert silent()


def test_a_batch_is_sent_once_and_posts_each_release_once(pool: ThreadPoolExecutor) -> None:
    released_all(JULY)
    (batch,) = built(JULY).batches
    before = Voucher.objects.count()
    senders = [partial(sent, batch, by=by) for by in ("cashier", "second-cashier", "cashier")]
    assert outcomes(pool, *senders) == ["batch_moves", "batch_moves", "done"]
    # Three releases leave accounts of the township; procurement has a voucher in the district's book too.
    assert Voucher.objects.count() == before + 5
    assert silent()


@pytest.mark.parametrize("turn", TURNS)
def test_a_batch_is_sent_or_cancelled_and_never_both(pool: ThreadPoolExecutor, turn: int) -> None:
    released_all(JULY)
    (batch,) = built(JULY).batches
    cancel = partial(cancel_batch, month=JULY, number=1, officer=officer("releaser"), reason="重复", at=AT)
    assert outcomes(pool, partial(sent, batch), cancel) == ["batch_moves", "done"]
    batch.refresh_from_db()
    moved = {"SENT": ("POSTED", "SENT"), "CANCELLED": ("RELEASED", "REJECTED")}[batch.status]
    assert set(Release.objects.values_list("status", flat=True)) == {moved[0]}
    assert set(Payment.objects.values_list("status", flat=True)) == {moved[1]}
    assert silent()


def taking(file: BankFile, name: str, content: bytes) -> Callable[[], Taken]:
    return partial(
        take_results,
        name=name,
        content=content,
        template=file.template,
        month=None,
        officer=officer("cashier"),
        on=None,
        at=AT,
    )


def test_a_result_file_taken_at_once_comes_back_once(pool: ThreadPoolExecutor) -> None:
    released_all(JULY)
    (batch,) = built(JULY).batches
    file = sent(batch).files.get()
    assert file.template == LIST
    content = answer_to(file, failing=[1, 2, 6])
    assert outcomes(pool, *[taking(file, f"r{at}", content) for at in range(3)]) == ["done"] * 3
    assert {release.source: release.returned for release in Release.objects.exclude(returned=0)} == {
        "back-pay/07": Decimal("600.00"),
        "claim/07": Decimal("800.00"),
    }
    assert silent()


def test_files_that_return_parts_of_one_release_at_once_are_both_booked(pool: ThreadPoolExecutor) -> None:
    released(JULY, orders(JULY)[0])
    (batch,) = built(JULY).batches
    sent(batch)
    first, second = batch.files.order_by("number")
    works = [taking(file, file.name, answer_to(file, failing=[1])) for file in (first, second)]
    assert outcomes(pool, *works) == ["done", "done"]
    assert Release.objects.get().returned == Release.objects.get().amount
    assert silent()


def test_releasing_funds_goes_on_while_a_batch_is_sent(pool: ThreadPoolExecutor) -> None:
    released_all(JULY)
    (batch,) = built(JULY).batches
    more = orders(JULY.replace(month=8))
    works: list[Callable[[], object]] = [
        partial(sent, batch),
        *(partial(released, JULY.replace(month=8), order) for order in more[:2]),
    ]
    assert outcomes(pool, *works) == ["done"] * 3
    assert silent()


@pytest.mark.parametrize("turn", TURNS)
def test_a_payroll_and_releases_of_its_townships_are_sent_at_once(pool: ThreadPoolExecutor, turn: int) -> None:
    payroll_batch = payroll.released(payroll.collected(JULY))
    # The payroll locks the books in their order; these releases come to that of the second township first.
    for rank, township in ((Rank.SALARY, STREET), (Rank.STABILITY, TOWN)):
        for number in range(12):
            account = codes(township).township.disbursements
            source = f"{township}/{number:02}"
            released(JULY, Order(source, ReleaseKind.CLAIM, account, [SUPPLIER], rank, township=township))
    (batch,) = built(JULY).batches
    assert outcomes(pool, partial(sent, batch), partial(sent, payroll_batch, by="second-cashier")) == ["done", "done"]
    assert silent()


def test_a_raw_hand_that_cancels_waits_for_the_builder(district: Stage) -> None:
    release = released(JULY, orders(JULY)[2])
    builder = district.hand("app").connection
    canceller = district.opened["second"] = district.connect("app")
    with builder.cursor() as cursor:
        cursor.execute(
            """INSERT INTO payouts_obligation (scheme, component, month, source, release_id, amount)
               VALUES ('release', 'CLAIM', %s, %s, %s, 800)""",
            [JULY, f"treasury.release/{release.pk}/1", release.pk],
        )
    with canceller.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
        with pytest.raises(psycopg2.errors.LockNotAvailable):
            cursor.execute("UPDATE treasury_release SET status = 'CANCELLED' WHERE id = %s", [release.pk])
