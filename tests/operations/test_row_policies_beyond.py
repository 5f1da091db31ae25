"""Row policies beyond the books: the trail, people, files of the bank, staged lists, jobs, tokens of a township."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.urls import reverse

from ledger.models import AuditEvent, Book, Officer
from ledger.recording import record_event, record_refusal
from month.models import Job, JobMove
from month.posts import demo_officer
from payouts.models import Declaration, Household, Person
from tests import golden
from tests.api import call, token
from tests.golden import BIRCH, RIVER
from tests.operations.test_access import clerk_of
from tests.operations.test_row_policies import policed, rows_of, setting
from tests.web.test_township_claims import typed
from treasury.models import Claim, RevenuePlan, Township
from treasury.refusals import ClaimRefused
from treasury.scopes import Rows, district_wide, narrowed_to
from web.acting import new_token

stage, rolled_back = golden.stage, golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

ROOT = Path(__file__).parents[2]


def raw(sql: str) -> Sequence[str]:
    """Return the first column of what the app role reads round the ORM, as text."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [str(row[0]) for row in cursor.fetchall()]


def about(subject: str, chain: str = "") -> None:
    record_event(chain=chain, at=golden.AT, actor="测试", act="test", subject=subject)


SUBJECTS = "SELECT subject FROM ledger_auditevent"


def test_a_township_reads_the_events_about_its_own_things_and_of_its_own_books() -> None:
    own, foreign = Township.objects.get(code=RIVER), Township.objects.get(code=BIRCH)
    claim = Claim.objects.filter(township=own).order_by("pk")[0]
    plans = {
        one.code: RevenuePlan.objects.filter(township=one).order_by("edition").values_list("year", "edition")[0]
        for one in (own, foreign)
    }
    of_plan = {code: f"revenue_plan/{code}/{year}/{edition}" for code, (year, edition) in plans.items()}
    seen = {f"claim/{claim}", f"township/{own.code}", f"statement/{own.code}/{date.today():%Y-%m}", of_plan[own.code]}
    hidden = {
        f"township/{foreign.code}",
        of_plan[foreign.code],
        "batch/2026-11-1",
        "person/7",
        "officer/demo-clerk",
        "claim/none",
    }
    for subject in seen | hidden:
        about(subject)
    about("voucher/own", own.book.code)
    about("voucher/foreign", foreign.book.code)
    about("voucher/district", Book.objects.get(kind="DISTRICT").code)
    with narrowed_to(rows_of(RIVER)):
        found = set(raw(SUBJECTS))
        assert seen | {"voucher/own"} <= found
        assert not found & (hidden | {"voucher/foreign", "voucher/district"})
        with district_wide():
            assert hidden <= set(raw(SUBJECTS))
    assert hidden <= set(raw(SUBJECTS))


def test_a_refusal_stands_in_the_trail_whatever_it_is_about() -> None:
    refusal = ClaimRefused("claim_number_is_unique")
    with narrowed_to(rows_of(RIVER)):
        record_refusal(chain="", at=golden.AT, actor="测试", act="test", subject="claim/of-birch", refusal=refusal)
        assert not AuditEvent.objects.filter(subject="claim/of-birch").exists()
    assert AuditEvent.objects.filter(subject="claim/of-birch", refused="claim_number_is_unique").exists()


def test_a_form_about_a_foreign_number_tells_nobody_who_worked_on_it() -> None:
    """A form that pretends to show another state of the number gets no list of what happened since."""
    client = clerk_of(BIRCH)
    officer = Officer.objects.get(username="of-township")
    sent = typed("BZ-1", "1.00") | {"unit": f"{BIRCH}001", "form_token": new_token(officer=officer), "form_shown": "x"}
    later = golden.AT.replace(year=2126)
    record_event(chain="", at=later, actor="foreign-clerk", act="claim.sign", subject="claim/BZ-1")
    answer = client.post(reverse("township_claim_new", args=[BIRCH]), sent)
    assert answer.status_code == 422
    assert "BZ-1" in answer.content.decode()
    assert "foreign-clerk" not in answer.content.decode()


def test_people_and_lists_of_the_district_are_shown_to_no_township() -> None:
    Person.objects.create(id_number="11010519491231002X", name="测试")
    Declaration.objects.create(
        month=golden.NOVEMBER, kind="STAFF", file="f", sha256="0" * 64, rows=1,
        staged_by=demo_officer("clerk"), applied_by=demo_officer("preparer"), applied_at=golden.AT,
    )  # fmt: skip
    for code in (RIVER, BIRCH):
        Household.objects.create(township=Township.objects.get(code=code), number="1")
    people = "SELECT name FROM payouts_person WHERE id_number = '11010519491231002X'"
    assert raw(people) == ["测试"]
    with narrowed_to(rows_of(RIVER)):
        assert raw(people) == []
        assert raw("SELECT id FROM payouts_declaration") == []
        assert raw("SELECT id FROM imports_stagedsheet") == []
        assert raw("SELECT township_id FROM payouts_household") == [str(Township.objects.get(code=RIVER).pk)]


def test_a_person_whom_a_township_owes_is_its_own() -> None:
    person = Person.objects.create(pk=987_654, id_number="11010519491231002X", name="测试")
    row = Township.objects.get(code=BIRCH).unpaid_salaries.order_by("pk")[0]
    row.pk, row.row, row.payee_reference = None, 999, f"person/{person.pk}"
    row.save()
    for code, seen in ((BIRCH, ["测试"]), (RIVER, [])):
        with narrowed_to(rows_of(code)):
            assert raw(f"SELECT name FROM payouts_person WHERE id = {person.pk}") == seen


def test_a_job_is_shown_to_the_township_of_who_asked_for_it() -> None:
    clerk_of(BIRCH)
    own, foreign = (
        Job.objects.create(kind="test", key=name, asked_by_id=name, asked_at=golden.AT, attempts_max=1)
        for name in ("of-township", "demo-clerk")
    )
    assert JobMove.objects.filter(job=foreign).exists()
    with narrowed_to(rows_of(BIRCH)), transaction.atomic():
        assert raw("SELECT id FROM month_job") == [str(own.pk)]
        assert set(raw("SELECT job_id FROM month_jobmove")) == {str(own.pk)}
        assert Job.objects.filter(pk=foreign.pk).update(status="CANCELLED") == 0
    with narrowed_to(Rows("{}", "{}")):
        assert raw("SELECT id FROM month_job") == []


def test_what_is_written_by_copy_has_no_policy() -> None:
    """PostgreSQL refuses COPY into a table with policies, to all but its owner."""
    copied: set[str] = set()
    for path in ROOT.glob("*/**/*.py"):
        if path.parts[len(ROOT.parts)] not in ("tests", ".venv", "node_modules"):
            text = path.read_text(encoding="utf-8")
            copied.update(re.findall(r'copy_rows\(\s*table="([a-z_]+)"', text), re.findall(r'"COPY ([a-z_]+) \(', text))
    assert {"payouts_payment", "imports_stagedrow"} <= copied
    assert copied & set(policed()) == set()


def test_a_call_with_the_token_of_a_township_is_narrowed(monkeypatch: pytest.MonkeyPatch) -> None:
    river = token("books:read", "claims:read", "claims:write", system="river", township=RIVER)
    monkeypatch.setattr("web.api.callers.Caller.open_books", lambda _caller: Book.objects.exclude(kind="DISTRICT"))
    monkeypatch.setattr("web.api.callers.Caller.open_townships", lambda _caller: Township.objects.all())
    own = Township.objects.get(code=RIVER)
    assert [book["code"] for book in call(river, "GET", "/books").told["books"]] == [own.book.code]
    assert setting() == ("", "")
    foreign = Township.objects.get(code=BIRCH).book.code
    assert call(river, "GET", f"/books/{foreign}/balance?month=2026-11").status_code == 404
    assert setting() == ("", "")
    assert call(river, "POST", "/claims", {"number": "x"}).status_code == 422
    assert setting() == ("", "")


def test_a_call_with_the_token_of_the_district_is_not() -> None:
    told = call(token("books:read", system="audit"), "GET", "/books").told["books"]
    assert len(told) == Book.objects.count()
    assert setting() == ("", "")


def test_the_officers_of_townships_narrow_nobody_else() -> None:
    assert Officer.objects.count() > 1  # officers are named on every paper, and have no policy
    assert "ledger_officer" not in policed()
