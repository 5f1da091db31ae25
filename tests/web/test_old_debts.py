"""The old debts of all townships on the desk of the bureau: a bar for each month end, the same figures in a table."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import Officer
from tests import golden
from tests.golden import BIRCH, NOVEMBER, RIVER, TOWNS, owe_more, town, yuan
from treasury.debts import burn_downs
from treasury.models import Settlement
from web.month_pages import old_debts

stage, rolled_back = golden.stage, golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")


def test_the_table_has_the_figures_of_the_bars_and_what_settlements_withheld() -> None:
    debts = old_debts(NOVEMBER)
    assert debts is not None
    assert debts.chart.bars[0].amount == debts.total.start == sum(row.start for row in debts.rows)
    assert debts.chart.bars[-1].amount == debts.total.left == sum(row.left for row in debts.rows)
    for row in debts.rows:
        settled = Settlement.objects.get(township__code=row.code, month=NOVEMBER)
        assert (row.rate, row.withheld, row.left) == (settled.rate, settled.withheld, settled.debt_after)
        assert row.repaid == row.start - row.left
    assert debts.total.withheld == sum(one.withheld for one in Settlement.objects.all())


def test_a_debt_that_grows_is_repaid_below_zero() -> None:
    before = old_debts(NOVEMBER)
    owe_more(RIVER, "500.00", day=date(2026, 11, 30))
    after = old_debts(NOVEMBER)
    assert before is not None
    assert after is not None
    assert after.total.left - before.total.left == before.total.repaid - after.total.repaid == yuan("500.00")


def test_the_page_shows_them_by_as_many_queries_for_many_months_as_for_one() -> None:
    client, counts = Client(headers={"accept-language": "en"}), []
    client.force_login(Officer.objects.get(username="demo-auditor"))
    client.get(reverse("month_of", args=["2026-11"]))
    for month, bars in (("2026-12", 3), ("2027-11", 13)):
        with CaptureQueriesContext(connection) as asked:
            text = client.get(reverse("month_of", args=[month])).content.decode()
        counts.append(len(asked))
        chart = text[text.index("Old debts of all townships") :]
        assert chart.count("<rect") == bars
        assert TOWNS[BIRCH] in chart
        assert "style=" not in chart
    assert counts[0] == counts[1]


def test_where_nobody_owes_nothing_is_drawn() -> None:
    assert old_debts(date(2020, 1, 1)) is None
    falls = burn_downs(townships=[town(BIRCH)], on=date(2020, 1, 31))
    assert not any(falls[0].balances)
