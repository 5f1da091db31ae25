"""One person in conflicting functions is refused when the post is given and when the act is done, by name."""

import io
from datetime import UTC, datetime
from itertools import combinations

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ledger.models import AuditEvent, Officer
from ledger.posts import require_post
from ledger.refusals import OfficerMayNot, PostsTogether
from month.held_posts import conflict_held
from month.posts import DEMO_OFFICERS, POSTS, PostsConflict, appoint, conflict, ensure_posts
from tests.sign_ins import hire, is_in, signed_in

pytestmark = [pytest.mark.django_db]

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
# Whatever is not here conflicts.
TOGETHER = {
    frozenset(pair)
    for pair in [
        *combinations(("benefits_clerk", "village_clerk", "township_benefits", "district_benefits"), 2),
        *(("benefits_officer", one) for one in ("benefits_clerk", "village_clerk", "township_benefits")),
        ("benefits_officer", "district_benefits"),
        *(
            (of_benefits, office)
            for office in ("clerk", "chief_accountant", "bureau_head")
            for of_benefits in (
                *("benefits_clerk", "village_clerk", "township_benefits", "district_benefits", "benefits_officer"),
                "benefits_funder",
            )
        ),
        *(("receipt_keeper", one) for one in POSTS if one not in ("cashier", "administrator", "auditor")),
        *(
            ("township_head", one)
            for one in (
                *("benefits_clerk", "village_clerk", "township_benefits", "district_benefits", "benefits_officer"),
                *("benefits_funder", "bureau_head"),
            )
        ),
        *(
            (of_archives, one)
            for of_archives in ("archivist", "archive_head")
            for one in POSTS
            if one not in ("cashier", "administrator", "auditor", "archivist", "archive_head")
        ),
        *(
            (of_machines, one)
            for of_machines in ("it_officer", "it_witness")
            for one in POSTS
            if one not in ("administrator", "auditor", "it_officer", "it_witness")
        ),
    ]
}


def give(*posts: str) -> Officer:
    return appoint(username="wang", full_name="王", posts=posts, password="x", appointer="system:test", at=AT)


@pytest.mark.parametrize("pair", list(combinations(POSTS, 2)), ids="+".join)
def test_two_posts_go_together_or_conflict_as_the_table_says(pair: tuple[str, str]) -> None:
    assert conflict(*pair) is (frozenset(pair) not in TOGETHER)
    assert conflict(*reversed(pair)) is conflict(*pair)


@pytest.mark.parametrize(
    "posts",
    [
        ("preparer", "reviewer"),
        ("cashier", "releaser"),
        ("benefits_officer", "benefits_funder"),
        ("benefits_funder", "cashier"),
        ("auditor", "benefits_clerk"),
        ("administrator", "clerk"),
        ("receipt_keeper", "benefits_clerk", "preparer"),
    ],
)
def test_conflicting_posts_are_refused_and_nothing_is_given(posts: tuple[str, ...]) -> None:
    with pytest.raises(PostsConflict, match="posts_do_not_conflict"):
        give(*posts)
    assert not Officer.objects.filter(username="wang").exists()


def test_posts_that_go_together_are_given_and_a_later_post_takes_the_place_of_the_earlier() -> None:
    officer = give("benefits_officer", "district_benefits")
    assert officer.groups.count() == 2
    assert [group.name for group in give("cashier").groups.all()] == ["cashier"]


def test_each_officer_of_the_demo_holds_one_post() -> None:
    assert len({one.username for one in DEMO_OFFICERS}) == len(DEMO_OFFICERS)


def test_the_command_names_the_conflict_and_the_trail_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("a password\n"))
    with pytest.raises(CommandError, match="preparer reviewer"):
        call_command("officer", "wang", "--post", "preparer", "--post", "reviewer", stdout=io.StringIO())
    event = AuditEvent.objects.get(act="officer.appoint")
    assert (event.refused, event.subject) == ("posts_do_not_conflict", "officer/wang")


def test_an_officer_who_is_deactivated_is_out_at_once_and_for_good() -> None:
    officer = hire("wang", "cashier")
    client = signed_in("wang")
    call_command("officer", "wang", "--deactivate", stdout=io.StringIO())
    assert not is_in(client)
    officer.refresh_from_db()
    assert (officer.is_active, officer.groups.count(), officer.has_usable_password()) == (False, 0, False)
    assert AuditEvent.objects.get(act="officer.deactivate").before == "posts=cashier"
    Officer.objects.filter(pk=officer.pk).update(is_active=True)
    assert not is_in(client)


def test_who_is_not_there_is_not_deactivated() -> None:
    with pytest.raises(CommandError, match="officer_is_appointed"):
        call_command("officer", "nobody", "--deactivate", stdout=io.StringIO())


# When an act is done


def hold_both(one: str, other: str) -> Officer:
    """Give two posts round ``appoint``, as by SQL."""
    ensure_posts()
    officer = Officer.objects.create(username="li", full_name="李")
    officer.groups.set(Group.objects.filter(name__in=(one, other)))
    return Officer.objects.get(pk=officer.pk)


def test_every_pair_that_conflicts_is_found_among_the_posts_held() -> None:
    pairs = list(combinations(POSTS, 2))
    assert [conflict_held(pair) for pair in pairs] == [() if frozenset(pair) in TOGETHER else pair for pair in pairs]


@pytest.mark.parametrize("pair", [("preparer", "reviewer"), ("auditor", "administrator"), ("cashier", "archivist")])
def test_who_holds_two_conflicting_posts_takes_no_act_of_either(pair: tuple[str, str]) -> None:
    officer = hold_both(*pair)
    for act in {act for post in pair for act in POSTS[post]}:
        with pytest.raises(PostsTogether, match="posts_do_not_conflict") as refused:
            require_post(officer, act)
        assert refused.value.facts == {"officer": "li", "posts": " ".join(pair)}


@pytest.mark.parametrize("pair", [("receipt_keeper", "reviewer"), ("benefits_officer", "chief_accountant")])
def test_who_holds_two_posts_that_go_together_takes_the_acts_of_both(pair: tuple[str, str]) -> None:
    officer = hold_both(*pair)
    for act in {act for post in pair for act in POSTS[post]}:
        require_post(officer, act)
    with pytest.raises(OfficerMayNot, match="officer_holds_the_post"):
        require_post(officer, "treasury.give_post")


def test_the_conflict_is_of_the_moment() -> None:
    officer = hold_both("preparer", "reviewer")
    with pytest.raises(PostsTogether):
        require_post(officer, "payouts.review_run")
    officer.groups.remove(Group.objects.get(name="preparer"))
    require_post(Officer.objects.get(pk=officer.pk), "payouts.review_run")


def test_all_acts_of_an_officer_are_asked_by_two_queries() -> None:
    officer = hold_both("receipt_keeper", "reviewer")
    with CaptureQueriesContext(connection) as asked:
        for post in POSTS:
            for act in POSTS[post]:
                officer.has_perm(act)
    assert len(asked) == 2  # own acts, and those of the posts with the posts' names


def test_a_page_names_the_two_posts_and_opens_to_neither() -> None:
    hire("wang", "preparer", "reviewer")
    answer = signed_in("wang").get(reverse("drafts"))
    assert answer.status_code == 403
    assert "none of them opens anything: Preparer, Reviewer." in answer.content.decode()
