"""The claims of a township in a browser: entered, signed, refused, entered anew, accepted, released and paid."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import AuditEvent
from month.approving import carry_approvals
from month.posts import demo_officer
from month.running import fitting
from payouts.disbursing import build_release_batches
from payouts.models import Batch
from payouts.sending import send_batch
from tests import golden
from tests.golden import BIRCH, NOVEMBER, RIVER, town
from tests.payroll import AT, LIST
from tests.sign_ins import hire, signed_in
from tests.web.desks import hidden, page, seconded, send
from treasury.models import Claim, ClaimLine
from treasury.models.words import PostKind

stage, rolled_back = golden.stage, golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
SEE_OTHER, NOT_FOUND, REFUSED = 303, 404, 422
HEAD = "街道主任"
ACCOUNT = "0710099990000001"
NEW = reverse("township_claim_new", args=[RIVER])


def at(number: str, attempt: int = 1, township: str = RIVER) -> str:
    return reverse("township_claim", args=[township, number, attempt])


def typed(number: str, *amounts: str, invoice: str = "", **changes: Any) -> dict[str, Any]:
    lines = len(amounts)
    return {
        "number": number,
        "month": "2026-11",
        "unit": f"{RIVER}001",
        "sub_account": "预算外分户",
        "claimed_on": "2026-11-12",
        "handler": "经办人",
        "line_amount": [*amounts, ""],
        "line_summary": [*(["办公费"] * lines), ""],
        "line_economic": [*(["30201"] * lines), ""],
        "line_invoice": [*([invoice] * lines), ""],
        "line_payee_name": [*(["青岚文具店"] * lines), ""],
        "line_account_number": [*([ACCOUNT] * lines), ""],
        "line_attachments": [*(["2"] * lines), ""],
        **changes,
    }


@pytest.fixture
def clerk(rolled_back: None) -> Client:
    seconded("river-clerk", PostKind.CENTRE_CLERK, RIVER)
    return signed_in("river-clerk")


@pytest.fixture
def head(clerk: Client) -> Client:
    seconded("river-head", PostKind.HEAD, RIVER, name=HEAD)
    return signed_in("river-head")


def bureau(post: str) -> Client:
    hire(f"b-{post}", post)
    return signed_in(f"b-{post}")


def registered(clerk: Client, number: str, *amounts: str, **changes: Any) -> Claim:
    answer = send(clerk, NEW, typed(number, *amounts, **changes))
    assert answer.status_code == SEE_OTHER, answer.content.decode()
    return Claim.objects.get(number=number, attempt=1)


def sign(head: Client, address: str) -> None:
    answer = send(head, address, {"act": "sign", "signer": HEAD, "on": "2026-11-13"})
    assert answer.status_code == SEE_OTHER, answer.content.decode()


def pay() -> None:
    """Let the month's batches of releases be built, approved and sent to the bank."""
    releaser = demo_officer("releaser")
    build_release_batches(month=NOVEMBER, officer=releaser, template=LIST, pay_date=date(2026, 11, 18), at=AT)
    carry_approvals(month=NOVEMBER, at=AT)
    for batch in Batch.objects.filter(month=NOVEMBER, status="APPROVED"):
        send_batch(batch=batch, officer=demo_officer("cashier"), template=fitting(batch, LIST), at=AT)


def test_a_claim_goes_its_whole_way_with_a_refusal_in_between(clerk: Client, head: Client) -> None:
    preparer, releaser = bureau("preparer"), bureau("releaser")
    registered(clerk, "RW/1", "1,000.00", "250.50", invoice="F-7")
    assert Claim.objects.get(number="RW/1").total == golden.yuan("1250.50")
    sign(head, at("RW/1"))
    answer = send(preparer, at("RW/1"), {"act": "refuse", "reason": "发票抬头不符"})
    assert answer.status_code == SEE_OTHER
    text = page(clerk, at("RW/1"))
    assert "发票抬头不符" in text
    first = Claim.objects.get(number="RW/1")
    anew = f"{NEW}?corrects={first.pk}"
    form = page(clerk, anew)
    assert 'value="1000.00"' in form
    assert ACCOUNT not in form
    assert "********0001" in form
    masked = ["********0001", "********0001", ""]
    again = typed("RW/1", "1,000.00", "250.50", invoice="F-8", corrects=str(first.pk), line_account_number=masked)
    assert send(clerk, anew, again, to=NEW).status_code == SEE_OTHER
    second = Claim.objects.get(number="RW/1", attempt=2)
    assert second.corrects == first
    assert set(ClaimLine.objects.filter(claim=second).values_list("account_number", flat=True)) == {ACCOUNT}
    sign(head, at("RW/1", 2))
    assert send(preparer, at("RW/1", 2), {"act": "accept"}).status_code == SEE_OTHER
    assert "accepted, waits for its release" in page(clerk, at("RW/1", 2))
    assert send(releaser, at("RW/1", 2), {"act": "release"}).status_code == SEE_OTHER
    pay()
    text = page(clerk, at("RW/1", 2))
    assert "paid out of its account" in text
    assert "********0001" in text
    assert ACCOUNT not in text
    assert "/vouchers/" in text
    acts = AuditEvent.objects.filter(subject="claim/RW/1/2", refused="").order_by("pk").values_list("act", "actor")
    assert list(acts) == [
        ("claim.register", "river-clerk"),
        ("claim.sign", "river-head"),
        ("claim.accept", "b-preparer"),
    ]


def test_a_form_sent_twice_registers_once(clerk: Client) -> None:
    drawn = hidden(page(clerk, NEW))
    fields = typed("RW-2", "10.00")
    assert send(clerk, NEW, fields, drawn=drawn).headers["Location"] == at("RW-2")
    again = send(clerk, NEW, fields, drawn=drawn)
    assert again.headers["Location"] == at("RW-2")
    assert "This form was sent before" in page(clerk, at("RW-2"))
    assert Claim.objects.filter(number="RW-2").count() == 1


def test_an_act_on_a_claim_that_has_moved_since_is_refused(clerk: Client, head: Client) -> None:
    registered(clerk, "RW-3", "10.00")
    preparer = bureau("preparer")
    drawn = hidden(page(preparer, at("RW-3")))
    sign(head, at("RW-3"))
    answer = send(preparer, at("RW-3"), {"act": "refuse", "reason": "不符"}, drawn=drawn)
    assert answer.status_code == REFUSED
    assert "This has changed since you saw it" in answer.content.decode()
    assert 'value="不符"' in answer.content.decode()
    assert Claim.objects.get(number="RW-3").status == "SIGNED"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"line_amount": ["1.005", ""]}, "Line 1: 1.005 is no amount"),
        ({"line_amount": ["-5", ""]}, "Line 1: The amount of a line is above zero."),
        ({"line_amount": ["0.00", ""]}, "Line 1: The amount of a line is above zero."),
        ({"claimed_on": "2026-02-30"}, "2026-02-30 is no day"),
        ({"month": "2026-13"}, "Choose the month"),
        ({"sub_account": "别的"}, "Choose the account"),
        ({"unit": f"{BIRCH}001"}, "unit_is_of_its_township"),
        ({"number": ""}, "Give the claim its number."),
        ({"number": ".."}, ".. cannot be the number of a claim."),
        ({"number": "RW/../4"}, "RW/../4 cannot be the number of a claim."),
        ({"claimed_on": "9999-12-31"}, "9999-12-31 is no day"),
        ({"line_attachments": ["1" * 5000, ""]}, "The number of papers is a whole number."),
    ],
)
def test_a_refused_form_keeps_what_was_typed(clerk: Client, fields: dict[str, Any], said: str) -> None:
    answer = send(clerk, NEW, {**typed("RW-4", "77.00"), **fields})
    text = answer.content.decode()
    assert answer.status_code == REFUSED
    assert said in text
    assert "青岚文具店" in text
    assert ACCOUNT in text
    assert golden.TOWNS[BIRCH] not in text
    assert not Claim.objects.filter(number="RW-4").exists()


def test_more_lines_are_drawn_without_a_script_and_keep_what_was_typed(clerk: Client) -> None:
    text = send(clerk, NEW, {**typed("RW-5", "1.00"), "more": "1"}).content.decode()
    assert text.count('name="line_amount"') == 7
    assert 'value="1.00"' in text


def test_a_number_of_another_township_is_refused_and_nothing_is_told_of_it(clerk: Client) -> None:
    seconded("birch-clerk", PostKind.CENTRE_CLERK, BIRCH)
    registered(clerk, "RW-6", "5.00")
    other = {**typed("RW-6", "5.00"), "unit": f"{BIRCH}001"}
    answer = send(signed_in("birch-clerk"), reverse("township_claim_new", args=[BIRCH]), other)
    text = answer.content.decode()
    assert answer.status_code == REFUSED
    assert golden.TOWNS[RIVER] not in text
    assert "REGISTERED" not in text


def test_another_township_is_not_found_by_any_page_or_form(clerk: Client) -> None:
    claim = registered(clerk, "RW-7", "5.00")
    seconded("birch-clerk", PostKind.CENTRE_CLERK, BIRCH)
    other = signed_in("birch-clerk")
    addresses = [
        reverse(name, args=[RIVER, *more])
        for name, *more in (
            ("township",),
            ("township_claims",),
            ("township_claim_new",),
            ("township_income", "2026-11"),
            ("township_receipts",),
            ("township_receipt_book", 1),
            ("township_officers",),
            ("statement", "2026-11"),
        )
    ]
    for address in [*addresses, at("RW-7"), at("RW-7", township=BIRCH)]:
        assert other.get(address).status_code == NOT_FOUND, address
        assert other.post(address, {"act": "sign"}).status_code in (NOT_FOUND, 405), address
    form = page(other, f"{reverse('township_claim_new', args=[BIRCH])}?corrects={claim.pk}")
    assert "RW-7" not in form
    for address in ("/settlements/2026-11/", "/incomes/2026/", "/settlements/2026-11/?what_if=1"):
        assert golden.TOWNS[RIVER] not in page(other, address)
        assert golden.TOWNS[RIVER] in page(clerk, address)


@pytest.mark.parametrize("act", ["accept", "release", "cancel", "nonsense"])
def test_who_holds_no_post_for_an_act_is_refused_and_it_is_recorded(clerk: Client, head: Client, act: str) -> None:
    registered(clerk, "RW-8", "5.00")
    sign(head, at("RW-8"))
    answer = send(clerk, at("RW-8"), {"act": act, "reason": "试"})
    assert answer.status_code == REFUSED
    claim = Claim.objects.get(number="RW-8")
    assert (claim.status, claim.release) == ("SIGNED", None)


def test_a_claim_is_accepted_by_the_reviewer_of_its_own_centre(clerk: Client, head: Client) -> None:
    registered(clerk, "RW-9", "5.00")
    sign(head, at("RW-9"))
    seconded("river-reviewer", PostKind.CENTRE_REVIEWER, RIVER)
    assert send(signed_in("river-reviewer"), at("RW-9"), {"act": "accept"}).status_code == SEE_OTHER
    assert Claim.objects.get(number="RW-9").status == "ACCEPTED"


def numbers_listed(client: Client, query: str = "") -> Sequence[str]:
    text = page(client, reverse("township_claims", args=[RIVER]) + query)
    return [one.number for one in Claim.objects.order_by("pk") if f">{one}</a>" in text]


def test_the_list_is_filtered_by_state_and_paged_by_key(clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    registered(clerk, "RW-10", "5.00")
    assert numbers_listed(clerk, "?state=REGISTERED") == ["RW-10"]
    assert numbers_listed(clerk, "?state=REFUSED") == ["BZ-3"]
    assert numbers_listed(clerk, "?state=ACCEPTED") == ["BZ-1", "BZ-2"]
    monkeypatch.setattr("web.township_desk.claim_pages.PAGE", 3)
    assert numbers_listed(clerk) == ["BZ-2", "BZ-3", "RW-10"]
    last = Claim.objects.get(number="BZ-2")
    assert f"after={last.pk}" in page(clerk, reverse("township_claims", args=[RIVER]))
    assert numbers_listed(clerk, f"?after={last.pk}") == ["BZ-1"]


@pytest.mark.parametrize("name", ["township_claims", "township"])
def test_a_page_asks_as_many_questions_for_few_claims_as_for_many(clerk: Client, name: str) -> None:
    address = reverse(name, args=[RIVER])
    page(clerk, address)
    with CaptureQueriesContext(connection) as few:
        page(clerk, address)
    file, officer = Claim.objects.filter(township=town(RIVER)).first(), demo_officer("clerk")
    assert file is not None
    Claim.objects.bulk_create(
        Claim(
            number=f"RX-{one}",
            month=NOVEMBER,
            township=town(RIVER),
            unit=file.unit,
            sub_account="预算外分户",
            claimed_on=NOVEMBER,
            total=golden.yuan("1.00"),
            registered_by=officer,
        )
        for one in range(9)
    )
    with CaptureQueriesContext(connection) as many:
        page(clerk, address)
    assert len(many) == len(few)
