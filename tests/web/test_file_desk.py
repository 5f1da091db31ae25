"""The files of a month in a browser: handed in, told by name what is wrong, looked at masked, applied by another."""

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from imports.models import StagedSheet
from imports.refusals import WrongMonth
from ledger.models import AuditEvent, Officer
from month.beginning import begin_demo
from month.models import Job, JobState
from month.working import work_off
from tests import staged
from tests.builders import AT
from tests.sign_ins import events, hire, signed_in
from tests.staged import File, id_number, pay, pay_items, roster, staff, unit, units, written
from web.acting import SHOWN, TOKEN, new_token
from web.models import SentForm

pytestmark = [pytest.mark.django_db]
MONTH = "2026-11"
SAMPLES = Path(__file__).parents[1] / "samples" / "small-2026-11"
OPEN, SEE_OTHER, REFUSED, NOT_FOUND = 200, 303, 403, 404
BAD_ACCOUNT = "6222020200112233445"  # its last digit is wrong
WRONG_ID = "220112198703160012"


def clerk() -> Client:
    hire("wang", "clerk")
    return signed_in("wang")


def hand_in(client: Client, *files: File, who: str = "wang", token: str = "") -> str:
    fields: dict[str, Any] = {TOKEN: token or new_token(officer=Officer.objects.get(username=who)), SHOWN: ""}
    fields["files"] = [SimpleUploadedFile(name, content) for name, content in files]
    answer = client.post(reverse("files_hand_in", args=[MONTH]), fields, follow=True)
    assert answer.redirect_chain == [(reverse("files", args=[MONTH]), SEE_OTHER)]
    return str(answer.content.decode())


def apply(client: Client, who: str, mark: str) -> str:
    fields = {TOKEN: new_token(officer=Officer.objects.get(username=who)), SHOWN: mark}
    answer = client.post(reverse("files_apply", args=[MONTH]), fields, follow=True)
    assert answer.redirect_chain[0][1] == SEE_OTHER
    return str(answer.content.decode())


def work() -> Sequence[Job]:
    """Do what was asked for, as a worker does."""
    waiting = list(Job.objects.filter(status=JobState.WAITING).order_by("pk"))
    return [
        done
        for job in waiting
        if (done := work_off(job=job.pk, worker="test", at=timezone.now(), lease_seconds=0)) is not None
    ]


def page(client: Client, name: str = "files", *more: int, query: str = "") -> str:
    answer = client.get(reverse(name, args=[MONTH, *more]) + query)
    assert answer.status_code == OPEN
    return str(answer.content.decode())


def mark_in(text: str) -> str:
    return str(re.findall(rf'name="{SHOWN}" value="([0-9/]+)"', text)[0])


def sheet(layout: str) -> StagedSheet:
    return StagedSheet.objects.filter(layout=layout).order_by("-pk")[0]


def faulty_roster(number: int = 40) -> File:
    rows = [staff(one, 账号=f"0710{one:08}") for one in range(1, number)]
    return roster(*rows, staff(number, 账号=BAD_ACCOUNT), staff(number + 1, 身份证号=WRONG_ID))


def test_files_are_handed_in_judged_and_seen() -> None:
    client = clerk()
    assert "单位名册.csv" in hand_in(client, units(), roster(staff(1), staff(2)))
    assert "hx-get" in page(client)
    assert [job.status for job in work()] == [JobState.DONE]
    text = page(client)
    assert "在职人员花名册" in text
    assert "staged" in text
    assert "hx-get" not in text
    assert events("file.stage") == [("wang", ""), ("wang", "")]
    assert "file.stage" in text


def test_the_files_of_a_bureau_come_through_to_the_payroll() -> None:
    begin_demo(month=date(2026, 11, 1), at=AT)
    client = clerk()
    hire("zhao", "preparer")
    preparer = signed_in("zhao")
    names = ("单位名册.xlsx", "在职人员花名册.xlsx", "工资项目表_202611.xlsx", "工资变动_202611.csv")
    hand_in(client, *[(name, (SAMPLES / name).read_bytes()) for name in names])
    assert [job.status for job in work()] == [JobState.DONE]
    assert "Apply all of them" not in page(client)
    apply(preparer, "zhao", mark_in(page(preparer)))
    assert [job.status for job in work()] == [JobState.DONE]
    known = StagedSheet.objects.exclude(layout="")
    assert [(one.layout, one.status) for one in known.order_by("layout")] == [
        (layout, "APPLIED") for layout in ("CHANGES", "PAY_ITEMS", "ROSTER", "UNITS")
    ]
    text = page(preparer)
    assert "file.apply" in text
    assert "Apply all of them" not in text
    assert AuditEvent.objects.get(act="file.apply", subject__endswith="ROSTER").actor == "zhao"
    assert "list that was declared 2026-11 ROSTER" in page(client, "staged_sheet", sheet("ROSTER").pk)


def test_bad_files_are_told_by_name_and_the_good_ones_go_on(settings: Settings) -> None:
    settings.UPLOAD_BYTES_MAX = 10_000
    client = clerk()
    text = hand_in(
        client,
        units(),
        ("假的.xlsx", b"name,amount\n"),
        ("程序.exe", b"MZ\x90"),
        ("太大.csv", b"a,b\n" * 5_000),
        ("../../空.csv", b"x"),
    )
    assert "假的.xlsx: What is in the file is not what its name says." in text
    assert "程序.exe: Files of this kind are not taken. Save it as xlsx or csv." in text
    assert "太大.csv: The file is larger than files may be." in text
    (job,) = Job.objects.all()
    assert job.arguments["files"] == ["单位名册.csv", "空.csv"]
    assert len([refused for _actor, refused in events("files.stage") if refused]) == 3


def test_a_form_without_any_good_file_asks_for_nothing() -> None:
    client = clerk()
    assert "No file was taken." in hand_in(client, ("假的.xlsx", b"name,amount\n"))
    assert "No file was taken." in hand_in(client)
    assert not Job.objects.exists()


def test_a_file_of_another_month_is_told_by_its_job() -> None:
    client = clerk()
    hand_in(client, units(), written("PAY_ITEMS", pay(1), name="工资项目表_202610.csv"))
    with pytest.raises(WrongMonth):
        work()
    text = page(client)
    assert "The file is of another month." in text
    assert "工资项目表_202610.csv" in text
    assert not StagedSheet.objects.exists()


def test_a_form_sent_twice_stages_once() -> None:
    client = clerk()
    token = new_token(officer=Officer.objects.get(username="wang"))
    hand_in(client, units(), token=token)
    assert "This form was sent before" in hand_in(client, units(), token=token)
    assert Job.objects.count() == SentForm.objects.count() == 1


def test_what_is_replaced_is_folded() -> None:
    client = clerk()
    hand_in(client, units())
    work()
    hand_in(client, units(unit(), unit(单位编码="220112100003")))
    work()
    before, folded = page(client).split("<details>")
    assert reverse("staged_sheet", args=[MONTH, sheet("UNITS").pk]) in before
    first = StagedSheet.objects.order_by("pk")[0]
    assert reverse("staged_sheet", args=[MONTH, first.pk]) in folded


# One sheet


def staged_roster(number: int = 40) -> StagedSheet:
    staged.stage(units(), faulty_roster(number))
    return sheet("ROSTER")


def test_a_finding_leads_to_its_cell_which_is_masked() -> None:
    client, found = clerk(), staged_roster()
    text = page(client, "staged_sheet", found.pk)
    assert 'href="?severity=&amp;after=&amp;rows_from=37#r41c12"' in text
    there = page(client, "staged_sheet", found.pk, query="?severity=&after=&rows_from=37")
    cell = re.findall(r'<td id="r41c12" class="([^"]*)">([^<]*)</td>', there)
    assert cell == [("text fault-error", "********3445")]
    for number in (BAD_ACCOUNT, WRONG_ID, id_number(1), id_number(40), "071000000039"):
        assert number not in text + there
    assert "220********0012" in there


def test_the_code_of_a_unit_is_shown_where_it_is_wrong() -> None:
    staged.stage(units(), roster(staff(1, 单位编码="220112999999"), staff(2, 单位编码="220112198703160029")))
    text = page(clerk(), "staged_sheet", sheet("ROSTER").pk)
    assert "No unit has the code 220112999999." in text
    assert "220112198703160029" not in text


def test_findings_are_filtered_and_paged_by_key() -> None:
    rows = [staff(one, 账号=BAD_ACCOUNT, 姓名=" 王一") for one in range(1, 61)]
    staged.stage(units(), roster(*rows))
    client, found = clerk(), sheet("ROSTER")
    errors = found.findings.filter(severity="error").count()
    query, seen = "?severity=error", 0
    while query:
        text = page(client, "staged_sheet", found.pk, query=query)
        grid = text.split('id="findings"')[1].split('id="rows"')[0]
        assert ">warning<" not in grid
        seen += grid.count(">error<")
        following = re.findall(r'href="(\?severity=error&amp;after=[0-9.]+)#findings"', grid)
        query = following[0].replace("&amp;", "&") if following else ""
    assert seen == errors > 50


@pytest.mark.parametrize(
    "query", ["?after=x.y", "?rows_from=-5", "?severity=none", "?after=9999999999999999.1&rows_from=²"]
)
def test_an_odd_address_shows_the_beginning_or_nothing(query: str) -> None:
    client, found = clerk(), staged_roster(3)
    assert "在职人员花名册" in page(client, "staged_sheet", found.pk, query=query)


def test_control_totals_stand_by_township() -> None:
    staged.stage(units(), roster(staff(1), staff(2)), pay_items(pay(1), pay(2)))
    text = page(clerk(), "staged_sheet", sheet("PAY_ITEMS").pk)
    assert "<td>云溪镇</td><td>2</td><td>200.00</td>" in text
    assert "<td>Total</td><td>2</td><td>200.00</td>" in text


def test_a_sheet_of_another_month_is_not_found() -> None:
    client, found = clerk(), staged_roster(3)
    assert client.get(reverse("staged_sheet", args=["2026-12", found.pk])).status_code == NOT_FOUND


def test_a_marked_copy_is_taken_with_a_trace_and_by_who_may() -> None:
    client, found = clerk(), staged_roster(3)
    answer = client.post(reverse("marked_copy", args=[MONTH, found.pk]))
    assert answer.content.startswith(b"PK")
    assert ".xlsx" in answer.headers["Content-Disposition"]
    (read,) = AuditEvent.objects.filter(act="documents.read")
    assert (read.actor, read.subject, read.refused) == ("wang", f"sheet/{found.pk}", "")
    hire("audit", "auditor")
    auditor = signed_in("audit")
    assert "Marked copy" not in page(auditor, "staged_sheet", found.pk)
    assert auditor.post(reverse("marked_copy", args=[MONTH, found.pk])).status_code == REFUSED


# Applying


def certifier(username: str) -> Client:
    hire(username, "benefits_officer")
    return signed_in(username)


def handed_in_by(username: str) -> None:
    person = {"乡镇": "云溪镇", "姓名": "王一", "身份证号": id_number(1), "项目名称": "农村部分计划生育家庭奖励扶助"}
    more = {"资格起始": "2020-01-01", "账号": "071000000001", "状态": "正常", "最近见面核实日期": "2026-10-01"}
    StagedSheet.objects.filter(layout="BENEFITS").delete()
    staged.stage(units(), roster(staff(9)), written("BENEFITS", {**person, **more}))
    StagedSheet.objects.update(staged_by=username)


def test_who_handed_a_file_in_does_not_apply_it() -> None:
    client = certifier("li")
    handed_in_by("li")
    text = page(client)
    assert "Another officer applies it" in text
    assert "Apply all of them" not in text
    mark = str(sheet("BENEFITS").pk)
    assert "declaration_four_eyes" in apply(client, "li", mark)
    assert events("files.apply") == [("li", "declaration_four_eyes")]
    assert not Job.objects.exists()


def test_another_officer_applies_what_was_seen() -> None:
    client = certifier("li")
    hire("zhao", "benefits_officer")
    handed_in_by("zhao")
    seen = mark_in(page(client))
    assert "Job" in apply(client, "li", seen)
    (job,) = Job.objects.all()
    assert (job.kind, job.asked_by_id, job.arguments["sheets"]) == ("files.apply", "li", [sheet("BENEFITS").pk])


def test_what_was_replaced_since_is_not_applied() -> None:
    client = certifier("li")
    hire("zhao", "benefits_officer")
    handed_in_by("zhao")
    seen = mark_in(page(client))
    StagedSheet.objects.filter(layout="BENEFITS").update(status="REPLACED")
    assert "This has changed since you saw it" in apply(client, "li", seen)
    assert not Job.objects.exists()


def test_nothing_is_applied_where_nothing_waits() -> None:
    client = certifier("li")
    assert "Nothing waits to be applied by you." in apply(client, "li", "")


# However many rows there are


@pytest.mark.parametrize("name", ["files", "staged_sheet"])
def test_a_page_asks_as_often_for_many_rows_as_for_few(name: str) -> None:
    client, counts = clerk(), []
    for number in (3, 60):
        found = staged_roster(number)
        more = [found.pk] if name == "staged_sheet" else []
        with CaptureQueriesContext(connection) as asked:
            page(client, name, *more)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 25
