"""A voucher by hand in a browser: typed, refused with all that was typed, reviewed, posted, printed, reversed."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from ledger.models import AuditEvent, Officer, Voucher, VoucherDraft
from ledger.posting import post_event
from tests.builders import DAY, make_books, receipt
from tests.sign_ins import PASSWORD, hire, signed_in
from web.acting import SHOWN, TOKEN, new_token
from web.book_desk.draft_pages import mark_of
from web.security.confirming import PROOF, QUESTION

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]
SEE_OTHER, OPEN, NOT_FOUND, REFUSED, ASKED = 303, 200, 404, 403, 403
HIDDEN = r'name="{name}" value="([^"]*)"'
LINE = ("summary", "account", "fund", "debit", "credit", "functional", "economic", "project", "unit", "counterparty")
PAIR = ({"account": "5001", "debit": "1,234.50", "fund": "111"}, {"account": "2015", "credit": "1234.50"})


@pytest.fixture
def books() -> None:
    make_books()
    for username, post in (
        ("wang", "clerk"),
        ("li", "reviewer"),
        ("zhao", "chief_accountant"),
        ("qian", "cashier"),
        ("sun", "auditor"),
    ):
        hire(username, post)


def hidden(page: str, name: str) -> str:
    found = re.search(HIDDEN.format(name=name), page)
    assert found is not None, name
    return found[1]


def fields_of(client: Client, address: str) -> dict[str, str]:
    page = client.get(address).content.decode()
    return {TOKEN: hidden(page, TOKEN), SHOWN: hidden(page, SHOWN)}


def filled(rows: Sequence[Mapping[str, str]], **header: str) -> dict[str, Any]:
    """Return the fields of a voucher as a browser sends them."""
    sent: dict[str, Any] = {"posting_date": f"{DAY}", "voucher_type": "记", "kind": "ORDINARY", "summary": "买文具"}
    sent |= {"attachments": "2", "paper": "", "corrects": "", **header}
    return sent | {f"line_{name}": [row.get(name, "") for row in rows] for name in LINE}


NEW = "/vouchers/by-hand/new/?book=D"


def entered(client: Client, rows: Sequence[Mapping[str, str]] = PAIR, button: str = "submit", **header: str) -> Any:
    return client.post(NEW, fields_of(client, NEW) | filled(rows, **header) | {button: "1"})


def step(client: Client, draft: VoucherDraft, act: str, **fields: str) -> str:
    """Take a step with a draft and return the page that tells what came of it."""
    address = reverse("draft", args=[draft.pk])
    sent = fields_of_draft(client, draft) | {"act": act, **fields}
    answer = client.post(reverse("draft_act", args=[draft.pk]), sent)
    assert answer.status_code == SEE_OTHER, answer.content.decode()
    assert answer.headers["Location"] == address
    return str(client.get(address).content.decode())


def fields_of_draft(client: Client, draft: VoucherDraft) -> dict[str, str]:
    """Return token and mark; who sees no form on the page of the draft takes them from another."""
    page = client.get(reverse("draft", args=[draft.pk])).content.decode()
    own = Officer.objects.get(pk=client.session["_auth_user_id"])
    found = re.search(HIDDEN.format(name=SHOWN), page)
    return {TOKEN: new_token(officer=own), SHOWN: found[1] if found else mark_of(draft)}


def the_draft() -> VoucherDraft:
    return VoucherDraft.objects.order_by("-pk")[0]


def reviewed() -> VoucherDraft:
    assert entered(signed_in("wang")).status_code == SEE_OTHER
    draft = the_draft()
    step(signed_in("li"), draft, "review")
    draft.refresh_from_db()
    assert draft.status == "REVIEWED"
    return draft


def posted() -> Voucher:
    draft = reviewed()
    step(signed_in("zhao"), draft, "post")
    return Voucher.objects.get(source=draft.source)


def test_a_voucher_goes_from_hand_to_hand_into_the_books() -> None:
    clerk = signed_in("wang")
    answer = entered(clerk)
    draft = the_draft()
    assert (answer.status_code, answer.headers["Location"]) == (SEE_OTHER, reverse("draft", args=[draft.pk]))
    assert (draft.status, draft.preparer_id, draft.attachments) == ("SUBMITTED", "wang", 2)
    assert "Reviewed: it is right" not in clerk.get(answer.headers["Location"]).content.decode()
    reviewer = signed_in("li")
    assert "Reviewed: it is right" in reviewer.get(answer.headers["Location"]).content.decode()
    step(reviewer, draft, "review")
    chief = signed_in("zhao")
    assert "Post it to the books" in chief.get(answer.headers["Location"]).content.decode()
    assert "Posted as D 记-1." in step(chief, draft, "post")
    voucher = Voucher.objects.get()
    assert (voucher.preparer_id, voucher.reviewer_id, voucher.poster_id) == ("wang", "li", "zhao")
    assert f"{voucher.debit_total}" == "1234.50"
    acts = AuditEvent.objects.filter(subject=f"draft/{draft.pk}").order_by("number").values_list("actor", "act")
    assert list(acts) == [
        ("wang", "draft.write"),
        ("wang", "draft.submitted"),
        ("li", "draft.reviewed"),
        ("zhao", "draft.posted"),
    ]
    assert signed_in("sun").get(reverse("voucher", args=[voucher.pk])).status_code == OPEN


@pytest.mark.parametrize(
    ("username", "act"), [("wang", "review"), ("wang", "post"), ("li", "post"), ("zhao", "review")]
)
def test_a_step_is_refused_to_who_does_not_hold_its_post(username: str, act: str) -> None:
    if act == "review":
        entered(signed_in("wang"))
        draft = the_draft()
    else:
        draft = reviewed()
    assert "officer_holds_the_post" in step(signed_in(username), draft, act)
    assert not Voucher.objects.exists()


def test_an_auditor_sees_a_draft_and_takes_no_step() -> None:
    entered(signed_in("wang"))
    auditor = signed_in("sun")
    page = reverse("draft", args=[the_draft().pk])
    assert auditor.get(page).status_code == OPEN
    assert "<form" not in auditor.get(page).content.decode().partition("<main")[2]
    assert auditor.post(reverse("draft_act", args=[the_draft().pk]), {"act": "review"}).status_code == REFUSED
    assert auditor.get(NEW).status_code == REFUSED


REFUSALS = [
    ([PAIR[0], {**PAIR[1], "credit": "1234.49"}], {}, "voucher_is_balanced"),
    ([PAIR[0]], {}, "voucher_is_balanced"),
    ([PAIR[0], {**PAIR[1], "account": "9999"}], {}, "line_account_usable"),
    ([PAIR[0], {**PAIR[1], "account": "1031"}], {}, "line_account_usable"),
    ([PAIR[0], {**PAIR[1], "account": "103100101"}], {}, "account_is_open_to_hands"),
    ([{**PAIR[0], "fund": "2"}, PAIR[1]], {}, "line_account_usable"),
    ([PAIR[0], {**PAIR[1], "debit": "1"}], {}, "line_has_one_side"),
    ([PAIR[0], {**PAIR[1], "credit": "1234.505"}], {}, "line_amount_is_exact"),
    ([PAIR[0], {**PAIR[1], "credit": "abc"}], {}, "line_amount_is_exact"),
    ([PAIR[0], {**PAIR[1], "credit": ""}], {}, "line_amount_is_exact"),
    (PAIR, {"posting_date": "2026-12-01"}, "period_is_open"),
    (PAIR, {"posting_date": "2025-01-01"}, "period_is_open"),
    (PAIR, {"posting_date": "5.11."}, "posting_date_is_a_date"),
    (PAIR, {"summary": " "}, "voucher_header_is_complete"),
    (PAIR, {"summary": "长" * 201}, "text_fits_its_column"),
    (PAIR, {"attachments": "32768"}, "attachments_are_a_number"),
    (PAIR, {"attachments": "1" * 5000}, "attachments_are_a_number"),
    (PAIR, {"corrects": "77"}, "voucher_corrects_its_book"),
    (PAIR, {"corrects": "1" * 5000}, "voucher_corrects_its_book"),
]


@pytest.mark.parametrize(("rows", "header", "rule"), REFUSALS)
def test_a_refusal_keeps_everything_that_was_typed(
    rows: Sequence[Mapping[str, str]], header: Mapping[str, str], rule: str
) -> None:
    clerk = signed_in("wang")
    answer = entered(clerk, rows, **header)
    page = answer.content.decode()
    assert answer.status_code == OPEN
    assert rule in page
    for row in rows:
        assert all(f'value="{text}"' in page for text in row.values() if text)
    assert all(f'value="{text.strip()}"' in page for name, text in header.items())
    assert not VoucherDraft.objects.exists()
    assert AuditEvent.objects.filter(act="draft.submit", refused=rule, actor="wang").exists()


def test_an_unfinished_voucher_is_saved_and_corrected_later() -> None:
    clerk = signed_in("wang")
    assert (
        entered(clerk, [{"account": "5001", "fund": "111", "summary": "只有一行"}], button="save").status_code
        == SEE_OTHER
    )
    draft = the_draft()
    edit = reverse("draft_edit", args=[draft.pk])
    assert 'value="只有一行"' in clerk.get(edit).content.decode()
    sent = fields_of(clerk, edit) | filled(PAIR) | {"submit": "1"}
    answer = clerk.post(edit, sent)
    assert answer.status_code == SEE_OTHER
    draft.refresh_from_db()
    assert (draft.status, draft.lines.count()) == ("SUBMITTED", 2)
    assert clerk.get(edit).status_code == NOT_FOUND
    again = clerk.post(edit, sent, follow=True).content.decode()
    assert "This form was sent before" in again


def test_more_lines_are_drawn_without_script_and_nothing_is_written() -> None:
    clerk = signed_in("wang")
    answer = entered(clerk, button="more")
    page = answer.content.decode()
    assert (answer.status_code, VoucherDraft.objects.count()) == (OPEN, 0)
    assert page.count('name="line_account"') == 8
    assert 'value="1,234.50"' in page


def test_a_form_sent_twice_writes_one_draft_and_another_officers_change_is_seen() -> None:
    clerk = signed_in("wang")
    sent = fields_of(clerk, NEW) | filled(PAIR) | {"submit": "1"}
    assert clerk.post(NEW, sent).status_code == SEE_OTHER
    assert "This form was sent before" in clerk.post(NEW, sent, follow=True).content.decode()
    assert VoucherDraft.objects.count() == 1
    draft, reviewer = the_draft(), signed_in("li")
    before = fields_of_draft(reviewer, draft)
    step(reviewer, draft, "send_back", reason="缺发票")
    answer = reviewer.post(reverse("draft_act", args=[draft.pk]), before | {"act": "review"}, follow=True)
    assert "This has changed since you saw it" in answer.content.decode()
    draft.refresh_from_db()
    assert (draft.status, draft.refusal) == ("DRAFTED", "缺发票")
    assert "缺发票" in clerk.get(reverse("draft_edit", args=[draft.pk])).content.decode()


def test_money_is_signed_for_by_the_cashier_before_it_is_posted() -> None:
    entered(signed_in("wang"), [PAIR[0], {**PAIR[1], "account": "1001"}])
    draft = the_draft()
    step(signed_in("li"), draft, "review")
    chief = signed_in("zhao")
    assert "the cashier signs it" in chief.get(reverse("draft", args=[draft.pk])).content.decode()
    assert "voucher_four_eyes" in step(chief, draft, "post")
    step(signed_in("qian"), draft, "sign")
    assert "cash_not_negative" in step(chief, draft, "post")
    draft.refresh_from_db()
    assert (draft.status, draft.cashier_id) == ("REVIEWED", "qian")


def test_a_posted_voucher_is_reversed_in_red_with_a_reason_and_the_password() -> None:
    voucher, clerk = posted(), signed_in("wang")
    page = reverse("voucher", args=[voucher.pk])
    sent = fields_of(clerk, page) | {"posting_date": "2026-11-06", "reason": "记错科目"}
    answer = clerk.post(reverse("draft_reversal", args=[voucher.pk]), sent)
    draft = the_draft()
    assert answer.headers["Location"] == reverse("draft", args=[draft.pk])
    assert clerk.get(reverse("draft_edit", args=[draft.pk])).status_code == NOT_FOUND
    step(clerk, draft, "submit")
    step(signed_in("li"), draft, "review")
    chief = signed_in("zhao")
    act = reverse("draft_act", args=[draft.pk])
    asked = chief.post(act, fields_of_draft(chief, draft) | {"act": "post"})
    assert asked.status_code == ASKED
    question = asked.content.decode()
    carried = {name: hidden(question, name) for name in (TOKEN, SHOWN, "act", QUESTION)}
    assert chief.post(act, carried | {PROOF: "wrong"}).status_code == ASKED
    assert not Voucher.objects.filter(reverses=voucher).exists()
    again = chief.post(act, fields_of_draft(chief, draft) | {"act": "post"}).content.decode()
    carried = {name: hidden(again, name) for name in (TOKEN, SHOWN, "act", QUESTION)}
    assert chief.post(act, carried | {PROOF: PASSWORD}).status_code == SEE_OTHER
    red = Voucher.objects.get(reverses=voucher)
    assert (red.paper, red.posting_date, red.kind) == ("记错科目", date(2026, 11, 6), "REVERSAL")
    shown = clerk.get(page).content.decode()
    assert reverse("voucher", args=[red.pk]) in shown
    assert "Draft its red reversal" not in shown


@pytest.mark.parametrize(
    ("reason", "day", "rule"), [(" ", "2026-11-06", "reversal_reason"), ("错", "x", "posting_date_is")]
)
def test_a_reversal_that_lacks_something_is_refused(reason: str, day: str, rule: str) -> None:
    voucher, clerk = posted(), signed_in("wang")
    sent = fields_of(clerk, reverse("voucher", args=[voucher.pk])) | {"posting_date": day, "reason": reason}
    answer = clerk.post(reverse("draft_reversal", args=[voucher.pk]), sent, follow=True)
    assert rule in answer.content.decode()
    assert not VoucherDraft.objects.filter(kind="REVERSAL").exists()


def test_a_voucher_of_other_acts_offers_no_reversal() -> None:
    post_event(receipt("treasury.income/1", "5.00"))
    page = signed_in("wang").get(reverse("voucher", args=[Voucher.objects.get().pk])).content.decode()
    assert "Draft its red reversal" not in page


def test_a_supplement_names_the_voucher_it_corrects() -> None:
    voucher, clerk = posted(), signed_in("wang")
    address = f"{NEW}&corrects={voucher.pk}"
    assert f"{voucher}</a>" in clerk.get(address).content.decode()
    red = [{**PAIR[0], "debit": "-0.50"}, {**PAIR[1], "credit": "-0.50"}]
    sent = filled(red, kind="SUPPLEMENT", corrects=f"{voucher.pk}")
    assert clerk.post(address, fields_of(clerk, address) | sent | {"submit": "1"}).status_code == SEE_OTHER
    draft = the_draft()
    step(signed_in("li"), draft, "review")
    step(signed_in("zhao"), draft, "post")
    assert Voucher.objects.get(source=draft.source).corrects == voucher


def test_a_voucher_is_printed_at_a_click() -> None:
    answer = signed_in("sun").get(reverse("voucher_pdf", args=[posted().pk]))
    assert answer.headers["Content-Type"] == "application/pdf"
    text = PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert all(word in text for word in ("记账凭证", "1,234.50", "买文具"))


def test_the_list_of_drafts_asks_as_often_for_many_as_for_few(django_assert_max_num_queries: Any) -> None:
    clerk = signed_in("wang")
    for _ in range(3):
        entered(clerk)
    clerk.get(reverse("drafts"))
    with django_assert_max_num_queries(30) as few:
        clerk.get(reverse("drafts"))
    for _ in range(4):
        entered(clerk)
    clerk.get(reverse("drafts"))  # tells what was entered, once
    with django_assert_max_num_queries(30) as many:
        page = clerk.get(reverse("drafts")).content.decode()
    assert len(many.captured_queries) == len(few.captured_queries)
    assert page.count("1,234.50") == 7
