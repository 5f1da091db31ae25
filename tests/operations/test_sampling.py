"""Samples as they are taken away: the same seed the same rows, nothing of other days moves them, and who may."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from python_calamine import CalamineWorkbook

from audit.exports.sample_files import write_sample
from audit.listed_tests import TESTS
from audit.populations import POPULATIONS, count
from audit.refusals import PopulationEmpty, SampleTooLarge, SampleUnfit
from audit.rules.monetary import start_of
from audit.samples import METHODS, Taken, Wanted, take
from audit.sampling import Filters, take_sample
from ledger.models import AuditEvent, Officer
from ledger.posting import post_event, post_events
from ledger.refusals import OfficerMayNot
from tests import payroll
from tests.attacks import Stage
from tests.builders import OPENED_ON, make_books, receipt, simple
from tests.payroll import AUGUST, JULY, OFFICE, officer
from tests.planted import facts, keys_of, within
from tests.posts import BEGIN, held, local
from treasury.models import Township
from treasury.models.words import PostKind

own_stage = payroll.own_stage
NOVEMBER_END = date(2026, 11, 30)
AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
NOVEMBER = (OPENED_ON, NOVEMBER_END)


def books() -> None:
    """Post forty vouchers of 1.00 to 40.00 yuan in D, and five of T01."""
    make_books()
    post_events([simple(f"a/{at}", f"{at}.00") for at in range(1, 41)])
    post_events([receipt(f"b/{at}", "100.00") for at in range(5)])


def draw(method: str = "random", of: str = "vouchers", *, seed: str = "7", **told: Any) -> Taken:
    place = told.pop("place", None) or within(*NOVEMBER)
    with translation.override("en"):
        return take(wanted=Wanted(method=method, of=of, seed=seed, **told), within=place)


# Drawn from the books


@pytest.mark.django_db
def test_the_same_seed_draws_the_same_and_another_draws_others() -> None:
    books()
    first = draw(size=10)
    assert first == draw(size=10)
    assert keys_of(first.rows, 1) != keys_of(draw(size=10, seed="8").rows, 1)
    assert keys_of(draw(size=20).rows, 1)[:10] == keys_of(first.rows, 1)
    assert len(set(keys_of(first.rows, 1))) == 10
    said = facts(first)
    assert said["Items of the population"] == "45"
    assert said["Total of the population"] == "1320.00"
    assert said["Seed"] == "7"
    assert said["Total of the items drawn"] == f"{sum(Decimal(str(row[2])) for row in first.rows):.2f}"


@pytest.mark.django_db
@pytest.mark.parametrize("method", sorted(METHODS))
def test_what_is_added_in_other_periods_and_books_moves_nothing(method: str) -> None:
    make_books(opened_on=date(2026, 10, 1))
    october = (date(2026, 10, 1), date(2026, 10, 31))
    post_events([simple(f"a/{at}", f"{at}.00", posting_date=date(2026, 10, 8)) for at in range(1, 41)])
    told: dict[str, Any] = {"size": 5, "place": within(*october, books=["D"])}
    if method == "stratified":
        told["bands"] = [Decimal(10), Decimal(20)]
    before = draw(method, **told)
    post_event(receipt("b/1", "500.00", posting_date=date(2026, 10, 9)))
    assert draw(method, **told) == before
    assert len(before.rows) == (15 if method == "stratified" else 5)


@pytest.mark.django_db
def test_filters_by_book_account_and_fund() -> None:
    books()
    assert facts(draw(size=1, place=within(*NOVEMBER, books=["T01"])))["Items of the population"] == "5"
    assert facts(draw(size=1, place=within(*NOVEMBER, account="4001")))["Items of the population"] == "5"
    assert facts(draw(size=1, of="lines", place=within(*NOVEMBER, account="4001")))["Items of the population"] == "5"
    assert facts(draw(size=1, of="lines", place=within(*NOVEMBER)))["Items of the population"] == "90"
    assert facts(draw(size=1, of="lines", place=within(*NOVEMBER, fund="111")))["Items of the population"] == "90"
    for of in ("vouchers", "lines"):
        with pytest.raises(PopulationEmpty):
            draw(size=1, of=of, place=within(*NOVEMBER, fund="112"))
        with pytest.raises(PopulationEmpty):
            draw(size=1, of=of, place=within(date(2026, 11, 6), NOVEMBER_END))


@pytest.mark.django_db
def test_a_monetary_sample_takes_every_interval_th_yuan_in_the_order_of_the_numbers() -> None:
    books()
    found = draw("monetary", interval=Decimal("100.00"), place=within(*NOVEMBER, books=["D"]))
    start = start_of(seed="7", interval=10_000)
    expected, laid = [], 0
    for number in range(1, 41):  # fen of 记-1 to 记-40 one after the other
        drawn = [fen for fen in range(laid + 1, laid + number * 100 + 1) if fen % 10_000 == start % 10_000]
        laid += number * 100
        if drawn:
            expected.append((f"D/2026-11/记-{number}", len(drawn)))
    assert [(row[3], row[1]) for row in found.rows] == expected
    assert len(found.rows) in (8, 9)
    assert facts(found)["Interval"] == "100.00"


@pytest.mark.django_db
def test_an_item_as_large_as_the_interval_is_taken_whatever_the_seed() -> None:
    books()
    for seed in map(str, range(20)):
        found = draw("monetary", interval=Decimal("40.00"), seed=seed, place=within(*NOVEMBER, books=["D"]))
        (large,) = [row for row in found.rows if row[2] == "yes"]
        assert (large[3], large[1]) == ("D/2026-11/记-40", 1)


@pytest.mark.django_db
def test_a_size_makes_the_interval_and_red_items_are_told_and_not_drawn() -> None:
    books()
    post_event(simple("red", "-50.00", kind="SUPPLEMENT", paper="财函1号"))
    found = draw("monetary", size=4, place=within(*NOVEMBER, books=["D"]))
    said = facts(found)
    assert (said["Interval"], said["Drawn from (above zero)"]) == ("205.00", "820.00")
    assert (said["of it red (below zero)"], said["Total of the population"]) == ("1; -50.00", "770.00")
    assert sum(int(str(row[1])) for row in found.rows) == 4  # 820.00 is four times 205.00
    assert "D/2026-11/记-41" not in keys_of(found.rows, 3)


@pytest.mark.django_db
def test_bands_are_drawn_from_each_by_itself() -> None:
    books()
    found = draw("stratified", size=3, bands=[Decimal(10), Decimal("30.01")], place=within(*NOVEMBER, books=["D"]))
    assert [row[1] for row in found.rows] == ["x < 10.00"] * 3 + ["10.00 ≤ x < 30.01"] * 3 + ["30.01 ≤ x"] * 3
    assert facts(found)["Items of the band 10.00 ≤ x < 30.01"] == "21"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("told", "refused"),
    [
        ({}, "sample_size_is_given"),
        ({"size": 0}, "sample_size_is_given"),
        ({"method": "monetary"}, "sample_has_size_or_interval"),
        ({"method": "monetary", "size": 1, "interval": Decimal(1)}, "sample_has_size_or_interval"),
        ({"method": "monetary", "interval": Decimal("-1.00")}, "sample_has_size_or_interval"),
        ({"method": "stratified", "size": 1}, "sample_bands_rise"),
        ({"method": "stratified", "size": 1, "bands": [Decimal(2), Decimal(1)]}, "sample_bands_rise"),
        ({"method": "guess", "size": 1}, "sample_method_is_known"),
        ({"of": "people", "size": 1}, "sample_population_fits"),
        ({"of": "", "size": 1}, "sample_population_fits"),
        ({"method": "same_amount", "of": "lines"}, "sample_population_fits"),
        ({"size": 1, "place": within}, "sample_days_run_forward"),
    ],
)
def test_what_does_not_fit_together_is_refused(told: dict[str, Any], refused: str) -> None:
    books()
    if told.get("place"):
        told = {**told, "place": within(NOVEMBER_END, OPENED_ON)}
    with pytest.raises(SampleUnfit, match=refused):
        draw(**told)


@pytest.mark.django_db
def test_more_than_anybody_looks_at_is_refused() -> None:
    books()
    with pytest.raises(SampleTooLarge):
        draw(size=100_001)
    with pytest.raises(SampleTooLarge):
        draw("stratified", size=50_001, bands=[Decimal(10)])
    with pytest.raises(SampleTooLarge):
        draw("monetary", interval=Decimal("0.01"))
    with pytest.raises(SampleTooLarge):
        draw("round_sums", limit=100_001)
    assert len(draw(size=100_000).rows) == 45


@pytest.mark.django_db
def test_of_a_test_so_many_rows_are_kept_and_all_are_counted() -> None:
    books()
    found = draw("round_sums", numbers={"unit": "1.00"}, limit=10)
    assert (len(found.rows), found.found) == (10, 45)
    assert facts(found)["Rows found"] == "45"


# Taken away


def test_every_method_and_test_runs_on_every_population_it_fits(own_stage: Stage) -> None:
    place = within(JULY, date(2026, 12, 31))
    for population in POPULATIONS.values():
        counted = count(population, place)
        for test in (test for test in TESTS.values() if population.name in test.of):
            assert take(wanted=Wanted(test.name, population.name, ""), within=place).found >= 0
        if counted.items:
            for method in METHODS:
                taken = take(wanted=Wanted(method, population.name, "7", size=2, bands=[Decimal(1000)]), within=place)
                assert taken.rows, (method, population.name)
                assert all(len(row) == len(taken.columns) for row in taken.rows)


def command(*words: str) -> str:
    out = io.StringIO()
    with translation.override("en"):
        call_command("sample", *words, stdout=out)
    return out.getvalue()


def test_the_command_writes_what_was_drawn_masked_and_leaves_a_trace(own_stage: Stage, tmp_path: Path) -> None:
    days = ("--from", "2026-07-01", "--to", "2026-08-31")
    path = tmp_path / "sample.csv"
    told = command("--method", "random", "--of", "payments", "--size", "6", "--seed", "9", *days, "--out", str(path))
    assert "6 rows of 6 found; seed 9" in told
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    head = rows.index([]) + 1
    said = {row[0]: row[1] for row in rows[: head - 1]}
    assert said["种子"] == "9"
    assert said["总体"].startswith("payments: ")
    assert int(said["总体项数"]) == 19
    assert len(rows) - head - 1 == 6
    for one in OFFICE:
        assert one.id_number not in text
        assert one.account not in text
    assert "220********" in text
    assert path.stat().st_mode & 0o777 == 0o600
    event = AuditEvent.objects.get(act="audit.sample")
    assert (event.actor, event.subject) == ("demo-auditor", "sample/payments/random")
    assert "seed=9" in event.after.splitlines()
    again = tmp_path / "again.csv"
    command("--method", "random", "--of", "payments", "--size", "6", "--seed", "9", *days, "--out", str(again))
    later = again.read_text(encoding="utf-8-sig").splitlines()
    assert [line for line in later if "抽取时间" not in line] == [
        line for line in text.splitlines() if "抽取时间" not in line
    ]


def test_without_a_seed_one_is_made_and_told(own_stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "sample.xlsx"
    words = ("--method", "random", "--of", "payments", "--size", "3", "--from", "2026-07-01", "--to", "2026-08-31")
    seed = command(*words, "--out", str(path)).partition("seed ")[2].partition(".")[0]
    assert len(seed) == 16
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["说明", "明细"]
    assert ["种子", seed] in [[str(cell) for cell in row] for row in book.get_sheet_by_name("说明").to_python()]
    items = book.get_sheet_by_name("明细").to_python()
    assert sum(isinstance(row[0], float) for row in items) == 3


def test_a_text_that_would_run_as_a_formula_stays_a_text(fresh_database: str, tmp_path: Path) -> None:
    make_books()
    post_event(simple("a", summary='=HYPERLINK("http://x")'))
    auditor = Officer.objects.create_superuser(username="head-auditor", password=None, full_name="测试审计")
    for name in ("s.csv", "s.xlsx"):
        write_sample(
            path=tmp_path / name,
            wanted=Wanted("random", "vouchers", "1", size=1),
            filters=Filters(*NOVEMBER),
            officer=auditor,
            at=AT,
        )
    assert "'=HYPERLINK" in (tmp_path / "s.csv").read_text(encoding="utf-8-sig")
    sheet = CalamineWorkbook.from_path(str(tmp_path / "s.xlsx")).get_sheet_by_name("明细").to_python()
    assert '=HYPERLINK("http://x")' in sheet[-1]


def test_a_file_of_another_kind_is_refused_before_anything_is_read(fresh_database: str, tmp_path: Path) -> None:
    with pytest.raises(SampleUnfit, match="sample_file_is_csv_or_xlsx"):
        write_sample(
            path=tmp_path / "s.pdf",
            wanted=Wanted("random", "vouchers", "1", size=1),
            filters=Filters(*NOVEMBER),
            officer=Officer(username="nobody"),
            at=AT,
        )
    assert not AuditEvent.objects.filter(act="audit.sample").exists()


def test_a_missing_number_ends_the_command_as_failed_and_the_file_names_it(own_stage: Stage, tmp_path: Path) -> None:
    superuser = own_stage.connect("postgres")
    with superuser, superuser.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            """DELETE FROM ledger_voucher v USING ledger_book b, ledger_period p
                WHERE b.id = v.book_id AND p.id = v.period_id AND b.kind = 'DISTRICT' AND p.month = 7 AND v.number = 1
            RETURNING b.code"""
        )
        ((code,),) = cursor.fetchall()
    superuser.close()
    path = tmp_path / "s.csv"
    with pytest.raises(CommandError, match=f"{code} 2026-07 记-1"):
        command(
            "--method", "random", "--of", "vouchers", "--size", "1", "--from", "2026-07-01", "--to", "2026-07-31",
            "--out", str(path),
        )  # fmt: skip
    assert f"{code} 2026-07 记-1" in path.read_text(encoding="utf-8-sig")


def test_the_list_tells_every_test_with_what_it_does_not_prove(capsys: pytest.CaptureFixture[str]) -> None:
    command("--list")
    told = capsys.readouterr().out
    for test in TESTS.values():
        assert test.name in told
        with translation.override("en"):
            assert str(test.does_not_prove) in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "--method, --from, --to, --out"),
        (["--method", "random", "--size", "5", "--confidence", "95"], "--confidence and --tolerable"),
        (["--method", "random", "--confidence", "95", "--tolerable", "0"], "higher rate"),
        (["--method", "random", "--seed", ""], "1 to 64"),
        (["--method", "random", "--seed", "a\nb"], "1 to 64"),
        (["--method", "random", "--set", "days"], "days=7"),
    ],
)
def test_a_command_that_says_too_little_is_refused(words: list[str], said: str, tmp_path: Path) -> None:
    days = ["--from", "2026-07-01", "--to", "2026-08-31", "--out", str(tmp_path / "s.csv")] if words else []
    with pytest.raises(CommandError, match=said):
        command(*words, *days)


def test_an_attribute_sample_has_the_size_of_its_confidence(own_stage: Stage, tmp_path: Path) -> None:
    words = ("--method", "random", "--of", "payments", "--confidence", "95", "--tolerable", "20", "--seed", "1")
    told = command(*words, "--from", "2026-07-01", "--to", "2026-08-31", "--out", str(tmp_path / "s.csv"))
    assert "14 rows of 14 found" in told


# Who may


def test_a_township_draws_from_its_own_book_and_from_nothing_else(own_stage: Stage) -> None:
    clerk = local("clerk-of-birch")
    held(PostKind.CENTRE_CLERK, name="测试会计", holder=clerk)
    own = Township.objects.get(code="220112101").book.code
    days = Filters(JULY, date(2026, 8, 31))
    at = datetime(BEGIN.year, 8, 1, tzinfo=UTC)
    wanted = Wanted("random", "vouchers", "1", size=50)
    taken = take_sample(wanted=wanted, filters=days, officer=clerk, at=at)
    assert taken.rows
    assert {key.partition("/")[0] for key in keys_of(taken.rows, 1)} == {own}
    for filters in (Filters(days.since, days.until, ["D"]), Filters(days.since, days.until, [own, "no-such-book"])):
        with pytest.raises(OfficerMayNot, match="officer_reads_own_books"):
            take_sample(wanted=wanted, filters=filters, officer=clerk, at=at)
    for method, of in (("random", "payments"), ("random", "dues"), ("same_amount", "")):
        with pytest.raises(OfficerMayNot, match="officer_reads_the_district"):
            take_sample(wanted=Wanted(method, of, "1", size=1), filters=days, officer=clerk, at=at)
    assert AuditEvent.objects.filter(act="audit.sample").count() == 1


def test_payments_are_filtered_by_days_only(own_stage: Stage) -> None:
    filters = Filters(JULY, AUGUST, ["D"], "1001", "111")
    with pytest.raises(SampleUnfit, match="sample_filter_fits"):
        take_sample(
            wanted=Wanted("random", "payments", "1", size=1), filters=filters, officer=officer("auditor"), at=AT
        )
