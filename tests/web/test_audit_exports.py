"""The auditor takes things out of the books in a browser: asked for by a form, made by a worker, proven outside."""

import hashlib
import html
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from ledger.checks import CHECKS
from ledger.models import AuditEvent, Book, Officer
from month import keeping_files
from month.models import FileSide, Job, JobFile, JobState
from month.paper_work import JournalRefused, write_book
from month.taking_away import take_away
from tests import packs
from tests.sign_ins import PASSWORD, hire, signed_in
from web.acting import SHOWN, TOKEN, new_token
from web.audit_desk.check_promises import PROMISES
from web.audit_desk.check_results import fault_of
from web.audit_desk.export_lists import exports_of

books = packs.books
pytestmark = pytest.mark.usefixtures("books")
OPEN, REFUSED, SEE_OTHER, NOT_ALLOWED = 200, 403, 303, 405
HIDDEN = re.compile(r'<input type="hidden" name="(?!csrf)([^"]+)" value="([^"]*)">')
PACK = {"what": "pack", "year": "2026"}
VOUCHERS = {"what": "vouchers", "since": "2026-01-01", "until": "2026-12-31"}
PAPERS = {"what": "papers", "year": "2026", "first": "1", "last": "2", "paper": ["trial_balance", "general_ledger"]}


@pytest.fixture
def auditor(books: None) -> Client:
    return client_of("desk-auditor", "auditor")


def client_of(username: str, post: str) -> Client:
    if not Officer.objects.filter(username=username).exists():
        hire(username, post)
    return signed_in(username)


def fields_of(client: Client, **more: Any) -> dict[str, Any]:
    """Return the fields of a form as the page has just drawn it for an officer."""
    officer = Officer.objects.get(pk=client.session["_auth_user_id"])
    return {TOKEN: new_token(officer=officer), SHOWN: "", **more}


def asked(client: Client, fields: dict[str, Any], page: str = "audit_exports") -> Job:
    """Ask for something by its form and return the job."""
    answer = client.post(reverse(page), fields_of(client, **fields))
    assert answer.status_code == SEE_OTHER, answer.content.decode()
    return Job.objects.latest("pk")


def worked(job: Job) -> Job:
    """Return a job as it ended; the tests' queue has done it when it was rung for."""
    job.refresh_from_db()
    assert (job.status, job.failure, job.reason) == (JobState.DONE, "", "")
    return job


def downloaded(client: Client, job: Job, name: str) -> bytes:
    answer: Any = client.get(reverse("audit_file", args=[job.pk, name]))
    assert answer.status_code == OPEN
    content = b"".join(answer.streaming_content)
    assert (answer.headers["Content-Length"], name in answer.headers["Content-Disposition"]) == (
        str(len(content)),
        True,
    )
    return content


def digests_of(job: Job) -> list[str]:
    events = AuditEvent.objects.filter(subject=f"job/{job.pk}", act="export.made").order_by("pk")
    return re.findall(r"sha256=(\w{64})", "\n".join(events.values_list("after", flat=True)))


def test_a_pack_is_asked_for_made_downloaded_and_verified_by_itself(auditor: Client, tmp_path: Path) -> None:
    job = worked(asked(auditor, PACK))
    page = auditor.get(reverse("audit_export", args=[job.pk])).content.decode()
    pack = downloaded(auditor, job, "pack-2026.zip")
    assert hashlib.sha256(pack).hexdigest() in digests_of(job)
    assert hashlib.sha256(pack).hexdigest() in page
    assert "python3 verify.py pack-2026.zip" in page
    (tmp_path / "pack.zip").write_bytes(pack)
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        (tmp_path / "verify.py").write_bytes(archive.read("verify.py"))
    run = [sys.executable, "-I", "-S", "verify.py", "pack.zip", "--lang", "en"]
    verified = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert downloaded(auditor, job, "anchor-2026.pdf").startswith(b"%PDF")
    assert [event.actor for event in AuditEvent.objects.filter(subject=f"job/{job.pk}", act="documents.read")] == [
        "desk-auditor",
        "desk-auditor",
    ]


@pytest.mark.parametrize(
    ("fields", "name", "begins"),
    [
        ({**VOUCHERS, "format": "xlsx"}, "vouchers-2026-01-01-2026-12-31-xlsx.xlsx", b"PK"),
        ({**VOUCHERS, "format": "gbt24589"}, "vouchers-2026-01-01-2026-12-31-gbt24589.zip", b"PK"),
        ({**VOUCHERS, "format": "platform-gb18030"}, "vouchers-2026-01-01-2026-12-31-platform.zip", b"PK"),
        (PAPERS, "books-2026-01-02.zip", b"PK"),
        ({"what": "journal", "format": "hledger", "book": ""}, "all.journal", b""),
    ],
)
def test_what_a_form_asks_for_is_made_and_has_its_digest_in_the_trail(
    auditor: Client, fields: dict[str, Any], name: str, begins: bytes
) -> None:
    job = worked(asked(auditor, fields))
    content = downloaded(auditor, job, name)
    assert content.startswith(begins)
    assert digests_of(job) == [hashlib.sha256(content).hexdigest()]
    assert digests_of(job)[0] in auditor.get(reverse("audit_exports")).content.decode()


def test_a_sample_is_drawn_again_from_its_seed(auditor: Client) -> None:
    fields = {"method": "random", "of": "vouchers", "size": "3", "seed": "seven"}
    days = {"since": "2026-01-01", "until": "2026-12-31"}
    first, second = (worked(asked(auditor, {**fields, **days}, "audit_samples")) for _time in range(2))
    assert first.pk != second.pk
    assert "rows=3" in AuditEvent.objects.get(subject=f"job/{second.pk}", act="export.made").after
    assert downloaded(auditor, first, "sample-random.xlsx").startswith(b"PK")


def test_a_sample_that_does_not_fit_is_refused_at_once_and_nothing_typed_is_lost(auditor: Client) -> None:
    fields = {"method": "random", "of": "payments", "book": "D", "since": "2026-01-01", "until": "2026-12-31"}
    answer = auditor.post(reverse("audit_samples"), fields_of(auditor, **fields, seed="kept-seed"))
    assert answer.status_code == OPEN
    assert "sample_filter_fits" in answer.content.decode()
    assert "kept-seed" in answer.content.decode()


@pytest.mark.parametrize("interval", ["1e-300", "1e400", "0.001", "NaN"])
def test_an_interval_that_is_no_amount_is_refused_at_once(auditor: Client, interval: str) -> None:
    fields = {"method": "monetary", "of": "vouchers", "since": "2026-01-01", "until": "2026-12-31"}
    answer = auditor.post(reverse("audit_samples"), fields_of(auditor, **fields, interval=interval))
    assert answer.status_code == OPEN
    assert "field_is_read" in answer.content.decode()


def test_an_interval_of_nothing_draws_nothing(auditor: Client) -> None:
    fields = {"method": "monetary", "of": "vouchers", "since": "2026-01-01", "until": "2026-12-31", "interval": "0"}
    job = asked(auditor, fields, "audit_samples")
    job.refresh_from_db()
    assert (job.status, job.failure) == (JobState.FAILED, "sample_size_is_given")


@pytest.mark.parametrize(
    "fields",
    [
        {**VOUCHERS, "format": "xlsx", "since": "2026-02-30"},
        {**VOUCHERS, "format": "docx"},
        {**PACK, "year": "twenty"},
        {**PAPERS, "paper": ["horoscope"]},
        {**PAPERS, "paper": []},
        {**PAPERS, "last": "14"},
        {"what": "everything"},
    ],
)
def test_what_cannot_be_read_is_told_and_asks_for_nothing(auditor: Client, fields: dict[str, Any]) -> None:
    before = Job.objects.count()
    answer = auditor.post(reverse("audit_exports"), fields_of(auditor, **fields))
    assert answer.status_code == OPEN
    assert "field_is_read" in answer.content.decode()
    assert Job.objects.count() == before


def test_a_form_sent_twice_asks_once(auditor: Client) -> None:
    fields = fields_of(auditor, **{**VOUCHERS, "format": "pdf-a4"})
    before = Job.objects.count()
    for _time in range(2):
        auditor.post(reverse("audit_exports"), fields)
    assert Job.objects.count() == before + 1


def test_a_file_of_many_parts_is_whole_wherever_it_goes(
    auditor: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping_files, "PART_BYTES", 1000)
    job = worked(asked(auditor, {**VOUCHERS, "format": "xlsx", "since": "2026-01-02"}))
    parts = JobFile.objects.filter(job=job, side=FileSide.OUT)
    content = downloaded(auditor, job, "vouchers-2026-01-02-2026-12-31-xlsx.xlsx")
    assert parts.count() == -(-len(content) // 1000) > 1
    assert digests_of(job) == [hashlib.sha256(content).hexdigest()]
    officer = Officer.objects.get(username="desk-auditor")
    names = take_away(job=job, folder=tmp_path / "out", officer=officer, at=timezone.now())
    assert [(tmp_path / "out" / name).read_bytes() for name in names] == [content]


def test_who_lost_the_files_is_told_and_the_digest_stays(auditor: Client) -> None:
    job = worked(asked(auditor, {**VOUCHERS, "format": "xlsx", "since": "2026-01-03"}))
    JobFile.objects.filter(job=job).delete()
    address = reverse("audit_file", args=[job.pk, "vouchers-2026-01-03-2026-12-31-xlsx.xlsx"])
    page = auditor.get(address, follow=True).content.decode()
    assert "job_has_its_files" in page
    assert digests_of(job)[0] in page


# Numbers in full


def confirmed(client: Client, address: str, fields: dict[str, Any]) -> Any:
    """Send a form that is to be confirmed, and confirm it with the password."""
    question = client.post(address, fields)
    assert question.status_code == REFUSED
    carried = {name: html.unescape(value) for name, value in HIDDEN.findall(question.content.decode())}
    carried.pop("next", None)
    return client.post(address, {**carried, "confirmation_proof": PASSWORD})


def test_a_pack_in_full_is_for_the_chief_accountant_who_confirms_it_twice(books: None) -> None:
    chief = client_of("desk-chief", "chief_accountant")
    answer = confirmed(chief, reverse("audit_exports"), fields_of(chief, **PACK, in_full="on"))
    assert answer.status_code == SEE_OTHER
    job = worked(Job.objects.latest("pk"))
    assert job.kind == "audit.pack_full"
    address = reverse("audit_file", args=[job.pk, "pack-2026-full.zip"])
    assert chief.get(address).status_code == NOT_ALLOWED
    handed = confirmed(chief, address, {**fields_of(chief), SHOWN: f"{job.status}/{job.attempt}"})
    assert hashlib.sha256(b"".join(handed.streaming_content)).hexdigest() in digests_of(job)
    reader = client_of("desk-auditor", "auditor")
    assert "Download in full" not in reader.get(reverse("audit_export", args=[job.pk])).content.decode()
    refused = confirmed(reader, address, {**fields_of(reader), SHOWN: f"{job.status}/{job.attempt}"})
    assert (refused.status_code, refused.streaming) == (SEE_OTHER, False)


def test_an_auditor_gets_no_numbers_in_full(auditor: Client) -> None:
    before = Job.objects.count()
    answer = confirmed(auditor, reverse("audit_exports"), fields_of(auditor, **PACK, in_full="on"))
    assert "officer_holds_the_post" in answer.content.decode() or "does not hold the post" in answer.content.decode()
    assert Job.objects.count() == before
    assert "in_full" not in auditor.get(reverse("audit_exports")).content.decode()


# Checks


def test_the_checks_are_run_by_a_job_and_the_page_tells_what_they_found(auditor: Client) -> None:
    chosen = ["balanced", "trail"]
    job = worked(asked(auditor, {"check": chosen}, "audit_checks"))
    page = auditor.get(reverse("audit_checks"), {"job": job.pk}).content.decode()
    assert "2 checks: the books agree." in page
    assert "checked at" in auditor.get(reverse("audit_trail")).content.decode()
    assert "found=0" in AuditEvent.objects.get(subject=f"job/{job.pk}", act="books.checked").after


def test_every_check_is_listed_with_its_own_sentence() -> None:
    with translation.override("en"):
        said = {name: str(says) for name, says in PROMISES.items()}
    assert said == {name: check.__doc__ for name, check in CHECKS.items()}


def test_a_finding_leads_to_what_it_names() -> None:
    told = {
        "voucher 记-1 of 2026-1 (source payouts.run/7/pay/T) is not balanced": "source:payouts.run/7/pay/T",
        "seal 4 does not continue seal 3": "seal:D/4",
        "event 12 (voucher.post by chief) differs from what was chained": "event:D/12",
        "account 1002 held -5.00 on 2026-11-01": "",
    }
    assert {what: fault_of(("check", "D", what, "")).reference for what in told} == told


def test_the_pages_ask_as_often_for_many_exports_as_for_one(auditor: Client) -> None:
    jobs = [asked(auditor, {**VOUCHERS, "format": "xlsx", "since": f"2026-01-{day:02}"}) for day in (11, 12, 13, 14)]
    counts = []
    for some in (jobs[:1], jobs):
        with CaptureQueriesContext(connection) as asked_for:
            assert [len(one.files) for one in exports_of(some)] == [1] * len(some)
        counts.append(len(asked_for))
    assert counts[0] == counts[1]


def test_an_auditor_changes_no_voucher_by_any_page_of_the_desk(auditor: Client) -> None:
    heads = list(Book.objects.order_by("pk").values_list("head__seal_number", "head__digest"))
    for page in ("audit_exports", "audit_checks", "audit_samples", "audit_trace"):
        auditor.post(reverse(page), fields_of(auditor, what="pack", year="2026", of="nothing at all"))
    assert list(Book.objects.order_by("pk").values_list("head__seal_number", "head__digest")) == heads


def test_a_journal_is_written_of_a_book_and_never_to_a_place_that_was_typed(auditor: Client, tmp_path: Path) -> None:
    kept = tmp_path / "kept.journal"
    kept.write_text("kept")
    asked_for = {"what": "journal", "format": "hledger", "book": str(kept.with_suffix(""))}
    jobs = Job.objects.count()
    answer = auditor.post(reverse("audit_exports"), fields_of(auditor, **asked_for))
    assert (answer.status_code, Job.objects.count()) == (OPEN, jobs)
    with pytest.raises(JournalRefused, match="book_is_opened"):
        write_book(tmp_path, asked_for)
    assert kept.read_text() == "kept"
