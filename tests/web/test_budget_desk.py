"""Budgets in a browser: prepared from a file, through their chain, amended, planned by month, and seen by whom."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import AuditEvent, Book
from month.posts import ensure_demo_officers
from tests import budgets
from tests.sign_ins import hire, signed_in
from tests.web.desks import hidden, page, seconded, send
from treasury.models import Budget, BudgetPrinciples, SpendingPlan
from treasury.models.words import PostKind

stage, rolled_back = budgets.stage, budgets.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
SEE_OTHER, NOT_FOUND, REFUSED = 303, 404, 422
TOWN, STREET = "T01", "T02"
GOOD = "功能分类,经济分类,金额,说明\n2010301,301,1200.00,工资\n2010301,302,500.00,\n,303,300.00,补助\n"


def at(book: str) -> str:
    return reverse("budget", args=[book, 2026])


def bureau(post: str) -> Client:
    hire(f"b-{post}", post)
    return signed_in(f"b-{post}")


def a_file(text: str = GOOD, name: str = "预算.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")


def prepare(clerk: Client, book: str = STREET, text: str = GOOD, **fields: str) -> Any:
    return send(clerk, at(book), {"act": "prepare", "file": a_file(text), "resources": "2,000.00", **fields})  # type: ignore[dict-item]


def told(answer: Any) -> str:
    """Return the refusal that a page shows."""
    return "".join(re.findall(r'role="alert">(.*?)</p>', answer.content.decode(), re.DOTALL))


def newest(book: str) -> Budget:
    return Budget.objects.filter(book__code=book).order_by("-edition")[0]


def test_a_street_goes_from_a_file_to_control_with_a_refusal_in_between() -> None:
    clerk, releaser = bureau("clerk"), bureau("releaser")
    assert prepare(clerk).status_code == SEE_OTHER
    assert 'value="approve"' not in page(releaser, at(STREET))
    assert send(clerk, at(STREET), {"act": "submit"}).status_code == SEE_OTHER
    waiting = page(releaser, reverse("tasks"))
    assert f'<a href="{reverse("budgets")}">Budgets to be approved for the government</a>' in waiting
    assert send(releaser, at(STREET), {"act": "refuse", "reason": "漏列项目"}).status_code == SEE_OTHER
    assert "漏列项目" in page(clerk, at(STREET))
    assert prepare(clerk).status_code == SEE_OTHER
    assert send(clerk, at(STREET), {"act": "submit"}).status_code == SEE_OTHER
    answer = send(releaser, at(STREET), {"act": "approve", "paper": "府发〔2026〕7号", "paper_on": "2026-02-01"})
    assert answer.status_code == SEE_OTHER, answer.content.decode()
    assert (newest(STREET).edition, newest(STREET).status, newest(STREET).paper) == (2, "APPROVED", "府发〔2026〕7号")
    text = page(clerk, at(STREET))
    assert "1,200.00" in text
    assert "2,000.00" in text
    acts = AuditEvent.objects.filter(subject="budget/T02/2026/2", refused="").order_by("pk")
    assert list(acts.values_list("act", "actor")) == [
        ("budget.prepare", "b-clerk"),
        ("budget.submit", "b-clerk"),
        ("budget.approve", "b-releaser"),
    ]


def test_a_town_is_amended_through_the_bureau_and_its_congress() -> None:
    clerk, reviewer, preparer = bureau("clerk"), bureau("reviewer"), bureau("preparer")
    more = GOOD.replace("300.00", "250.00")
    fields = {"act": "amend", "file": a_file(more), "resources": "2000.00", "reason": "压减补助"}
    answer = send(clerk, at(TOWN), fields)  # type: ignore[arg-type]
    assert answer.status_code == SEE_OTHER, told(answer)
    text = page(clerk, f"{at(TOWN)}?edition=2")
    assert "Approved before" in text
    assert "-50.00" in text
    assert send(clerk, at(TOWN), {"act": "submit"}).status_code == SEE_OTHER
    assert send(reviewer, at(TOWN), {"act": "review"}).status_code == SEE_OTHER
    answer = send(preparer, at(TOWN), {"act": "approve", "paper": "人大3号", "paper_on": "2026-03-01"})
    assert answer.status_code == SEE_OTHER
    assert newest(TOWN).status == "APPROVED"
    assert "Edition" in page(clerk, at(TOWN))


def test_a_budget_is_withdrawn_before_it_is_handed_in() -> None:
    clerk = bureau("clerk")
    prepare(clerk)
    assert send(clerk, at(STREET), {"act": "withdraw"}).status_code == SEE_OTHER
    assert newest(STREET).status == "WITHDRAWN"


@pytest.mark.parametrize(
    ("text", "fields", "said"),
    [
        (GOOD.replace("302", "999"), {}, "999 is no class in use"),
        (GOOD.replace("500.00", "5"), {"resources": "1.005"}, "A field of the form cannot be read."),
        (GOOD.replace("金额", "多少"), {}, "Nothing was taken from the file."),
        (GOOD, {"resources": "100.00"}, "budget"),
        ("\x00\x01", {}, "The file is no text"),
    ],
)
def test_what_is_refused_is_told_and_what_was_typed_stays(text: str, fields: dict[str, str], said: str) -> None:
    clerk = bureau("clerk")
    answer = prepare(clerk, text=text, **fields)
    drawn = answer.content.decode()
    assert answer.status_code == REFUSED
    assert said.lower() in drawn.lower()
    assert f'name="resources" value="{fields.get("resources", "2,000.00")}"' in drawn
    assert not Budget.objects.filter(book__code=STREET).exists()


def test_no_file_is_a_refusal() -> None:
    answer = send(bureau("clerk"), at(STREET), {"act": "prepare", "resources": "2000.00"})
    assert (answer.status_code, Budget.objects.filter(book__code=STREET).count()) == (REFUSED, 0)


def test_an_act_on_a_budget_that_has_moved_since_is_refused() -> None:
    clerk, releaser = bureau("clerk"), bureau("releaser")
    prepare(clerk)
    drawn = hidden(page(releaser, at(STREET))) or hidden(page(clerk, at(STREET)))
    send(clerk, at(STREET), {"act": "submit"})
    answer = send(clerk, at(STREET), {"act": "withdraw"}, drawn=drawn)
    assert answer.status_code == REFUSED
    assert newest(STREET).status == "SUBMITTED"


@pytest.mark.parametrize("act", ["approve", "review", "refuse", "amend", "plan", "nonsense"])
def test_who_holds_no_post_for_an_act_is_refused(act: str) -> None:
    clerk = bureau("clerk")
    prepare(clerk)
    send(clerk, at(STREET), {"act": "submit"})
    auditor = bureau("auditor")
    drawn = hidden(page(clerk, at(TOWN)))
    assert 'name="act"' not in page(auditor, at(STREET))
    answer = auditor.post(at(STREET), {**drawn, "act": act, "reason": "试", "paper": "1", "paper_on": "2026-02-01"})
    assert answer.status_code in (REFUSED, 403)
    assert newest(STREET).status == "SUBMITTED"


def test_a_plan_is_prepared_from_a_file_and_decided_by_another() -> None:
    clerk, reviewer = bureau("clerk"), bureau("reviewer")
    plan = "功能分类,经济分类,月份,金额\n2010301,301,6,25.00\n2010301,302,7,-5.00\n2010301,302,3,10.00\n"
    for _time in range(2):
        fields = {"act": "plan", "file": a_file(plan)}
        assert send(clerk, at(TOWN), fields).status_code == SEE_OTHER  # type: ignore[arg-type]
    first, second = SpendingPlan.objects.filter(book__code=TOWN, status="PREPARED").order_by("number")
    address = reverse("budget_plan", args=[TOWN, 2026, second.number])
    assert send(reviewer, address, {"act": "refuse", "reason": "月份有误"}).status_code == SEE_OTHER
    assert "月份有误" in page(clerk, address)
    address = reverse("budget_plan", args=[TOWN, 2026, first.number])
    text = page(reviewer, address)
    assert "25.00" in text
    assert "-5.00" in text
    assert "30.00" in text
    answer = send(reviewer, address, {"act": "approve"})
    assert answer.status_code in (SEE_OTHER, REFUSED)
    first.refresh_from_db()
    assert first.status == ("APPROVED" if answer.status_code == SEE_OTHER else "PREPARED")


def test_principles_are_given_with_their_indicators_and_kept_when_refused() -> None:
    chief = bureau("chief_accountant")
    address = reverse("budget_principles", args=[2027])
    fields = {
        "act": "issue",
        "text": "量入为出\n保工资",
        "kind": ["CEILING", "GROWTH", "CEILING"],
        "book": ["", "", TOWN],
        "value": ["5000.00", "", "x"],
    }
    answer = send(chief, address, fields)
    assert answer.status_code == REFUSED
    assert "量入为出" in answer.content.decode()
    assert 'value="5000.00"' in answer.content.decode()
    assert send(chief, address, {**fields, "value": ["5000.00", "", "800.00"]}).status_code == SEE_OTHER
    made = BudgetPrinciples.objects.get(year=2027)
    assert made.indicators.count() == 2
    text = page(bureau("auditor"), address)
    assert "保工资" in text
    assert "5,000.00" in text


def test_a_township_sees_its_own_budgets_only() -> None:
    ensure_demo_officers()
    seconded("town-clerk", PostKind.CENTRE_CLERK, TOWN)
    client = signed_in("town-clerk")
    street = Book.objects.get(code=STREET).name
    text = page(client, reverse("budgets") + "?year=2026")
    assert Book.objects.get(code=TOWN).name in text
    assert street not in text
    assert "1,200.00" in page(client, at(TOWN))
    assert street not in page(client, reverse("budget_principles", args=[2026]))
    for address in (at(STREET), at("D"), reverse("budget_plan", args=[STREET, 2026, 1])):
        assert client.get(address).status_code == NOT_FOUND
        assert client.post(address, {"act": "approve"}).status_code == NOT_FOUND


def test_the_list_asks_as_many_questions_for_few_budgets_as_for_many() -> None:
    clerk, address = bureau("clerk"), reverse("budgets") + "?year=2026"
    assert "agreed" not in page(clerk, address)
    with CaptureQueriesContext(connection) as few:
        page(clerk, address)
    prepare(clerk)
    page(clerk, address)  # what was done is told once
    with CaptureQueriesContext(connection) as many:
        text = page(clerk, address)
    assert len(many) == len(few)
    assert "prepared" in text
