"""Posts, establishments and officers' accounts against hands that go round the acts, as app role and as owner."""

import itertools

import pytest

from tests import attacks, posts
from tests.attacks import Hand, Stage
from tests.payroll_hands import adds, another, refusal, refuses, row_of
from tests.posts import confirmed, consulted, given, held, local
from treasury.models.words import HEAD_POSTS, POST_CONFLICTS, SECONDMENT_MOVES, PostKind, SecondmentStatus

hand = attacks.hand
app = attacks.app
owner = attacks.owner
own_stage = posts.own_stage

HEAD = "post = 'HEAD' AND status = 'CONFIRMED'"


posts_stage = posts.stage


@pytest.fixture(scope="module", name="stage")
def furnished(posts_stage: Stage) -> Stage:
    held()
    given(PostKind.CASHIER, name="待任出纳")
    given(PostKind.BUDGET_ACCOUNTANT, name="待任会计")
    confirmed(consulted(given(PostKind.FISCAL_HEAD, holder=local("fiscal-birch"))))
    sql = """
      INSERT INTO treasury_establishment (unit_id, approved, effective_from, paper, recorded_by_id, recorded_at)
        SELECT min(id), 5, '2026-07-01', '编办', 'demo-administrator', now() FROM treasury_unit;
      INSERT INTO treasury_officeraccount (officer_id, number, holder_number, recorded_by_id, recorded_at)
        VALUES ('demo-cashier', '6228480012345678', '', 'demo-administrator', now())"""
    made = posts_stage.hand("app")
    made.rows(sql)
    made.connection.commit()
    return posts_stage


def post(hand: Hand, condition: str) -> dict[str, object]:
    return row_of(hand, "treasury_secondment", condition)


def fresh(hand: Hand, **changes: object) -> dict[str, object]:
    """Return a row of a post as giving writes it, of the cashier of 松江街道."""
    township = hand.value("SELECT id FROM treasury_township WHERE code = '220112102'")
    plain = {
        "township_id": township,
        "post": "CASHIER",
        "holder_id": None,
        "name": "新人",
        "status": "GIVEN",
        "decided_by_id": None,
        "decided_at": None,
        "reason": "",
    }
    return another(post(hand, HEAD), **{**plain, **changes})


# Giving


def test_a_post_begins_given_with_its_whole_term(hand: Hand) -> None:
    assert adds(hand, "treasury_secondment", fresh(hand))
    signed = {"decided_by_id": "demo-bureau", "decided_at": posts.AT}
    assert refuses(hand, "treasury_secondment", fresh(hand, status="CONFIRMED", **signed)) == "secondment_moves"
    assert refuses(hand, "treasury_secondment", fresh(hand, held_until="2027-01-01")) == "secondment_is_fixed"


def test_nobody_gives_a_post_of_his_own(hand: Hand) -> None:
    own = fresh(hand, holder_id="demo-administrator")
    assert refuses(hand, "treasury_secondment", own) == "nobody_gives_his_own_post"
    assert refuses(hand, "treasury_secondment", fresh(hand, name="演示管理")) == "nobody_gives_his_own_post"


@pytest.mark.parametrize("head", HEAD_POSTS)
def test_two_heads_are_not_given_in_one_statement_or_two(hand: Hand, head: PostKind) -> None:
    rule = f"one_{head.lower()}_at_a_time"
    both = [fresh(hand, post=head, name=name) for name in ("甲", "乙")]
    assert refuses(hand, "treasury_secondment", *both) == rule
    adds(hand, "treasury_secondment", both[0])
    assert refuses(hand, "treasury_secondment", both[1]) == rule
    later = {"effective_from": "2029-07-01", "effective_to": "2030-07-01", "held_until": "2030-07-01"}
    assert adds(hand, "treasury_secondment", {**both[1], **later})


@pytest.mark.parametrize(("one", "other"), [*POST_CONFLICTS, *((b, a) for a, b in POST_CONFLICTS)])
def test_one_person_is_not_given_conflicting_posts(hand: Hand, one: PostKind, other: PostKind) -> None:
    pair = fresh(hand, post=one), fresh(hand, post=other)
    assert refuses(hand, "treasury_secondment", *pair) == "posts_do_not_conflict"
    adds(hand, "treasury_secondment", pair[0])
    assert refuses(hand, "treasury_secondment", pair[1]) == "posts_do_not_conflict"


# Deciding


@pytest.mark.parametrize(("before", "after"), list(itertools.product(SecondmentStatus, SecondmentStatus)))
def test_a_post_moves_as_its_table_says(hand: Hand, before: SecondmentStatus, after: SecondmentStatus) -> None:
    key = adds(hand, "treasury_secondment", fresh(hand))
    if before != SecondmentStatus.GIVEN:
        hand.rows(DECIDE, before, key)
    if after == before:
        return
    moves = (before, after) in SECONDMENT_MOVES
    assert (refusal(hand, DECIDE, after, key) == "accepted") is moves


DECIDE = (
    "UPDATE treasury_secondment SET status = %s, decided_by_id = 'demo-bureau', decided_at = now(), reason = 'x'"
    " WHERE id = %s"
)


def test_a_post_is_not_confirmed_by_its_giver_or_its_holder(hand: Hand) -> None:
    key = adds(hand, "treasury_secondment", fresh(hand, holder_id="demo-cashier"))
    confirm = (
        "UPDATE treasury_secondment SET status = 'CONFIRMED', decided_by_id = %s, decided_at = now() WHERE id = %s"
    )
    assert refusal(hand, confirm, "demo-administrator", key) == "secondment_four_eyes"
    assert refusal(hand, confirm, "demo-cashier", key) == "nobody_gives_his_own_post"
    assert refusal(hand, confirm, None, key) == "secondment_is_signed_for_its_state"
    assert refusal(hand, confirm, "demo-bureau", key) == "accepted"
    named = adds(hand, "treasury_secondment", fresh(hand, name="演示局长"))
    assert refusal(hand, confirm, "demo-bureau", named) == "nobody_gives_his_own_post"


def test_a_seconded_post_is_not_confirmed_unconsulted_nor_past_an_objection(hand: Hand) -> None:
    key = post(hand, "post = 'BUDGET_ACCOUNTANT'")["id"]
    confirm = (
        "UPDATE treasury_secondment SET status = 'CONFIRMED', decided_by_id = 'demo-bureau', decided_at = now(),"
        " reason = %s WHERE id = %s"
    )
    assert refusal(hand, confirm, "x", key) == "secondment_is_consulted"
    asked = row_of(hand, "treasury_consultation", "true")
    adds(hand, "treasury_consultation", another(asked, secondment_id=key, answer="OBJECTED"))
    assert refusal(hand, confirm, "", key) == "objection_has_its_answer"
    assert refusal(hand, confirm, "x", key) == "accepted"


def test_a_consultation_is_not_added_to_a_decided_post_and_has_its_paper(hand: Hand) -> None:
    asked = row_of(hand, "treasury_consultation", "true")
    late = another(asked, secondment_id=post(hand, HEAD)["id"])
    assert refuses(hand, "treasury_consultation", late) == "consultation_precedes_decision"
    key = post(hand, "post = 'BUDGET_ACCOUNTANT'")["id"]
    for change, rule in (
        ({"paper": ""}, "consultation_has_its_paper"),
        ({"answer": "SILENT"}, "consultation_has_its_paper"),
        ({"asked_on": "2026-06-26"}, "consultation_is_asked_before_answered"),
    ):
        assert refuses(hand, "treasury_consultation", another(asked, secondment_id=key, **change)) == rule


# What stays


@pytest.mark.parametrize(
    "change",
    [
        "post = 'CASHIER'",
        "holder_id = 'demo-cashier'",
        "name = '别人'",
        "effective_from = '2026-01-01'",
        "effective_to = '2035-01-01', held_until = '2035-01-01'",
        "held_until = '2027-01-01'",
        "given_by_id = 'demo-cashier'",
        "reason = '改写'",
        "decided_by_id = 'second-bureau_head'",
    ],
)
def test_a_confirmed_post_stays_as_it_was_signed(hand: Hand, change: str) -> None:
    assert refusal(hand, f"UPDATE treasury_secondment SET {change} WHERE {HEAD}") == "secondment_is_fixed"


TABLES = {
    "treasury_secondment": "secondment",
    "treasury_establishment": "establishment",
    "treasury_consultation": "consultation",
    "treasury_officeraccount": "officer_account",
}


@pytest.mark.parametrize("table", TABLES)
def test_nothing_of_posts_is_deleted_or_truncated(hand: Hand, table: str) -> None:
    rule = f"{TABLES[table]}_is_append_only"
    for sql in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        assert refusal(hand, sql) == hand.owner_meets(rule)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("treasury_consultation", "answer = 'OBJECTED'"),
        ("treasury_officeraccount", "number = '6228480012345679'"),
    ],
)
def test_consultations_and_accounts_are_not_rewritten(hand: Hand, table: str, change: str) -> None:
    assert refusal(hand, f"UPDATE {table} SET {change}") == hand.owner_meets(f"{TABLES[table]}_is_append_only")


# Ending


def test_a_post_ends_early_only_by_a_row_within_its_term_once(hand: Hand) -> None:
    end = {
        "secondment_id": post(hand, HEAD)["id"],
        "ends_on": "2026-10-01",
        "reason": "调离",
        "recorded_by_id": "demo-administrator",
        "recorded_at": posts.AT,
    }
    for change, rule in (
        ({"ends_on": "2026-06-30"}, "secondment_ends_in_its_term"),
        ({"ends_on": "2029-07-01"}, "secondment_ends_in_its_term"),
        ({"secondment_id": post(hand, "post = 'CASHIER'")["id"]}, "secondment_ends_in_its_term"),
        ({"reason": ""}, "secondment_end_has_its_reason"),
    ):
        assert refuses(hand, "treasury_secondmentend", {**end, **change}) == rule
    adds(hand, "treasury_secondmentend", end)
    assert str(post(hand, HEAD)["held_until"]) == "2026-10-01"
    assert refuses(hand, "treasury_secondmentend", end) == "treasury_secondmentend_secondment_id_key"
    assert refusal(hand, "UPDATE treasury_secondmentend SET ends_on = '2026-12-01'") == hand.owner_meets(
        "secondment_end_is_append_only"
    )
    assert refusal(hand, f"UPDATE treasury_secondment SET held_until = effective_to WHERE {HEAD}") == (
        "secondment_is_fixed"
    )


# Establishments and accounts


def test_an_establishment_is_confirmed_once_by_another_and_stays(hand: Hand) -> None:
    entry = row_of(hand, "treasury_establishment", "true")
    born = another(entry, confirmed_by_id="demo-bureau", confirmed_at=posts.AT)
    assert refuses(hand, "treasury_establishment", born) == "establishment_is_fixed"
    assert refuses(hand, "treasury_establishment", another(entry, approved=-1)) == "establishment_has_its_paper"
    sign = "UPDATE treasury_establishment SET confirmed_by_id = %s, confirmed_at = now()"
    assert refusal(hand, sign, "demo-administrator") == "establishment_four_eyes"
    hand.rows(sign, "demo-bureau")
    assert refusal(hand, sign, "second-bureau_head") == "establishment_is_fixed"
    for change in ("approved = 6", "effective_from = '2026-01-01'", "paper = '改'", "confirmed_by_id = NULL"):
        assert refusal(hand, f"UPDATE treasury_establishment SET {change}") == "establishment_is_fixed"


def test_an_officers_account_is_whole_and_not_recorded_by_the_officer(hand: Hand) -> None:
    own = row_of(hand, "treasury_officeraccount", "true")
    for change, rule in (
        ({"number": "123"}, "officer_account_is_whole"),
        ({"holder_number": "22"}, "officer_account_is_whole"),
        ({"officer_id": None}, "officer_account_is_whole"),
        ({"recorded_by_id": "demo-cashier", "number": "6228480012345679"}, "nobody_records_his_own_account"),
        ({}, "officer_account_is_recorded_once"),
    ):
        assert refuses(hand, "treasury_officeraccount", another(own, **change)) == rule


def test_posts_are_given_under_read_committed_alone(stage: Stage) -> None:
    connection = stage.connect("app")
    connection.set_session(isolation_level="REPEATABLE READ")
    strict = Hand("app", connection)
    sql, parameters = attacks.insertion("treasury_secondment", [fresh(strict)])
    assert refusal(strict, sql, *parameters) == "isolation_is_read_committed"
    connection.close()


def test_the_auditor_reads_posts_and_masked_accounts(stage: Stage) -> None:
    auditor = stage.hand("auditor")
    assert auditor.value("SELECT count(*) FROM auditor_secondment WHERE status = 'CONFIRMED'") == 4
    assert auditor.value("SELECT count(*) FROM auditor_establishment") == 1
    assert "12345678" not in str(auditor.value("SELECT account_number FROM auditor_officer_account"))
    auditor.connection.rollback()
