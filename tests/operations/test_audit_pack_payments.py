"""The payments of an audit pack: held against each other and against the vouchers; numbers masked, or in full."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from audit.packing import pack_year, pack_year_in_full
from ledger.models import AuditEvent
from ledger.refusals import OfficerMayNot
from month.posts import demo_officer
from tests.attacks import Stage
from tests.packs import (
    AT,
    ON,
    Files,
    Tampering,
    changed,
    doubled,
    files_of,
    found_in,
    rehashed,
    removed,
    rows_of,
    swapped,
    together,
    unpacked,
    verify,
)
from tests.payroll import EVERYBODY, JULY
from tests.payroll import stage as stage
from tests.posts import birch, held, local
from treasury.models.words import PostKind

BATCHES, PAYMENTS, PARTS = (f"payments/{name}.csv" for name in ("batches", "payments", "parts"))


@dataclass(frozen=True)
class Both:
    masked: Path
    full: Path


@pytest.fixture(scope="module")
def both(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Both:
    """A pack with numbers masked and one in full, of a district that pays its people."""
    folder = tmp_path_factory.mktemp("payments")
    made = Both(folder / "masked.zip", folder / "full.zip")
    pack_year(year=2026, codes=[], officer=demo_officer("auditor"), on=ON, at=AT, path=made.masked)
    pack_year_in_full(year=2026, officer=demo_officer("chief_accountant"), on=ON, at=AT, path=made.full)
    return made


def test_both_packs_agree_with_themselves(both: Both) -> None:
    for path in (both.masked, both.full):
        said = verify(path)
        assert said.returncode == 0, said.stdout
    assert "masked" in verify(both.masked).stdout
    assert "masked" not in verify(both.full).stdout


def test_no_number_of_a_person_or_account_is_in_a_masked_pack(both: Both) -> None:
    masked, full = files_of(both.masked), files_of(both.full)
    content = b"\n".join(masked.values())
    for one in EVERYBODY:
        assert one.id_number.encode() not in content
    for one in filter(lambda one: one.account, EVERYBODY):
        assert one.account.encode() not in content
        assert one.id_number.encode() in full[PAYMENTS]
        assert one.account.encode() in full[PAYMENTS]


def test_the_same_account_has_one_pseudonym_in_a_pack_and_another_in_the_next(both: Both) -> None:
    keys = {}
    for path in (both.masked, both.full):
        accounts: dict[str, set[str]] = {}
        rows = rows_of(files_of(path), PAYMENTS)
        for row in rows[1:]:
            accounts.setdefault(f"{row[5]}{row[7][-4:]}", set()).add(row[8])
        assert all(len(found) == 1 for found in accounts.values())
        assert all(re.fullmatch("[0-9a-f]{24}", key) for found in accounts.values() for key in found)
        keys[path] = {key for found in accounts.values() for key in found}
        assert len(keys[path]) == len(accounts)
    assert not keys[both.masked] & keys[both.full]


def test_numbers_in_full_leave_a_trace_of_their_own(both: Both) -> None:
    event = AuditEvent.objects.get(act="audit.pack.full")
    assert (event.actor, event.subject) == (demo_officer("chief_accountant").username, "audit.pack/2026")


def test_a_township_packs_its_own_book_and_nothing_else(stage: Stage, tmp_path: Path) -> None:
    clerk = local("clerk-of-packs")
    held(PostKind.CENTRE_CLERK, name="测试会计", holder=clerk)
    own, path = birch().book.code, tmp_path / "pack.zip"
    for codes in (("220112",), (own, "220112")):
        with pytest.raises(OfficerMayNot, match="officer_reads_own_books"):
            pack_year(year=2026, codes=codes, officer=clerk, on=ON, at=AT, path=path)
    with pytest.raises(OfficerMayNot, match="officer_reads_the_district"):
        pack_year_in_full(year=2026, officer=clerk, on=ON, at=AT, path=path)
    assert list(tmp_path.iterdir()) == []
    made = pack_year(year=2026, codes=[], officer=clerk, on=ON, at=AT, path=path)
    assert ([book.code for book in made.books], made.scope) == ([own], "books")
    assert found_in(path) == []
    files = files_of(path)
    assert not [name for name in files if name.startswith("payments/")]
    assert {row[0] for row in rows_of(files, "books/lines.csv")[1:]} == {own}
    assert rows_of(files, "books/files.csv")[1:] == []


SETTLED, RETURNED = 1, 2  # rows of July's payments
TAMPERINGS: dict[str, tuple[Tampering, str]] = {
    "an amount": (changed(PAYMENTS, SETTLED, amount="4501.02"), f"owed {PAYMENTS} 1 batch"),
    "an amount moved to another payee": (
        together(changed(PAYMENTS, 1, amount="4500.01"), changed(PAYMENTS, 3, amount="4504.03")),
        f"owed {PAYMENTS} 1 batch",
    ),
    "an amount with its part": (
        together(changed(PAYMENTS, 1, amount="1.00"), changed(PARTS, 1, amount="1.00")),
        f"owed {PARTS} 1 batch",
    ),
    "an amount with its part and obligation": (
        together(
            changed(PAYMENTS, 1, amount="1.00"),
            changed(PARTS, 1, amount="1.00"),
            changed("payments/obligations.csv", 1, amount="1.00"),
        ),
        f"batches {BATCHES} 1",
    ),
    "a batch made larger with its payments and files": (
        together(
            changed(PAYMENTS, 1, amount="1.00"),
            changed(PARTS, 1, amount="1.00"),
            changed("payments/obligations.csv", 1, amount="1.00"),
            changed("payments/results.csv", 1, amount="1.00"),
            changed(BATCHES, 1, total=lambda t: f"{(int(t.replace('.', '')) - 450001) / 100:.2f}"),
            changed("payments/bank_files.csv", 1, total=lambda t: f"{(int(t.replace('.', '')) - 450001) / 100:.2f}"),
        ),
        f"posted {BATCHES} 1",
    ),
    "a payment gone": (removed(PAYMENTS, SETTLED), f"batches {BATCHES} 1"),
    "a payment twice": (doubled(PAYMENTS, SETTLED), f"rows {PAYMENTS} 2"),
    "two payments changed about": (swapped(PAYMENTS, SETTLED), f"rows {PAYMENTS} 2"),
    "a return told as settled": (changed(PAYMENTS, RETURNED, status="SETTLED"), f"results {PAYMENTS} 2"),
    "a settled one told as sent": (changed(PAYMENTS, SETTLED, status="SENT"), f"results {PAYMENTS} 1"),
    "a record of the bank gone": (removed("payments/results.csv", 1), f"results {PAYMENTS} 1"),
    "what a record of the bank says": (changed("payments/results.csv", 1, outcome="RETURNED"), f"results {PAYMENTS} 1"),
    "a part gone": (removed(PARTS, 1), f"owed {PAYMENTS} 1"),
    "one obligation for two payments": (changed(PARTS, 3, obligation="1"), f"owed {PARTS}"),
    "an obligation gone": (removed("payments/obligations.csv", 1), f"owed {PARTS} 1"),
    "a batch gone": (removed(BATCHES, 1), f"batches {PAYMENTS} 1"),
    "one officer twice": (changed(BATCHES, 1, checked_by="demo-releaser"), f"four_eyes {BATCHES} 1"),
    "an approval gone": (removed("payments/approvals.csv", 1), f"four_eyes {BATCHES} 1"),
    "an approval of another digest": (changed("payments/approvals.csv", 1, digest="0" * 64), f"four_eyes {BATCHES} 1"),
    "a bank file gone": (removed("payments/bank_files.csv", 1), "batches payments/bank_files.csv"),
    "the total of a bank file": (
        changed("payments/bank_files.csv", 1, total="1.00"),
        "batches payments/bank_files.csv",
    ),
    "what came back": (
        changed("payments/result_files.csv", 1, returned_amount="1.00"),
        "results payments/result_files.csv 1",
    ),
    "the voucher of a payroll": (changed("books/vouchers.csv", 2, source="other"), f"posted {BATCHES} 1"),
}


@pytest.mark.parametrize("name", list(TAMPERINGS))
def test_a_payment_that_does_not_agree_is_found_though_the_manifest_was_written_anew(
    both: Both, tmp_path: Path, name: str
) -> None:
    tamper, place = TAMPERINGS[name]
    files: Files = files_of(both.masked)
    tamper(files)
    found = found_in(unpacked(rehashed(files), tmp_path / "pack"))
    assert any(place in line for line in found), found


@pytest.mark.parametrize("column", ["payee", "account", "id_number", "bank"])
def test_who_was_paid_is_proven_in_full_and_masked_by_the_manifest_alone(
    both: Both, tmp_path: Path, column: str
) -> None:
    for path, is_found in ((both.full, True), (both.masked, False)):
        files = files_of(path)
        changed(PAYMENTS, 1, **{column: "别人"})(files)
        found = found_in(unpacked(rehashed(files), tmp_path / path.stem))
        assert any(f"batches {BATCHES} 1 batch 1 digest" in line for line in found) is is_found
        assert any(PAYMENTS in line for line in found_in(unpacked(files, tmp_path / f"{path.stem}-as-it-is")))
    assert JULY.month == 7
