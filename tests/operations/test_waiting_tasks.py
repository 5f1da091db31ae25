"""What waits for whom, counted on a district with a month in hand; what an officer prepared never waits for him."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ledger.models import Officer
from month.posts import POSTS, ensure_posts
from month.waiting_rows import Waiting
from month.waiting_tasks import CLAIMS_WAIT, WAITS, waiting_for
from tests import golden
from tests.golden import BIRCH
from treasury.models import Claim, Release, Settlement, Township

stage = golden.stage
rolled_back = golden.rolled_back
pytestmark = pytest.mark.usefixtures("rolled_back")
TODAY = date(2026, 11, 27)


def officer_with(post: str) -> Officer:
    ensure_posts()
    officer = Officer.objects.create(username=f"of-{post}", full_name="测试")
    officer.groups.add(Group.objects.get(name=post))
    return Officer.objects.get(pk=officer.pk)


def at_desk(officer: Officer, desk: str) -> list[Waiting]:
    return [one for one in waiting_for(officer=officer, on=TODAY) if one.desk == desk]


def test_every_wait_is_of_an_act_that_a_post_holds() -> None:
    held = {act for acts in POSTS.values() for act in acts}
    assert [wait.act for wait in WAITS if wait.act not in held] == []


def test_settlements_wait_for_who_approves_and_then_for_who_posts() -> None:
    reviewer, cashier = officer_with("reviewer"), officer_with("cashier")
    before = Settlement.objects.filter(status="PREPARED").count()
    assert sum(one.count for one in at_desk(reviewer, "settlements")) == before
    approved = Settlement.objects.filter(status="APPROVED").count()
    assert sum(one.count for one in at_desk(cashier, "settlements")) == approved


def test_claims_are_counted_by_township() -> None:
    preparer = officer_with("preparer")
    signed = Claim.objects.filter(status="SIGNED", township=Township.objects.get(code=BIRCH)).count()
    told = [one for one in at_desk(preparer, "claims") if one.township == BIRCH]
    assert sum(one.count for one in told) == signed


def test_releases_wait_for_who_releases_their_money() -> None:
    waiting = Release.objects.filter(status="WAITING").count()
    assert waiting
    assert sum(one.count for one in at_desk(officer_with("releaser"), "money")) == waiting


@pytest.mark.parametrize("post", sorted(POSTS))
def test_an_officer_of_any_post_is_told_in_a_query_an_act(post: str) -> None:
    officer = officer_with(post)
    officer.get_all_permissions()
    held = sum(wait.act in POSTS[post] for wait in WAITS)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = waiting_for(officer=officer, on=TODAY)
    assert len(asked) == held + len(CLAIMS_WAIT) + 1  # and the plans that wait for the head of a township
    assert all(one.count > 0 for one in found)


def test_who_has_left_is_told_nothing() -> None:
    officer = officer_with("reviewer")
    officer.is_active = False
    assert at_desk(officer, "settlements") == []
