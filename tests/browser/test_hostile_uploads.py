"""Files that are no honest workbook, handed in with a browser: each is refused by name and reason, nothing is kept."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from imports.models import StagedSheet
from month.models import Job
from tests.browser.desks import Desk
from tests.security.test_uploads import bomb, compound, workbook

MONTH = "2026-11"
HOSTILE = {
    "broken.xlsx": (workbook()[:-200], "damaged"),
    "encrypted.xlsx": (compound("EncryptionInfo", "EncryptedPackage"), "password"),
    "renamed.xlsx": (b"%PDF-1.7 a paper", "not what its name says"),
    "page.csv": (b"<html><script>alert(1)</script></html>", "not what its name says"),
    "macro.xlsx": (workbook(add={"xl/vbaProject.bin": b"x"}), "macros"),
    "bomb.xlsx": (bomb(), "far larger than it looks"),
    "program.exe": (b"MZ\x90", "Files of this kind"),
    "empty.csv": (b"", "empty"),
}


def kept() -> tuple[int, int]:
    return Job.objects.count(), StagedSheet.objects.count()


def test_hostile_files_are_refused_by_name_and_nothing_is_kept(
    demo_site: str, sit_down: Callable[..., Desk], tmp_path: Path
) -> None:
    clerk, before = sit_down(demo_site, "demo-clerk", language="en-US"), kept()
    for name, (content, _says) in HOSTILE.items():
        (tmp_path / name).write_bytes(content)
    told = handed_in(clerk, sorted(tmp_path.iterdir()))
    for name, (_content, says) in HOSTILE.items():
        (line,) = [one for one in told if one.startswith(f"{name}:")]
        assert says in line, line
    assert kept() == before
    assert clerk.complaints == []


def test_a_huge_file_is_told_before_it_is_sent_and_refused_when_it_is(
    demo_site: str, sit_down: Callable[..., Desk], tmp_path: Path
) -> None:
    clerk, before = sit_down(demo_site, "demo-clerk", language="en-US"), kept()
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(settings.UPLOAD_BYTES_MAX + 1)
    clerk.open(f"/months/{MONTH}/files/")
    clerk.page.locator("input[type=file]").set_input_files(huge)
    assert "too large" in clerk.page.locator(".chosen .refusal").inner_text()
    told = handed_in(clerk, [huge])
    assert any(one.startswith("huge.csv:") and "larger than files may be" in one for one in told), told
    assert kept() == before


def test_honest_files_among_them_are_taken(demo_site: str, sit_down: Callable[..., Desk], tmp_path: Path) -> None:
    clerk, (jobs, _sheets) = sit_down(demo_site, "demo-clerk", language="en-US"), kept()
    (tmp_path / "macro.xlsx").write_bytes(HOSTILE["macro.xlsx"][0])
    (tmp_path / "honest.xlsx").write_bytes(workbook())
    told = handed_in(clerk, sorted(tmp_path.iterdir()))
    assert any(one.startswith("macro.xlsx:") for one in told)
    assert any("Taken: honest.xlsx" in one for one in told)
    assert Job.objects.count() == jobs + 1


def handed_in(clerk: Desk, files: list[Path]) -> list[str]:
    """Hand files in, and return what the page says."""
    clerk.open(f"/months/{MONTH}/files/")
    clerk.page.locator("input[type=file]").set_input_files(files)
    clerk.page.get_by_role("button", name="Hand in and judge").click()
    clerk.answered()
    return clerk.page.locator("main > p.alert").all_inner_texts()
