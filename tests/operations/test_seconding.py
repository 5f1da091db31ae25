"""Posts in townships: given by one, confirmed by another, held from day to day, and access that ends with them."""

import itertools
from datetime import date, timedelta

import pytest

from ledger.models import AuditEvent
from ledger.refusals import OfficerMayNot, UnableToPost
from tests import posts
from tests.posts import (
    AT,
    BEGIN,
    END,
    birch,
    confirmed,
    consulted,
    given,
    held,
    local,
    officer,
    songjiang,
)
from treasury.models import Consultation, Secondment
from treasury.models.words import (
    HEAD_POSTS,
    POST_CONFLICTS,
    SECONDED_POSTS,
    CommitteeAnswer,
    PostKind,
    SecondmentStatus,
)
from treasury.refusals import (
    NotConsulted,
    OneOfficerTwice,
    OwnPost,
    PostsConflict,
    PostTaken,
    StateRefuses,
    TermWrong,
    TreasuryReasonMissing,
)
from treasury.seconding import end_post, refuse_post
from treasury.secondments import TOWNSHIP_ACTS, head_on, require_township_post, signer_fault

stage = posts.stage
pytestmark = pytest.mark.usefixtures("rolled_back")
rolled_back = posts.rolled_back

A_DAY = timedelta(days=1)


def ended(post: Secondment, on: date, *, reason: str = "调离") -> Secondment:
    return end_post(secondment=post, ends_on=on, reason=reason, officer=officer("administrator"), at=AT)


# Giving and confirming


def test_a_post_counts_once_another_officer_confirmed_it() -> None:
    post = given()
    assert (post.status, head_on(township=birch(), on=BEGIN)) == (SecondmentStatus.GIVEN, None)
    post = confirmed(post)
    assert post.status == SecondmentStatus.CONFIRMED
    assert head_on(township=birch(), on=BEGIN) == post


def test_only_an_administrator_gives_and_only_a_bureau_head_confirms() -> None:
    with pytest.raises(OfficerMayNot):
        given(by="bureau_head")
    with pytest.raises(OfficerMayNot):
        confirmed(given(), by="administrator")


def test_who_gave_a_post_does_not_confirm_it() -> None:
    with pytest.raises(OneOfficerTwice):
        confirmed(given(by="everything"), by="everything")


def test_nobody_gives_or_confirms_a_post_of_his_own() -> None:
    with pytest.raises(OwnPost):
        given(holder=officer("administrator"))
    with pytest.raises(OwnPost):
        given(name=officer("administrator").full_name)
    with pytest.raises(OwnPost):
        confirmed(given(PostKind.CASHIER, holder=officer("bureau_head")))
    with pytest.raises(OwnPost):
        confirmed(given(name=officer("bureau_head").full_name, township=songjiang()))


def test_a_post_is_decided_once() -> None:
    post = held()
    with pytest.raises(StateRefuses):
        confirmed(post)
    with pytest.raises(StateRefuses):
        refuse_post(secondment=post, officer=officer("bureau_head"), reason="x", at=AT)


def test_a_refused_post_was_never_held_and_leaves_the_head_to_another() -> None:
    post = given()
    with pytest.raises(TreasuryReasonMissing):
        refuse_post(secondment=post, officer=officer("bureau_head"), reason="", at=AT)
    refuse_post(secondment=post, officer=officer("bureau_head"), reason="任命未下", at=AT)
    assert head_on(township=birch(), on=BEGIN) is None
    assert head_on(township=birch(), on=BEGIN) != held(name="另一人")


def test_a_term_ends_after_it_begins() -> None:
    with pytest.raises(TermWrong):
        given(begin=BEGIN, end=BEGIN)
    assert given(begin=BEGIN, end=BEGIN + A_DAY).pk


# Consultation (F26)


@pytest.mark.parametrize("post", SECONDED_POSTS)
def test_a_seconded_post_waits_for_the_party_committee(post: PostKind) -> None:
    waiting = given(post, holder=local("seconded"))
    with pytest.raises(NotConsulted):
        confirmed(waiting)
    assert confirmed(consulted(waiting)).status == SecondmentStatus.CONFIRMED


@pytest.mark.parametrize("post", [post for post in PostKind if post not in SECONDED_POSTS])
def test_posts_of_the_township_itself_need_no_consultation(post: PostKind) -> None:
    assert confirmed(given(post)).status == SecondmentStatus.CONFIRMED


def test_an_objection_is_answered_before_the_post_is_confirmed() -> None:
    waiting = consulted(given(PostKind.FISCAL_HEAD), CommitteeAnswer.OBJECTED)
    with pytest.raises(NotConsulted):
        confirmed(waiting)
    assert confirmed(waiting, reason="已与镇党委沟通").reason == "已与镇党委沟通"


def test_a_committee_is_asked_once_and_before_the_decision() -> None:
    post = consulted(given(PostKind.FISCAL_HEAD))
    with pytest.raises(StateRefuses):
        consulted(post)
    with pytest.raises(StateRefuses):
        consulted(held(name="另一人"))
    assert Consultation.objects.filter(secondment=post).count() == 1


# One head at a time, no conflicting posts


@pytest.mark.parametrize("post", HEAD_POSTS)
def test_a_head_follows_on_the_day_the_other_ends_and_not_one_day_before(post: PostKind) -> None:
    held(post, end=date(2027, 1, 1))
    with pytest.raises(PostTaken):
        given(post, name="另一人", begin=date(2026, 12, 31))
    assert given(post, name="另一人", begin=date(2027, 1, 1)).pk
    assert given(post, name="另一人", township=songjiang()).pk


def test_a_head_who_waits_for_confirmation_keeps_the_place() -> None:
    given()
    with pytest.raises(PostTaken):
        given(name="另一人")


def test_several_people_share_a_post_that_is_no_head() -> None:
    held(PostKind.CASHIER, name="甲")
    assert held(PostKind.CASHIER, name="乙").pk


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(PostKind, 2)))
def test_posts_exclude_each_other_as_the_table_says(one: PostKind, other: PostKind) -> None:
    exclusive = (one, other) in POST_CONFLICTS or (other, one) in POST_CONFLICTS
    for first, second, name in ((one, other, "甲"), (other, one, "乙")):
        earlier = given(first, name=name, end=date(2027, 1, 1))
        if exclusive:
            with pytest.raises(PostsConflict):
                given(second, name=name, begin=date(2026, 12, 31))
        assert given(second, name=name, begin=date(2027, 1, 1) if exclusive else BEGIN).pk
        Secondment.objects.filter(pk__gte=earlier.pk, status="GIVEN").update(
            status="REFUSED", decided_by="demo-bureau", decided_at=AT, reason="x"
        )


def test_an_officer_conflicts_in_another_township_too_but_a_mere_name_does_not() -> None:
    held(PostKind.CASHIER, holder=local("one"))
    with pytest.raises(PostsConflict):
        given(PostKind.BUDGET_ACCOUNTANT, holder=local("one"), township=songjiang())
    held(PostKind.CASHIER, name="同名")
    assert given(PostKind.BUDGET_ACCOUNTANT, name="同名", township=songjiang()).pk


# Access follows the post and ends with it


@pytest.mark.parametrize(
    ("on", "may"), [(BEGIN - A_DAY, False), (BEGIN, True), (END - A_DAY, True), (END, False)], ids=str
)
def test_access_begins_and_ends_with_the_term(on: date, may: bool) -> None:
    reviewer = local("reviewer-birch")
    held(PostKind.CENTRE_REVIEWER, holder=reviewer)
    if may:
        require_township_post(officer=reviewer, township=birch(), act="treasury.review_claim", on=on)
    else:
        with pytest.raises(OfficerMayNot, match="review_claim"):
            require_township_post(officer=reviewer, township=birch(), act="treasury.review_claim", on=on)


def test_access_ends_on_the_day_of_an_early_end() -> None:
    reviewer = local("reviewer-birch")
    last = date(2026, 9, 30)
    post = ended(held(PostKind.CENTRE_REVIEWER, holder=reviewer), last + A_DAY)
    assert post.held_until == last + A_DAY
    require_township_post(officer=reviewer, township=birch(), act="treasury.review_claim", on=last)
    with pytest.raises(OfficerMayNot):
        require_township_post(officer=reviewer, township=birch(), act="treasury.review_claim", on=last + A_DAY)


def test_a_post_gives_access_to_its_own_township_and_acts_alone() -> None:
    reviewer = local("reviewer-birch")
    held(PostKind.CENTRE_REVIEWER, holder=reviewer)
    with pytest.raises(OfficerMayNot):
        require_township_post(officer=reviewer, township=songjiang(), act="treasury.review_claim", on=BEGIN)
    with pytest.raises(OfficerMayNot):
        require_township_post(officer=reviewer, township=birch(), act="treasury.sign_claim", on=BEGIN)


def test_a_post_not_confirmed_and_a_dismissed_officer_give_no_access() -> None:
    reviewer = local("reviewer-birch")
    post = given(PostKind.CENTRE_REVIEWER, holder=reviewer)
    with pytest.raises(OfficerMayNot):
        require_township_post(officer=reviewer, township=birch(), act="treasury.review_claim", on=BEGIN)
    confirmed(post)
    reviewer.is_active = False
    with pytest.raises(OfficerMayNot):
        require_township_post(officer=reviewer, township=birch(), act="treasury.review_claim", on=BEGIN)


def test_no_post_may_take_two_acts_of_one_claim() -> None:
    claims = [TOWNSHIP_ACTS[f"treasury.{act}_claim"] for act in ("register", "sign", "review")]
    for one, other in itertools.combinations(claims, 2):
        for pair in itertools.product(one, other):
            assert pair in POST_CONFLICTS or pair[::-1] in POST_CONFLICTS


# Ending


@pytest.mark.parametrize("on", [BEGIN - A_DAY, END], ids=str)
def test_an_early_end_lies_within_the_term(on: date) -> None:
    post = held()
    with pytest.raises(TermWrong):
        ended(post, on)


def test_a_post_ends_early_once_with_a_reason() -> None:
    post = held()
    with pytest.raises(TreasuryReasonMissing):
        ended(post, END - A_DAY, reason="")
    ended(post, END - A_DAY)
    with pytest.raises(StateRefuses):
        ended(post, END - 2 * A_DAY)


def test_a_post_not_confirmed_is_refused_and_not_ended() -> None:
    with pytest.raises(TermWrong):
        ended(given(), END - A_DAY)


def test_who_follows_an_ended_head_begins_on_that_day() -> None:
    ended(held(), date(2026, 9, 1))
    follower = held(name="继任", begin=date(2026, 9, 1))
    assert head_on(township=birch(), on=date(2026, 9, 1)) == follower


# Signatures on paper


def test_any_signer_passes_while_a_township_has_no_recorded_head() -> None:
    given()
    assert signer_fault(township=birch(), name="谁都行", on=BEGIN) is None
    held(township=songjiang())
    assert signer_fault(township=birch(), name="谁都行", on=BEGIN) is None


@pytest.mark.parametrize(
    ("name", "on", "fault"),
    [
        ("韩乡长", BEGIN, None),
        ("韩乡长", END - A_DAY, None),
        ("韩乡长", BEGIN - A_DAY, "no_head_on_the_day"),
        ("韩乡长", END, "no_head_on_the_day"),
        ("别人", BEGIN, "signer_is_not_the_head"),
        ("", BEGIN, "signer_is_not_the_head"),
    ],
)
def test_the_signer_is_the_head_of_that_day(name: str, on: date, fault: str | None) -> None:
    held()
    assert signer_fault(township=birch(), name=name, on=on) == fault


# The trail


def test_every_act_on_a_post_leaves_one_event() -> None:
    before = AuditEvent.objects.count()
    ended(confirmed(consulted(given(PostKind.FISCAL_HEAD))), END - A_DAY)
    told = list(AuditEvent.objects.order_by("pk").values_list("act", "actor"))[before:]
    assert told == [
        ("post.give", "demo-administrator"),
        ("post.consult", "demo-administrator"),
        ("post.confirm", "demo-bureau"),
        ("post.end", "demo-administrator"),
    ]


def test_refusals_of_the_subject_are_told_with_a_remedy() -> None:
    with pytest.raises(UnableToPost) as refused:
        confirmed(given(PostKind.FISCAL_HEAD))
    assert "secondment_is_consulted" in str(refused.value)
    assert str(refused.value.remedy) in str(refused.value)
