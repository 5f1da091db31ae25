"""What the archives hold, until when, why it is blocked, and how what has expired is destroyed; by the acts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection, connections, models, transaction
from pytest_django.plugin import DjangoDbBlocker

from audit import refusals
from audit.appraising import ClassYear, appraise
from audit.destroying import carry_out_list, propose_list, sign_list
from audit.destructions import sheet_of
from audit.exports.destruction_papers import destruction_document
from audit.holdings import Holding, HoldingState, Why, holdings_on
from audit.models import SIGNING, WITNESSES, DestructionList, DestructionRole, RetentionHold
from audit.retaining import lift_hold, set_hold
from imports.marking import write_marked_copy
from imports.models import StagedFile
from ledger.checks import run_checks
from ledger.contents import ContentDestroyed, bytes_of
from ledger.models import AuditEvent, Officer, Voucher
from ledger.posting import post_events
from ledger.refusals import OfficerMayNot
from month.models import FileSide, Job, JobFile
from month.posts import PostsConflict, appoint, ensure_demo_officers, ensure_posts
from payouts.models import ResultFile, StatementFile
from tests import attacks
from tests.acting_as import let_act_as
from tests.attacks import Stage
from tests.builders import FUND, LOWER_HISTORIC, UPPER_HISTORIC, credit, debit, event, voucher, yuan
from treasury.exports.documents import heading_of
from treasury.exports.papers import write_book, write_pdf

stage = attacks.stage
AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ON = date(2026, 11, 27)
OLD = date(1999, 5, 1)
CHECKS = ["seals", "erased_files_are_listed", "destruction_lists_are_signed", "retention_periods_agree"]
FILES_OF_1999 = ClassYear("imported_files", 1999)
POSTS = {
    DestructionRole.HEAD: "bureau_head",
    DestructionRole.ARCHIVE_HEAD: "archive_head",
    DestructionRole.ACCOUNTING_HEAD: "chief_accountant",
    DestructionRole.ARCHIVIST: "archivist",
    DestructionRole.ACCOUNTANT: "preparer",
    DestructionRole.IT: "it_officer",
    DestructionRole.ACCOUNTING_WITNESS: "reviewer",
    DestructionRole.IT_WITNESS: "it_witness",
}


@pytest.fixture
def rolled_back(stage: Stage, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the acts of a test work in the stage's books; nothing is left of it, and the books agree."""
    with django_db_blocker.unblock():
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = stage.database
        with transaction.atomic():
            yield
            assert list(run_checks(CHECKS)) == []
            transaction.set_rollback(True)


def officer(post: str) -> Officer:
    """Return an officer who holds one post."""
    ensure_posts()
    found, made = Officer.objects.get_or_create(username=f"of-{post}", defaults={"full_name": f"测试{post}"})
    if made:
        found.groups.add(Group.objects.get(name=post))
    return Officer.objects.get(pk=found.pk)


def kept(name: str = "工资.csv", month: date = OLD, content: bytes = b"name,pay\n") -> StagedFile:
    return StagedFile.objects.create(
        month=month, name=name, sha256=sha256(content + name.encode()).hexdigest(), encoding="utf-8", content=content
    )


def proposed(*years: ClassYear) -> DestructionList:
    years = years or (FILES_OF_1999,)
    appraisal = appraise(
        may_go=years,
        kept_on=[],
        members="会计：张三；审计：李四",
        opinion="已满保管期限，无保存价值",
        on=ON,
        officer=officer("archive_head"),
        at=AT,
    )
    return propose_list(appraisal=appraisal, years=years, on=ON, officer=officer("archivist"), at=AT)


def sign(listed: DestructionList, role: DestructionRole, *, by: str = "", approved: bool = True, why: str = "") -> None:
    sign_list(listed=listed, role=role, approved=approved, reason=why, officer=officer(by or POSTS[role]), at=AT)


def signed(listed: DestructionList, *, but: DestructionRole | None = None) -> DestructionList:
    for role in (*SIGNING, *WITNESSES):
        if role != but:
            sign(listed, role)
    return listed


def carry_out(listed: DestructionList, *, on: date = ON, by: str = "archivist") -> None:
    carry_out_list(listed=listed, on=on, officer=officer(by), at=AT)


def held(record_class: str, year: int, *, on: date = ON) -> Holding:
    (one,) = holdings_on(on=on, year=year, record_class=record_class)
    return one


@pytest.mark.parametrize(
    ("on", "state"), [(date(2056, 12, 31), HoldingState.KEPT), (date(2057, 1, 1), HoldingState.BLOCKED)]
)
def test_vouchers_are_kept_to_the_last_day_and_blocked_while_debts_are_open(
    rolled_back: None, on: date, state: HoldingState
) -> None:
    one = held("vouchers", 2026, on=on)
    assert (one.records, one.kept_from, one.kept_until) == (6, date(2027, 1, 1), date(2056, 12, 31))
    assert (one.state, Why.OPEN_BALANCE in one.why) == (state, True)


@pytest.mark.parametrize(
    ("on", "state"), [(date(2034, 12, 31), HoldingState.KEPT), (date(2035, 1, 1), HoldingState.EXPIRED)]
)
def test_files_of_march_2004_are_kept_until_the_end_of_2034(rolled_back: None, on: date, state: HoldingState) -> None:
    kept(month=date(2004, 3, 1))
    one = held("imported_files", 2004, on=on)
    assert (one.kept_from, one.kept_until, one.state) == (date(2005, 1, 1), date(2034, 12, 31), state)


def test_what_is_permanent_says_so(rolled_back: None) -> None:
    proposed_list(kept())
    one = held("archive_lists", 2026, on=date(2099, 1, 1))
    assert (one.state, one.why) == (HoldingState.BLOCKED, [Why.PERMANENT])


def proposed_list(_file: StagedFile) -> DestructionList:
    return proposed()


def historic(amount: str, day: date, source: str) -> None:
    """Let the old debt of T01 grow or fall, in both books."""
    shared = {"posting_date": day, "paper": "青财〔2026〕1号"}
    post_events(
        [
            event(
                source,
                voucher(
                    "D",
                    debit(LOWER_HISTORIC, yuan(amount), fund=FUND),
                    credit("2015", yuan(amount), fund=FUND),
                    **shared,
                ),
                voucher(
                    "T01",
                    debit("5001", yuan(amount), fund=FUND),
                    credit(UPPER_HISTORIC, yuan(amount), fund=FUND),
                    **shared,
                ),
            )
        ]
    )


def test_old_debt_blocks_the_years_of_its_chain_until_it_stands_at_zero(rolled_back: None) -> None:
    day = date(2026, 11, 5)
    historic("500.00", day, "old/1")
    assert Why.HISTORIC_DEBT in held("vouchers", 2026, on=date(2057, 1, 1)).why
    historic("-500.00", day, "old/2")
    assert Why.HISTORIC_DEBT not in held("vouchers", 2026, on=date(2057, 1, 1)).why


def test_open_claims_and_debts_block_vouchers_and_attachments_and_nothing_else(rolled_back: None) -> None:
    kept(month=date(2026, 11, 1))
    late = date(2057, 1, 1)
    assert held("imported_files", 2026, on=late).why == [Why.OPEN_BALANCE]
    assert held("ledgers", 2026, on=late).state == HoldingState.EXPIRED


def test_a_hold_blocks_until_another_officer_lifts_it(rolled_back: None) -> None:
    kept()
    hold = on_hold()
    assert (held("imported_files", 1999).state, held("imported_files", 1999).why) == (HoldingState.BLOCKED, [Why.HOLD])
    with pytest.raises(refusals.RecordsBlocked):
        proposed()
    with pytest.raises(refusals.SamePerson):
        lift_hold(hold=hold, reason="审计结束", officer=officer("archive_head"), at=AT)
    lift_hold(hold=hold, reason="审计结束", officer=officer("bureau_head"), at=AT)
    assert held("imported_files", 1999).state == HoldingState.EXPIRED
    with pytest.raises(refusals.ListFixed):
        lift_hold(hold=hold, reason="审计结束", officer=officer("bureau_head"), at=AT)


def on_hold(**changes: int) -> RetentionHold:
    years = {"from_year": 1999, "to_year": 1999, **changes}
    return set_hold(record_class="", reason="审计进行中", officer=officer("archive_head"), at=AT, **years)


def test_a_hold_without_a_reason_or_backwards_is_refused(rolled_back: None) -> None:
    with pytest.raises(refusals.SaysNothing):
        on_hold(to_year=1998)
    with pytest.raises(refusals.SaysNothing):
        set_hold(record_class="", from_year=1, to_year=2, reason=" ", officer=officer("archive_head"), at=AT)


def test_a_list_that_all_have_signed_and_watched_takes_the_bytes_and_nothing_else(rolled_back: None) -> None:
    file, later = kept(), kept("后.csv", month=date(2004, 3, 1))
    listed = signed(proposed())
    before = list(StagedFile.objects.order_by("pk").values("pk", "month", "name", "sha256", "encoding"))
    vouchers = Voucher.objects.count()
    carry_out(listed)
    assert list(StagedFile.objects.order_by("pk").values("pk", "month", "name", "sha256", "encoding")) == before
    assert bytes(StagedFile.objects.get(pk=file.pk).content) == b""
    assert bytes(StagedFile.objects.get(pk=later.pk).content) == b"name,pay\n"
    one = held("imported_files", 1999)
    assert (one.state, one.files, one.size, one.erased, one.list) == (HoldingState.DESTROYED, 1, 0, 1, listed.pk)
    [item] = sheet_of(listed).items
    assert (item.records, item.files, item.size, item.kept_until) == (1, 1, 9, date(2014, 12, 31))
    assert Voucher.objects.count() == vouchers


def test_who_reads_destroyed_bytes_is_told_so(rolled_back: None, tmp_path: Path) -> None:
    file = kept()
    carry_out(signed(proposed()))
    with pytest.raises(ContentDestroyed), (tmp_path / "x").open("wb") as out:
        write_marked_copy(file=out, staged=StagedFile.objects.get(pk=file.pk))
    assert bytes_of(name="空", digest=sha256(b"").hexdigest(), content=b"") == b""


def kept_bytes() -> dict[str, Any]:
    """Return a file of 1999 in each table that keeps bytes, by its class; files for the bank need a paid batch."""
    clerk, then = officer("cashier"), datetime(1999, 5, 2, tzinfo=UTC)
    told: dict[str, Any] = {"sha256": sha256(b"old").hexdigest(), "content": b"old"}
    job = Job.objects.create(kind="of.test", key="1999", asked_by=clerk, asked_at=then, attempts_max=1)
    came: dict[str, Any] = {"received_at": then, "received_by": clerk}
    counted: dict[str, Any] = {"rows": 0, "settled": 0, "returned": 0, "returned_amount": yuan("0.00")}
    return {
        "imported_files": kept(),
        "result_files": ResultFile.objects.create(
            name="回盘.txt", month=OLD, posting_date=date(1999, 5, 12), **counted, **came, **told
        ),
        "statements": StatementFile.objects.create(name="对账.xml", kind="CAMT054", **came, **told),
        "job_files": JobFile.objects.create(job=job, side=FileSide.IN, number=1, name="任务.csv", **told),
    }


def test_every_table_that_keeps_bytes_gives_them_up_to_a_list(rolled_back: None) -> None:
    files = kept_bytes()
    for record_class in files:
        assert (held(record_class, 1999).state, held(record_class, 1999).files) == (HoldingState.EXPIRED, 1)
    carry_out(signed(proposed(*(ClassYear(record_class, 1999) for record_class in files))))
    for record_class, file in files.items():
        file.refresh_from_db()
        assert bytes(file.content) == b"", record_class
        assert held(record_class, 1999).erased == 1
    assert list(run_checks([])) == []


def test_every_column_of_file_bytes_is_kept_by_a_class(rolled_back: None) -> None:
    holding = {
        model._meta.db_table
        for model in apps.get_models()
        if any(isinstance(field, models.BinaryField) and field.name == "content" for field in model._meta.fields)
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT holder FROM audit_sources() WHERE rows LIKE '%octet_length%'")
        assert {holder for (holder,) in cursor.fetchall()} == holding


@pytest.mark.parametrize("role", SIGNING)
def test_a_missing_signature_keeps_the_bytes(rolled_back: None, role: DestructionRole) -> None:
    kept()
    listed = proposed()
    for one in SIGNING:
        if one != role:
            sign(listed, one)
    with pytest.raises(refusals.SignaturesMissing) as told:
        carry_out(listed)
    assert (told.value.name, told.value.facts["missing"]) == ("list_has_its_signatures", role.value)
    with pytest.raises(refusals.SignaturesMissing):
        sign(listed, DestructionRole.ACCOUNTING_WITNESS)


@pytest.mark.parametrize("role", WITNESSES)
def test_nothing_is_destroyed_unwatched(rolled_back: None, role: DestructionRole) -> None:
    kept()
    with pytest.raises(refusals.SignaturesMissing) as told:
        carry_out(signed(proposed(), but=role))
    assert told.value.name == "destruction_is_watched"


def test_a_list_of_paper_alone_needs_no_information_systems(rolled_back: None) -> None:
    assert DestructionRole.IT not in sheet_of(DestructionList(pk=0)).roles


def test_one_person_does_not_sign_twice(rolled_back: None) -> None:
    kept()
    listed = proposed()
    sign(listed, DestructionRole.HEAD)
    let_act_as(officer("bureau_head"), "archive_head")
    with pytest.raises(refusals.SamePerson):
        sign(listed, DestructionRole.ARCHIVE_HEAD, by="bureau_head")
    with pytest.raises(refusals.ListFixed):
        sign(listed, DestructionRole.HEAD)


def test_who_watches_does_not_carry_out(rolled_back: None) -> None:
    kept()
    let_act_as(officer("reviewer"), "archivist")
    with pytest.raises(refusals.SamePerson):
        carry_out(signed(proposed()), by="reviewer")


def test_a_refusal_ends_a_list_and_frees_its_years(rolled_back: None) -> None:
    kept()
    listed = proposed()
    with pytest.raises(refusals.SaysNothing):
        sign(listed, DestructionRole.HEAD, approved=False)
    sign(listed, DestructionRole.HEAD, approved=False, why="尚有保存价值")
    with pytest.raises(refusals.ListFixed):
        sign(listed, DestructionRole.ARCHIVIST)
    with pytest.raises(refusals.ListFixed):
        carry_out(listed)
    assert held("imported_files", 1999).state == HoldingState.EXPIRED
    assert proposed().pk != listed.pk


def test_a_year_is_on_one_list_and_destroyed_once(rolled_back: None) -> None:
    kept()
    listed = proposed()
    with pytest.raises(refusals.DestroyedAlready) as told:
        proposed()
    assert told.value.name == "records_are_on_one_list"
    carry_out(signed(listed))
    with pytest.raises(refusals.DestroyedAlready) as told:
        proposed()
    assert told.value.name == "records_are_destroyed_once"
    with pytest.raises(refusals.DestroyedAlready):
        carry_out(listed)


@pytest.mark.parametrize(
    ("year", "refusal"),
    [
        (ClassYear("imported_files", 2026), refusals.YearNotOver),
        (ClassYear("imported_files", 2004), refusals.StillKept),
        (ClassYear("annual_accounts", 1999), refusals.StillKept),
        (ClassYear("imported_files", 1998), refusals.UnknownRecordClass),
        (ClassYear("love_letters", 1999), refusals.UnknownRecordClass),
    ],
)
def test_what_is_kept_is_not_listed(
    rolled_back: None, year: ClassYear, refusal: type[refusals.UnableToDestroy]
) -> None:
    kept()
    with pytest.raises(refusal):
        proposed(year)


def test_only_what_was_appraised_is_listed(rolled_back: None) -> None:
    kept()
    appraisal = proposed(FILES_OF_1999).appraisal
    for years in ([ClassYear("bank_files", 1999)], []):
        with pytest.raises(refusals.NotAppraised):
            propose_list(appraisal=appraisal, years=years, on=ON, officer=officer("archivist"), at=AT)


def test_a_file_that_came_after_the_list_keeps_it_from_being_carried_out(rolled_back: None) -> None:
    kept()
    listed = signed(proposed())
    kept("补.csv")
    with pytest.raises(refusals.ListChanged):
        carry_out(listed)


def test_what_is_blocked_since_the_list_was_signed_stays(rolled_back: None) -> None:
    kept()
    listed = signed(proposed())
    on_hold()
    with pytest.raises(refusals.RecordsBlocked):
        carry_out(listed)


def test_nothing_is_destroyed_on_a_day_to_come(rolled_back: None) -> None:
    kept()
    with pytest.raises(refusals.DatedAhead):
        carry_out(signed(proposed()), on=date(2099, 1, 1))


def test_a_cashier_does_not_keep_the_archives(rolled_back: None) -> None:
    kept()
    let_act_as(officer("archivist"), "archivist")
    officer("archivist").groups.set([Group.objects.get(name="cashier")])
    listed = proposed()
    with pytest.raises(refusals.CashierKeepsNoArchives):
        sign(listed, DestructionRole.ARCHIVIST)
    for post in ("archivist", "archive_head"):
        with pytest.raises(PostsConflict):
            appoint(username="both", full_name="", posts=["cashier", post], password="", appointer="system:test", at=AT)


@pytest.mark.parametrize("role", list(DestructionRole))
def test_each_role_has_its_post(rolled_back: None, role: DestructionRole) -> None:
    kept()
    listed = proposed()
    with pytest.raises(OfficerMayNot):
        sign(listed, role, by="auditor")
    with pytest.raises(OfficerMayNot):
        carry_out(listed, by="archive_head")


def test_the_list_prints_with_its_signatures(rolled_back: None, tmp_path: Path) -> None:
    kept()
    listed = signed(proposed())
    carry_out(listed)
    document = destruction_document(sheet=sheet_of(listed), heading=heading_of(AT))
    with (tmp_path / "list.pdf").open("wb") as file:
        assert write_pdf(file=file, document=document) == 1
    with (tmp_path / "list.xlsx").open("wb") as file:
        assert write_book(file=file, document=document) == 10


def test_the_command_lists_what_there_is_to_the_auditor_and_leaves_a_trace(
    rolled_back: None, capsys: pytest.CaptureFixture[str]
) -> None:
    kept()
    ensure_demo_officers()
    call_command("retention", "list", "--class", "imported_files", "--on", "2026-11-27")
    told = capsys.readouterr().out
    assert ("1999" in told, "2014-12-31" in told) == (True, True)
    traces = AuditEvent.objects.filter(act="retention.read", actor="demo-auditor", subject="archives")
    assert traces.count() == 1


def test_the_command_writes_the_list_as_papers(
    rolled_back: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept()
    ensure_demo_officers()
    listed = proposed()
    call_command("retention", "show", str(listed.pk), "--out", str(tmp_path))
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".pdf", ".xlsx"]
