"""Whose books an officer may read: everything with a post of the bureau, a township with a post there, else nothing."""

from datetime import date

import pytest
from django.contrib.auth.models import Group

from ledger.models import Book, Officer
from ledger.refusals import OfficerMayNot
from month.posts import POSTS, ensure_posts
from tests import posts
from tests.posts import BEGIN, END, birch, held, local
from treasury.models.words import PostKind
from treasury.scopes import books_open_to, require_books, require_district, townships_open_to

stage, rolled_back = posts.stage, posts.rolled_back
ELSEWHERE = sorted(post for post, acts in POSTS.items() if "ledger.read_district" not in acts)
IN_OFFICE = date(2026, 8, 1)


def codes(officer: Officer, on: date = IN_OFFICE) -> list[str]:
    return [book.code for book in books_open_to(officer=officer, on=on)]


def with_post(post: str) -> Officer:
    ensure_posts()
    officer = local(f"of-{post}")
    officer.groups.add(Group.objects.get(name=post))
    return Officer.objects.get(pk=officer.pk)


@pytest.mark.parametrize("post", ["clerk", "chief_accountant", "benefits_funder", "auditor"])
def test_a_post_of_the_bureau_reads_every_book(rolled_back: None, post: str) -> None:
    assert codes(with_post(post)) == list(Book.objects.order_by("code").values_list("code", flat=True))


@pytest.mark.parametrize("post", ELSEWHERE)
def test_no_other_post_reads_a_book_by_itself(rolled_back: None, post: str) -> None:
    assert codes(with_post(post)) == []


def test_a_post_in_a_township_reads_its_book_while_it_is_held(rolled_back: None) -> None:
    clerk = local("clerk-of-birch")
    held(PostKind.CENTRE_CLERK, name="测试会计", holder=clerk)
    assert codes(clerk, BEGIN) == [birch().book.code]
    assert codes(clerk, date(2026, 6, 30)) == []
    assert codes(clerk, END) == []
    assert list(townships_open_to(officer=clerk, on=BEGIN)) == [birch()]


def test_a_book_of_another_township_is_refused_like_one_that_is_not_there(rolled_back: None) -> None:
    clerk = local("clerk-of-birch")
    held(PostKind.CENTRE_CLERK, name="测试会计", holder=clerk)
    own = birch().book.code
    assert [book.code for book in require_books(officer=clerk, codes=[], on=IN_OFFICE)] == [own]
    for code in ("D", "no-such-book"):
        with pytest.raises(OfficerMayNot, match="officer_reads_own_books"):
            require_books(officer=clerk, codes=[own, code], on=IN_OFFICE)
    with pytest.raises(OfficerMayNot, match="officer_reads_the_district"):
        require_district(clerk)


def test_an_officer_who_left_reads_nothing(rolled_back: None) -> None:
    auditor = with_post("auditor")
    auditor.is_active = False
    auditor.save()
    assert codes(auditor) == []
