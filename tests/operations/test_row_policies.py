"""PostgreSQL shows a narrowed session the rows of its townships and takes no others from it; nobody else notices."""

import ast
from datetime import date
from pathlib import Path

import psycopg2
import pytest
from django.apps import apps
from django.db import DatabaseError, OperationalError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from config import roles
from ledger.models import Account, Book, Line, Officer, Voucher
from tests import golden
from tests.golden import BIRCH, RIVER
from tests.operations.test_access import clerk_of, client_with
from tests.sign_ins import hire
from treasury.models import Secondment, Township, Unit
from treasury.models.words import PostKind
from treasury.scopes import (
    NARROWED,
    Rows,
    acts_in_townships_only,
    district_wide,
    narrowed_to,
    rows_open_to,
    set_rows,
)

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")

ROOT = Path(__file__).parents[2]
# What belongs to the whole district or is no row of a township: named here, with why.
OF_NO_TOWNSHIP = {
    "treasury_earmarkedreceipt": "what the district received",
}
# What a township reads a part of and the district's own book no other, or nobody narrowed at all.
OF_THE_DISTRICT = ("imports_", "ledger_auditevent", "month_", "payouts_")


def rows_of(code: str) -> Rows:
    township = Township.objects.get(code=code)
    return Rows(f"{{{township.pk}}}", f"{{{township.book.pk}}}")


def count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def policed() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity ORDER BY relname")
        return [name for (name,) in cursor.fetchall()]


def setting() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('tongfa.townships', true), current_setting('tongfa.books', true)")
        townships, books = cursor.fetchone()
        return townships or "", books or ""


def test_every_table_of_a_book_or_township_has_its_policy() -> None:
    of_one = {
        model._meta.db_table
        for app in ("ledger", "treasury")
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey) and field.related_model in (Book, Township)
    }
    assert of_one - OF_NO_TOWNSHIP.keys() - set(policed()) == set()


def test_no_view_but_the_auditors_reads_with_the_owners_rights() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'v' AND relname LIKE 'ledger%%' AND "
                       "NOT coalesce(reloptions::text LIKE '%%security_invoker=true%%', false)")  # fmt: skip
        assert cursor.fetchall() == []


def test_the_pages_read_no_view_of_the_auditor() -> None:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "web").rglob("*.py")]
    assert all("auditor_" not in text for text in texts)


@pytest.mark.parametrize("code", [BIRCH, RIVER])
def test_a_narrowed_session_sees_its_own_rows_and_no_other(code: str) -> None:
    own = Township.objects.get(code=code)
    vouchers = set(Voucher.objects.filter(book=own.book).values_list("pk", flat=True))
    with narrowed_to(rows_of(code)):
        assert list(Township.objects.values_list("code", flat=True)) == [code]
        assert list(Book.objects.exclude(kind="DISTRICT").values_list("pk", flat=True)) == [own.book.pk]
        assert set(Account.objects.values_list("book__code", flat=True)) == {own.book.code}
        assert set(Voucher.objects.values_list("pk", flat=True)) == vouchers
        assert set(Line.objects.values_list("voucher_id", flat=True)) == vouchers
        assert set(Unit.objects.values_list("township_id", flat=True)) == {own.pk}


def test_narrowed_to_nothing_sees_nothing_in_any_table() -> None:
    with narrowed_to(Rows("{}", "{}")):
        seen = {name: count(f"SELECT count(*) FROM {name}") for name in policed()}
    assert {name for name, rows in seen.items() if rows} == {"ledger_book"}
    assert seen["ledger_book"] == 1, "the name of the district stands on every paper"


def test_the_townships_and_the_district_are_the_whole_of_each_table() -> None:
    district = Book.objects.get(kind="DISTRICT")
    books = [name for name in policed() if not name.startswith(OF_THE_DISTRICT)]
    whole = {name: count(f"SELECT count(*) FROM {name}") for name in books}
    parts = dict.fromkeys(whole, 0)
    parts["ledger_book"] = -Township.objects.count()  # each township knows the name of the district beside its own
    towns = [rows_of(code) for code in Township.objects.values_list("code", flat=True)]
    for rows in [*towns, Rows("{}", f"{{{district.pk}}}")]:
        with narrowed_to(rows):
            for name in parts:
                parts[name] += count(f"SELECT count(*) FROM {name}")
    assert parts == whole
    assert sum(1 for seen in whole.values() if seen) > 15


@pytest.mark.parametrize("table", ["treasury_unit", "treasury_claim", "treasury_release", "ledger_voucherdraft"])
def test_a_foreign_row_is_neither_changed_nor_taken_away(table: str) -> None:
    whole = count(f"SELECT count(*) FROM {table}")
    with narrowed_to(Rows("{}", "{}")), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET id = id")
        assert cursor.rowcount == 0
    assert count(f"SELECT count(*) FROM {table}") == whole


def test_a_foreign_row_is_not_inserted_nor_an_own_one_given_away() -> None:
    birch, river = Township.objects.get(code=BIRCH), Township.objects.get(code=RIVER)
    with narrowed_to(rows_of(BIRCH)):
        own = a_post(birch)
        for step in (lambda: a_post(river), lambda: Secondment.objects.filter(pk=own.pk).update(township=river)):
            with pytest.raises(DatabaseError, match=r"row-level security|fixed once written"), transaction.atomic():
                step()


def a_post(township: Township) -> Secondment:
    return Secondment.objects.create(
        township=township,
        post=PostKind.CENTRE_CLERK,
        name="测试",
        effective_from=date(2030, 1, 1),
        effective_to=date(2031, 1, 1),
        held_until=date(2031, 1, 1),
        given_by=Officer.objects.get(username="demo-administrator"),
        given_at=golden.AT,
    )


def test_an_act_sees_the_whole_district_and_the_page_round_it_does_not() -> None:
    whole = Voucher.objects.count()
    with narrowed_to(rows_of(BIRCH)):
        own = Voucher.objects.count()
        with district_wide():
            assert Voucher.objects.count() == whole
        assert Voucher.objects.count() == own
    assert own < whole


def test_an_act_that_fails_leaves_the_page_narrow() -> None:
    whole = Voucher.objects.count()
    with narrowed_to(rows_of(BIRCH)):
        with pytest.raises(DatabaseError), transaction.atomic(), district_wide(), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        assert Voucher.objects.count() < whole
    assert Voucher.objects.count() == whole


def test_a_malformed_setting_is_refused() -> None:
    with narrowed_to(rows_of(BIRCH)), transaction.atomic():
        set_rows(Rows("{}", "one"))
        with pytest.raises(DatabaseError), transaction.atomic():
            Voucher.objects.count()


def test_who_has_only_posts_in_townships_is_narrowed_and_nobody_else() -> None:
    clerk_of(BIRCH)
    clerk = Officer.objects.get(username="of-township")
    assert acts_in_townships_only(clerk)
    assert rows_open_to(officer=clerk, on=date(2026, 11, 30)) == rows_of(BIRCH)
    assert acts_in_townships_only(hire("nobody"))
    assert rows_open_to(officer=Officer.objects.get(username="nobody"), on=date(2026, 11, 30)) == Rows("{}", "{}")
    for post in ("auditor", "clerk", "administrator", "receipt_keeper", "village_clerk"):
        assert not acts_in_townships_only(hire(f"of-{post}", post))


@pytest.mark.parametrize("page", ["books", "townships", "arrears", "month", "jobs"])
def test_the_connection_is_wide_again_after_a_request(page: str) -> None:
    clerk_of(BIRCH).get(reverse(page))
    assert setting() == ("", "")
    client_with("auditor").get(reverse(page))
    assert setting() == ("", "")


def test_the_connection_is_wide_again_after_a_page_that_fails() -> None:
    client = clerk_of(BIRCH)
    client.raise_request_exception = False
    for address in (reverse("township", args=[RIVER]), reverse("balance", args=["none"]), "/nothing/"):
        assert client.get(address).status_code == 404
        assert setting() == ("", "")


def test_a_page_that_forgets_to_ask_shows_nothing_foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.access.townships_open_to", lambda **_asked: Township.objects.all())
    text = clerk_of(BIRCH).get(reverse("townships")).content.decode()
    assert golden.TOWNS[BIRCH] in text
    assert golden.TOWNS[RIVER] not in text


def test_another_connection_is_not_narrowed_with_this_one() -> None:
    books = Book.objects.count()
    with narrowed_to(rows_of(BIRCH)), second_connection("default") as other, other.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_book")
        assert cursor.fetchone() == (books,)


def test_the_auditor_reads_the_whole_district() -> None:
    with second_connection("auditor") as other, other.cursor() as cursor:
        cursor.execute("SELECT set_config('tongfa.books', '{}', false)")
        cursor.execute("SELECT count(DISTINCT book) FROM auditor_voucher")
        assert cursor.fetchone() == (Voucher.objects.values("book").distinct().count(),)


def test_a_connection_that_replaces_the_narrowed_one_is_refused() -> None:
    rows = rows_of(BIRCH)
    with narrowed_to(rows):
        token = NARROWED.set((rows, object()))
        try:
            with pytest.raises(OperationalError, match="lost"):
                Book.objects.count()
        finally:
            NARROWED.reset(token)
        assert Book.objects.count() == 2


ASKING = {"require_township_post", "require_post_for"}


def test_acts_of_a_township_see_the_whole_district() -> None:
    """An act that asks for a post in a township is made in sight of every row, or its checks miss what is elsewhere."""
    narrow = []
    for path in ROOT.glob("*/*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and function.name not in ASKING:
                names = {node.func.id for node in ast.walk(function)
                         if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}  # fmt: skip
                if names & ASKING and "district_wide" not in names:
                    narrow.append(f"{path.name}:{function.name}")
    assert narrow == []


def second_connection(alias: str) -> "psycopg2.extensions.connection":
    place = connection.settings_dict | {"USER": {"default": roles.APP, "auditor": roles.AUDITOR}[alias]}
    return psycopg2.connect(host=place["HOST"], dbname=place["NAME"], user=place["USER"])


def test_a_client_that_is_not_signed_in_is_not_narrowed() -> None:
    Client().get(reverse("sign_in"))
    assert setting() == ("", "")
