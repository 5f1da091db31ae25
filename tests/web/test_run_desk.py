"""A payroll run through the buttons of three officers, as a browser sends them."""

import io
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings
from python_calamine import CalamineWorkbook

from ledger.models import AuditEvent, Officer
from month.models import Job, JobState
from payouts.models import Batch, Person, Run, RunException
from tests import payroll
from tests.attacks import Stage
from tests.documents import text_of as text_of_pdf
from tests.payroll import EVERYBODY, NOVEMBER, OCTOBER, OFFICE, STATION, Staffer, collected, officer
from tests.sign_ins import PASSWORD
from web.acting import TOKEN
from web.security.confirming import PROOF

own_stage = payroll.own_stage
SEE_OTHER, NOT_DONE, CONFIRM, OPEN = 303, 422, 403, 200
ROUTES = ("run", "run_differences", "run_groups", "run_people", "run_not_paid", "run_exceptions", "run_papers")
DECEMBER = NOVEMBER.replace(month=12)
FORM = re.compile(r'<form method="post" action="([^"]+)">(.*?)</form>', re.S)
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Desk:
    """A browser of one officer: draws a page, and sends the forms that stand on it."""

    def __init__(self, officer: Officer) -> None:
        self.client = Client(headers={"accept-language": "en"})
        self.client.force_login(officer)

    def page(self, run: Run, route: str = "run", *more: object, ask: str = "") -> str:
        answer = self.client.get(address(run, route, *more) + ask)
        assert answer.status_code == OPEN
        return unescape(answer.content.decode())

    def forms(self, run: Run, route: str = "run", *more: object) -> dict[str, dict[str, str]]:
        """Return the hidden fields of the forms of a page, by the last word of where each goes."""
        text = self.page(run, route, *more)
        return {action.rpartition("/")[2]: dict(FIELD.findall(form)) for action, form in FORM.findall(text)}

    def press(self, run: Run, word: str, **fields: str) -> Any:
        """Press a button that the page of a run offers."""
        return self.send(run, word, {**self.forms(run)[word], **fields})

    def send(self, run: Run, word: str, fields: dict[str, Any]) -> Any:
        return self.client.post(address(run, "run_act", word), fields, follow=True)

    def confirm(self, run: Run, word: str) -> Any:
        """Press a button, and confirm with the password what the question carries."""
        question = self.press(run, word)
        assert question.status_code == CONFIRM
        carried = dict(FIELD.findall(text_of(question)))
        carried.pop("next", None)
        return self.send(run, word, {**carried, PROOF: PASSWORD})

    def sign(self, run: Run, **fields: Any) -> Any:
        hidden = self.forms(run, "run_exceptions")["sign"]
        return self.client.post(address(run, "run_sign"), {**hidden, **fields}, follow=True)


def address(run: Run, route: str = "run", *more: object) -> str:
    purpose = "benefits" if run.purpose == "BENEFITS" else "payroll"
    return reverse(route, args=[f"{run.month:%Y-%m}", purpose, run.number, *more])


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def desks(own_stage: Stage, settings: Settings) -> dict[str, Desk]:
    """The browsers of the officers of a district whose November is collected, in which December may begin."""
    for post in ("preparer", "second-preparer", "reviewer", "second-reviewer", "releaser"):
        one = officer(post)
        one.set_password(PASSWORD)
        one.save()
    return {post: Desk(officer(post)) for post in ("preparer", "second-preparer", "reviewer", "releaser", "auditor")}


def december(people: tuple[Staffer, ...] = EVERYBODY) -> Run:
    return collected(DECEMBER, people)


def stands(run: Run) -> str:
    return str(Run.objects.values_list("status", flat=True).get(pk=run.pk))


def to_review(desks: dict[str, Desk], run: Run) -> None:
    desks["preparer"].press(run, "compute")
    desks["preparer"].press(run, "check")
    for kind in set(
        RunException.objects.filter(run=run, severity="SIGN", signed_by=None).values_list("kind", flat=True)
    ):
        desks["preparer"].sign(run, whole_kind=kind, reason="已核对")
    desks["preparer"].press(run, "submit")


def test_three_officers_take_a_run_from_its_files_to_its_release(desks: dict[str, Desk]) -> None:
    run = december()
    to_review(desks, run)
    assert stands(run) == "SUBMITTED"
    assert "Send back" not in desks["preparer"].page(run)
    desks["reviewer"].confirm(run, "review")
    assert stands(run) == "REVIEWED"

    asked = desks["releaser"].press(run, "release")
    assert asked.status_code == CONFIRM
    assert stands(run) == "REVIEWED"
    hidden = dict(FIELD.findall(text_of(asked)))
    wrong = desks["releaser"].send(run, "release", {**hidden, PROOF: "x"})
    assert (wrong.status_code, stands(run)) == (CONFIRM, "REVIEWED")
    hidden = dict(FIELD.findall(text_of(wrong)))
    done = desks["releaser"].send(run, "release", {**hidden, PROOF: PASSWORD})
    assert done.status_code == OPEN
    assert "It goes on by itself" in text_of(done)
    assert stands(run) == "RELEASED"
    assert Batch.objects.filter(run=run).count() == 1
    run.refresh_from_db()
    assert (run.submitted_by_id, run.reviewed_by_id, run.released_by_id) == (
        "demo-preparer",
        "demo-reviewer",
        "demo-releaser",
    )
    assert set(Job.objects.filter(kind__startswith="run.").values_list("status", flat=True)) == {JobState.DONE}


def test_a_run_that_is_sent_back_tells_why_and_has_to_have_a_reason(desks: dict[str, Desk]) -> None:
    run = december()
    to_review(desks, run)
    refused = desks["reviewer"].press(run, "send-back", reason="  ")
    assert refused.status_code == NOT_DONE
    assert "run_is_refused_with_a_reason" in text_of(refused)
    assert stands(run) == "SUBMITTED"
    desks["reviewer"].press(run, "send-back", reason="差异未说明")
    assert stands(run) == "CHECKED"
    assert "It was sent back: 差异未说明" in desks["preparer"].page(run)


def test_the_second_of_two_officers_is_told_what_changed_and_keeps_what_was_typed(desks: dict[str, Desk]) -> None:
    run = december()
    to_review(desks, run)
    seen = desks["reviewer"].forms(run)
    Desk(officer("second-reviewer")).confirm(run, "review")
    late = desks["reviewer"].send(run, "send-back", {**seen["send-back"], "reason": "差异未说明"})
    assert late.status_code == NOT_DONE
    assert "This has changed since you saw it" in text_of(late)
    assert "second-reviewer run · reviewed" in text_of(late)
    assert 'value="差异未说明"' in text_of(late)
    assert stands(run) == "REVIEWED"


def test_a_button_that_is_pressed_twice_acts_once(desks: dict[str, Desk]) -> None:
    run = december()
    to_review(desks, run)
    form = dict(FIELD.findall(text_of(desks["reviewer"].press(run, "review")))) | {PROOF: PASSWORD}
    desks["reviewer"].send(run, "review", form)
    again = desks["reviewer"].send(run, "review", form)
    assert "This form was sent before" in text_of(again)
    assert run.moves.filter(to_status="REVIEWED").count() == 1


def test_nobody_is_offered_an_act_of_another_or_may_send_it(desks: dict[str, Desk]) -> None:
    run = december()
    to_review(desks, run)
    assert set(desks["preparer"].forms(run)) & {"review", "send-back", "release"} == set()
    assert set(desks["auditor"].forms(run)) == set()
    token = desks["preparer"].forms(run, "run_person", person_of(run))["numbers"][TOKEN]
    mark = desks["reviewer"].forms(run)["review"]
    asked = desks["preparer"].send(run, "review", {**mark, TOKEN: token})
    sent = desks["preparer"].send(run, "review", {**dict(FIELD.findall(text_of(asked))), PROOF: PASSWORD})
    assert "no post for this act" in text_of(sent).lower() or sent.status_code == NOT_DONE
    assert desks["auditor"].send(run, "review", mark).status_code == CONFIRM
    assert stands(run) == "SUBMITTED"


def person_of(run: Run, place: int = 0) -> int:
    return int(run.payslips.order_by("position").values_list("person_id", flat=True)[place])


def person_in(id_number: str) -> int:
    return Person.objects.get(id_number=id_number).pk


def test_what_blocks_a_run_stands_beside_its_button(desks: dict[str, Desk]) -> None:
    sharer = Staffer(2, OFFICE[1].unit, OFFICE[0].account, OFFICE[1].wage)
    run = december((OFFICE[0], sharer, *EVERYBODY[2:]))
    desks["preparer"].press(run, "compute")
    desks["preparer"].press(run, "check")
    text = desks["preparer"].page(run)
    assert "block the run or wait for a signature" in text
    assert "submit" not in desks["preparer"].forms(run)
    listed = desks["preparer"].page(run, "run_exceptions", ask="?show=open")
    assert listed.index("blocks") < listed.index("to be signed")


def test_exceptions_are_signed_one_by_one_and_not_without_a_reason(desks: dict[str, Desk]) -> None:
    rich = Staffer(3, OFFICE[2].unit, OFFICE[2].account, "25000.00")
    run = december((*EVERYBODY[:2], rich, *EVERYBODY[3:]))
    desks["preparer"].press(run, "compute")
    desks["preparer"].press(run, "check")
    waiting = list(RunException.objects.filter(run=run, severity="SIGN").order_by("pk").values_list("pk", flat=True))
    refused = desks["preparer"].sign(run, exception=[str(waiting[0])], reason=" ")
    assert "exception_is_signed_with_a_reason" in text_of(refused)
    assert f'value="{waiting[0]}" aria-label="Sign exception {waiting[0]}" checked' in text_of(refused)
    signed = desks["preparer"].sign(run, exception=[str(waiting[0])], reason="已核对")
    assert "1 exceptions are signed." in text_of(signed)
    assert RunException.objects.get(pk=waiting[0]).signed_by_id == "demo-preparer"
    assert RunException.objects.filter(pk__in=waiting, signed_by=None).count() == len(waiting) - 1


def test_the_run_shows_who_differs_from_last_month_first_and_why(desks: dict[str, Desk]) -> None:
    paid = payroll.released(collected(NOVEMBER.replace(month=12), EVERYBODY))
    assert paid.run is not None
    january = DECEMBER.replace(year=2027, month=1)
    rich = Staffer(3, OFFICE[2].unit, OFFICE[2].account, "8000.00")
    run = collected(january, (*EVERYBODY[:2], rich, *EVERYBODY[3:-1], payroll.NEWCOMER))
    desks["preparer"].press(run, "compute")
    text = desks["auditor"].page(run)
    assert text.index("Differences from last month") < text.index("By township")
    people = text[text.index("<h2>Differences from last month") : text.index("All differences")]
    assert people.index(STATION[-1].name) < people.index(payroll.NEWCOMER.name) < people.index(rich.name)
    assert "+2,996.97" in people
    assert "not in the roster" in people
    assert rich.id_number not in text
    assert "220********0003" in text


def test_numbers_in_full_are_read_by_who_may_and_that_is_recorded(desks: dict[str, Desk]) -> None:
    run = december()
    desks["preparer"].press(run, "compute")
    key = person_of(run)
    assert OFFICE[0].id_number not in desks["preparer"].page(run, "run_person", key)
    fields = desks["preparer"].forms(run, "run_person", key)["numbers"]
    shown = desks["preparer"].client.post(address(run, "run_numbers", key), fields)
    assert OFFICE[0].id_number in text_of(shown)
    assert OFFICE[0].account in text_of(shown)
    assert AuditEvent.objects.get(act="person.read").actor == "demo-preparer"
    assert "numbers" not in desks["auditor"].forms(run, "run_person", key)


def test_a_run_is_begun_from_the_list_of_its_month(desks: dict[str, Desk]) -> None:
    run = december()
    desks["preparer"].press(run, "compute")
    listed = desks["preparer"].client.get(reverse("runs", args=["2026-12"]))
    assert address(run) in text_of(listed)
    assert "Benefits: run 1 has not been begun" in text_of(listed) or "benefits: run 1" in text_of(listed).lower()
    later = desks["preparer"].client.get(reverse("runs", args=["2027-02"]))
    begin = reverse("run_begin", args=["2027-02", "payroll"])
    hidden = {action: dict(FIELD.findall(form)) for action, form in FORM.findall(unescape(later.content.decode()))}
    answer = desks["preparer"].client.post(begin, hidden[begin], follow=True)
    assert answer.redirect_chain[0][1] == SEE_OTHER
    assert "run_has_inputs" in Job.objects.latest("pk").failure
    assert not Run.objects.filter(month=DECEMBER.replace(year=2027, month=2)).exists()


def test_papers_are_made_and_each_that_is_taken_away_is_recorded(desks: dict[str, Desk]) -> None:
    run = december()
    desks["preparer"].press(run, "compute")
    make = desks["preparer"].forms(run, "run_papers")["make"]
    made = desks["preparer"].client.post(address(run, "run_papers_make"), make, follow=True)
    assert "2026-12-1-工资发放登记表.pdf" in text_of(made)
    forms = desks["preparer"].forms(run, "run_papers")
    key = next(word for word in forms if word.isdigit())
    paper = desks["preparer"].client.post(address(run, "run_paper", key), forms[key])
    assert paper.headers["Content-Disposition"].startswith("attachment")
    assert paper.content.startswith(b"%PDF")
    read = AuditEvent.objects.filter(act="documents.read", actor="demo-preparer").latest("pk")
    assert "documents=1" in read.after
    again = desks["preparer"].client.post(address(run, "run_paper", key), forms[key], follow=True)
    assert "This form was sent before" in text_of(again)
    assert "make" not in desks["auditor"].forms(run, "run_papers")
    assert desks["auditor"].client.post(address(run, "run_paper", key), forms[key]).status_code == CONFIRM


@pytest.mark.parametrize("post", ["reviewer", "releaser"])
def test_who_decides_takes_papers_with_masked_numbers_and_none_in_full(desks: dict[str, Desk], post: str) -> None:
    run, desk = december(), desks[post]
    to_review(desks, run)
    desks["preparer"].client.post(
        address(run, "run_papers_make"), desks["preparer"].forms(run, "run_papers")["make"], follow=True
    )
    in_full = next(word for word in desks["preparer"].forms(run, "run_papers") if word.isdigit())
    made = desk.client.post(address(run, "run_papers_make"), desk.forms(run, "run_papers")["make"], follow=True)
    assert "2026-12-1-统发工资审批表.pdf" in text_of(made)
    forms = {word: fields for word, fields in desk.forms(run, "run_papers").items() if word.isdigit()}
    assert len(forms) == 7
    read = ""
    for key, fields in forms.items():
        paper = desk.client.post(address(run, "run_paper", key), fields)
        assert paper.headers["Content-Disposition"].startswith("attachment")
        read += contents(paper.content)
    for number in {number for one in EVERYBODY for number in (one.id_number, one.account)} - {""}:
        assert number not in read
    assert OFFICE[0].name in read
    assert "220********0001" in read
    events = AuditEvent.objects.filter(act="documents.read", actor=f"demo-{post}", subject="month/2026-12")
    assert events.count() == len(forms)
    key, fields = next(iter(forms.items()))
    assert desk.client.post(address(run, "run_paper", in_full), fields).status_code == 404
    assert desks["preparer"].client.post(address(run, "run_paper", key), fields).status_code == 404


def contents(content: bytes) -> str:
    """Return what can be read in a paper."""
    if content.startswith(b"%PDF"):
        return text_of_pdf(content)
    if content.startswith(b"PK"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return "\n".join(f"{book.get_sheet_by_name(name).to_python()}" for name in book.sheet_names)
    return content.decode("utf-8-sig")


def test_a_page_asks_as_often_for_many_as_for_few(desks: dict[str, Desk]) -> None:
    run = collected(DECEMBER, EVERYBODY[:2])
    desks["preparer"].press(run, "compute")
    few = {route: queries(desks["auditor"], run, route) for route in ROUTES}
    desks["preparer"].press(run, "collect", reason="名单不全")
    payroll.declare_roster(DECEMBER, text="2")
    payroll.declare_wages(DECEMBER, text="2")
    desks["preparer"].press(run, "compute")
    assert {route: queries(desks["auditor"], run, route) for route in ROUTES} == few
    october = payroll.run_of(OCTOBER)
    two_differ = {route: queries(desks["auditor"], october, route) for route in ROUTES}
    desks["preparer"].press(october, "collect", reason="工资调整")
    payroll.declare_wages(OCTOBER, [replace(one, wage=f"1{one.wage}") for one in EVERYBODY], text="2")
    desks["preparer"].press(october, "compute")
    desks["preparer"].press(october, "check")
    assert {route: queries(desks["auditor"], october, route) for route in ROUTES} == two_differ


def queries(desk: Desk, run: Run, route: str) -> int:
    desk.page(run, route)
    with CaptureQueriesContext(connection) as asked:
        desk.page(run, route)
    return len(asked)


def test_people_are_found_by_name_by_number_and_by_the_last_places_of_their_id(desks: dict[str, Desk]) -> None:
    run = payroll.run_of(OCTOBER)
    desk, other = desks["auditor"], EVERYBODY[-1]
    key = person_of(run)
    for find in (OFFICE[0].name, OFFICE[0].id_number[-4:], str(key)):
        found = desk.page(run, "run_people", ask=f"?find={find}")
        assert OFFICE[0].name in found
    assert other.name not in desk.page(run, "run_people", ask=f"?find={OFFICE[0].name}")
    assert "Nobody is found." in desk.page(run, "run_people", ask="?find=%25")


def test_an_address_that_is_none_is_not_found(desks: dict[str, Desk]) -> None:
    run = payroll.run_of(OCTOBER)
    client = desks["preparer"].client
    for wrong in (
        reverse("run", args=["2026-10", "wages", 1]),
        reverse("run", args=["2026-13", "payroll", 1]),
        reverse("run", args=["2026-10", "payroll", 9]),
        address(run, "run_person", 999_999),
    ):
        assert client.get(wrong).status_code == 404
    assert client.post(address(run, "run_act", "explode")).status_code == 404
    for after in ("x", "1.2.3", "99999999999999999999.1.x", "-1.a.1"):
        for route in ("run_differences", "run_groups", "run_people", "run_not_paid", "run_exceptions"):
            assert client.get(address(run, route), {"after": after}).status_code == OPEN
