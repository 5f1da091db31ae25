"""An auditor in a browser: finds a voucher, traces it to the row it came from, takes a pack away and verifies it."""

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from imports.models import StagedFile
from ledger.models import AuditEvent, Voucher
from month.models import Job, JobState
from payouts.models import Payment
from tests.browser.desks import Desk
from tests.workers import state_of, wait_until

YEAR = 2026


def test_a_voucher_is_found_traced_and_taken_away_in_a_pack(
    demo_site: str, sit_down: Callable[..., Desk], tmp_path: Path
) -> None:
    auditor = sit_down(demo_site, "demo-auditor", language="en-US")
    wanted = Voucher.objects.filter(source__startswith="payout/").order_by("pk").first() or Voucher.objects.first()
    assert wanted is not None
    auditor.open("/vouchers/")
    auditor.page.get_by_label("Text").fill(wanted.summary)
    auditor.page.get_by_label("Text").press("Enter")
    auditor.page.wait_for_load_state()
    auditor.page.locator(f"main a[href='/vouchers/{wanted.pk}/']").first.click()
    auditor.page.get_by_role("link", name="Trace", exact=True).click()
    assert "Everything behind it" in auditor.page.inner_text("main")

    payment = Payment.objects.filter(status="SETTLED", name__isnull=False).order_by("pk").first()
    assert payment is not None
    auditor.open("/audit/")
    auditor.page.locator("main [name=of]").fill(f"payment:{payment.month:%Y-%m}/{payment.serial}")
    auditor.page.get_by_role("button", name="Trace").click()
    told = auditor.page.inner_text("main")
    assert any(name in told for name in StagedFile.objects.values_list("name", flat=True))
    assert payment.account_number not in told

    auditor.open("/audit/exports/")
    auditor.press("Make the pack")
    auditor.await_jobs()
    job = Job.objects.filter(kind="audit.pack").latest("pk")
    wait_until(lambda: state_of(job) == JobState.DONE)
    auditor.open(f"/audit/exports/{job.pk}/")
    pack = tmp_path / "pack.zip"
    with auditor.page.expect_download() as taken:
        auditor.page.locator("main a[download][href$='.zip']").first.click()
    taken.value.save_as(pack)
    with zipfile.ZipFile(pack) as unpacked:
        (tmp_path / "verify.py").write_bytes(unpacked.read("verify.py"))
    verified = subprocess.run(
        [sys.executable, "-I", "-S", str(tmp_path / "verify.py"), str(pack), "--lang", "en"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert AuditEvent.objects.filter(actor="demo-auditor", act="documents.read").exists()
    assert auditor.complaints == []
