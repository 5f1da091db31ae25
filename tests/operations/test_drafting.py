"""Manual vouchers on their way from one officer's desk to the next, and into the books."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError, connection, transaction

from ledger.closing import start_adjusting
from ledger.drafting import (
    POST,
    PREPARE,
    REVERSE,
    REVIEW,
    SIGN,
    DraftHeader,
    draft_reversal,
    draft_voucher,
    post_draft,
    review_draft,
    rewrite_draft,
    send_back,
    sign_draft_as_cashier,
    submit_draft,
    withdraw_draft,
)
from ledger.entries import Entry
from ledger.hand_entries import accounts_by_hand
from ledger.models import (
    AuditEvent,
    Book,
    DraftLine,
    Line,
    Officer,
    Period,
    Project,
    Voucher,
    VoucherCounter,
    VoucherDraft,
)
from ledger.models.words import DRAFT_MOVES, DraftStatus, VoucherKind, VoucherType
from ledger.money import InexactAmount
from ledger.opening import SubAccount, add_account
from ledger.posting import post_event
from ledger.refusals import (
    AccountUnusable,
    AmountNotExact,
    FourEyesMissing,
    KeptByOthers,
    OfficerMayNot,
    PeriodClosed,
    ReversalRefused,
    TextNotPlain,
    UnableToPost,
    VoucherNotBalanced,
    refusal_of,
)
from tests.builders import AT, DAY, FUND, credit, debit, make_books, simple, yuan

pytestmark = pytest.mark.django_db

Prepare = Callable[[], VoucherDraft]

ACTS = (PREPARE, REVIEW, SIGN, POST, REVERSE)
HEADER = DraftHeader(posting_date=DAY, summary="报销差旅费", attachments=3)
PAIRS = list(itertools.permutations(DraftStatus, 2))


@pytest.fixture(autouse=True)
def district() -> Book:
    """A district whose officers hold every post: what is refused here is refused for who they are, not what."""
    book = make_books(townships=0)[0]
    acts = Permission.objects.filter(codename__in=[act.partition(".")[2] for act in ACTS])
    assert len(acts) == len(ACTS)
    for one in Officer.objects.all():
        one.user_permissions.set(acts)
    return book


def officer(name: str) -> Officer:
    return Officer.objects.get(username=name)


def entries(amount: str = "100.00", credited: str = "") -> list[Entry]:
    return [debit("5001", yuan(amount), fund=FUND), credit("2015", yuan(credited or amount), fund=FUND)]


def drafted(lines: list[Entry] | None = None, header: DraftHeader = HEADER) -> VoucherDraft:
    book = Book.objects.get(code="D")
    return draft_voucher(book=book, header=header, entries=lines or entries(), preparer=officer("preparer"), at=AT)


def submitted(lines: list[Entry] | None = None, header: DraftHeader = HEADER) -> VoucherDraft:
    return submit_draft(draft_id=drafted(lines, header).pk, officer=officer("preparer"), at=AT)


def reviewed(lines: list[Entry] | None = None, header: DraftHeader = HEADER) -> VoucherDraft:
    return review_draft(draft_id=submitted(lines, header).pk, reviewer=officer("reviewer"), at=AT)


def stands(draft: VoucherDraft) -> tuple[str, str | None]:
    draft.refresh_from_db()
    return draft.status, draft.reviewer_id


def test_a_draft_is_written_submitted_reviewed_and_posted_under_its_source() -> None:
    Project.objects.create(code="P", name="P")
    lines = [replace(entries()[0], project="P", summary="住宿"), entries()[1]]
    draft = reviewed(lines, replace(HEADER, voucher_type=VoucherType.TRANSFER))
    sign_draft_as_cashier(draft_id=draft.pk, cashier=officer("cashier"), at=AT)
    (posted,) = post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    made = Voucher.objects.get(source=f"ledger.draft/{draft.pk}")
    assert posted.voucher_id == made.pk
    assert (made.preparer_id, made.reviewer_id, made.poster_id, made.cashier_id) == (
        "preparer",
        "reviewer",
        "chief",
        "cashier",
    )
    assert (made.summary, made.attachments, made.voucher_type, made.number) == ("报销差旅费", 3, "转", 1)
    first, second = Line.objects.filter(voucher=made).select_related("account").order_by("line_no")
    assert (first.account.code, first.side, first.amount, first.project_id, first.summary) == (
        "5001",
        "D",
        yuan("100.00"),
        "P",
        "住宿",
    )
    assert (second.account.code, second.side, second.project_id) == ("2015", "C", None)
    assert stands(draft) == ("POSTED", "reviewer")


def test_several_sheets_are_posted_as_one_voucher_of_many_lines() -> None:
    lines = [debit("5001", yuan("1.00"), fund=FUND) for _ in range(40)]
    draft = reviewed([*lines, credit("2015", yuan("40.00"), fund=FUND)])
    post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    assert Voucher.objects.get().line_count == 41


def test_a_posted_draft_is_not_posted_again() -> None:
    draft = reviewed()
    post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    with pytest.raises(FourEyesMissing) as refusal:
        post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    assert refusal.value.name == "draft_moves"
    assert Voucher.objects.count() == 1


def test_a_draft_takes_no_number_until_it_is_posted() -> None:
    waiting = reviewed()
    withdraw_draft(draft_id=drafted().pk, officer=officer("preparer"), at=AT)
    assert not VoucherCounter.objects.exists()
    (other,) = post_event(simple("between"))
    (posted,) = post_draft(draft_id=waiting.pk, poster=officer("chief"), at=AT)
    assert (other.number, posted.number) == (1, 2)


def test_every_step_leaves_an_event_with_what_was_before_and_after() -> None:
    draft = reviewed()
    post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    told = AuditEvent.objects.filter(chain="D", subject=f"draft/{draft.pk}").order_by("number")
    assert [(e.act, e.actor, e.before, e.after) for e in told] == [
        ("draft.write", "preparer", "", "status=DRAFTED\nwhy="),
        ("draft.submitted", "preparer", "status=DRAFTED", "status=SUBMITTED\nwhy="),
        ("draft.reviewed", "reviewer", "status=SUBMITTED", "status=REVIEWED\nwhy="),
        ("draft.posted", "chief", "status=REVIEWED", "status=POSTED\nwhy="),
    ]


def test_only_its_preparer_submits_a_draft() -> None:
    draft = drafted()
    for name in ("reviewer", "rule"):
        with pytest.raises(FourEyesMissing):
            submit_draft(draft_id=draft.pk, officer=officer(name), at=AT)
    assert stands(draft) == ("DRAFTED", None)


def test_its_preparer_does_not_review_a_draft_and_another_person_does() -> None:
    draft = submitted()
    with pytest.raises(FourEyesMissing) as refusal:
        review_draft(draft_id=draft.pk, reviewer=officer("preparer"), at=AT)
    assert refusal.value.name == "draft_four_eyes"
    assert stands(draft) == ("SUBMITTED", None)
    review_draft(draft_id=draft.pk, reviewer=officer("second"), at=AT)
    assert stands(draft) == ("REVIEWED", "second")


def test_a_service_account_does_not_review_a_draft() -> None:
    draft = submitted()
    with pytest.raises(FourEyesMissing):
        review_draft(draft_id=draft.pk, reviewer=officer("rule"), at=AT)
    assert stands(draft) == ("SUBMITTED", None)


def test_only_its_preparer_withdraws_a_draft() -> None:
    draft = drafted()
    with pytest.raises(FourEyesMissing):
        withdraw_draft(draft_id=draft.pk, officer=officer("second"), at=AT)
    withdraw_draft(draft_id=draft.pk, officer=officer("preparer"), at=AT)
    assert stands(draft) == ("WITHDRAWN", None)
    assert DraftLine.objects.filter(draft=draft).count() == 2


@pytest.mark.parametrize("prepare", [drafted, submitted])
def test_a_draft_that_is_not_reviewed_is_not_posted(prepare: Prepare) -> None:
    draft = prepare()
    with pytest.raises(FourEyesMissing):
        post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    assert not Voucher.objects.exists()


def test_a_draft_is_rewritten_by_its_preparer_before_it_is_submitted() -> None:
    draft = drafted(entries("1.00"))
    header = replace(HEADER, summary="改", attachments=4)
    rewrite_draft(draft_id=draft.pk, header=header, entries=entries("2.00"), preparer=officer("preparer"), at=AT)
    draft.refresh_from_db()
    assert (draft.summary, draft.attachments) == ("改", 4)
    assert list(draft.lines.values_list("line_no", "amount").order_by("line_no")) == [
        (1, yuan("2.00")),
        (2, yuan("2.00")),
    ]


def test_another_officer_does_not_rewrite_a_draft() -> None:
    draft = drafted()
    with pytest.raises(FourEyesMissing):
        rewrite_draft(draft_id=draft.pk, header=HEADER, entries=entries("2.00"), preparer=officer("second"), at=AT)


@pytest.mark.parametrize("prepare", [submitted, reviewed])
def test_a_draft_that_was_handed_in_is_not_rewritten(prepare: Prepare) -> None:
    draft = prepare()
    with pytest.raises(FourEyesMissing) as refusal:
        rewrite_draft(draft_id=draft.pk, header=HEADER, entries=entries("2.00"), preparer=officer("preparer"), at=AT)
    assert refusal.value.name == "draft_moves"
    assert draft.lines.get(line_no=1).amount == yuan("100.00")


@pytest.mark.parametrize("prepare", [submitted, reviewed])
def test_a_draft_is_sent_back_with_the_reason_and_goes_round_again(prepare: Prepare) -> None:
    draft = prepare()
    send_back(draft_id=draft.pk, reviewer=officer("second"), reason="缺发票", at=AT)
    draft.refresh_from_db()
    assert (draft.status, draft.reviewer_id, draft.refusal) == ("DRAFTED", None, "缺发票")
    told = AuditEvent.objects.filter(act="draft.drafted").get()
    assert (told.actor, told.after) == ("second", "status=DRAFTED\nwhy=缺发票")
    rewrite_draft(draft_id=draft.pk, header=HEADER, entries=entries("2.00"), preparer=officer("preparer"), at=AT)
    submit_draft(draft_id=draft.pk, officer=officer("preparer"), at=AT)
    draft = review_draft(draft_id=draft.pk, reviewer=officer("reviewer"), at=AT)
    assert draft.refusal == ""
    assert post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)


def test_a_draft_is_not_sent_back_without_a_reason_nor_by_its_preparer() -> None:
    draft = submitted()
    with pytest.raises(TextNotPlain):
        send_back(draft_id=draft.pk, reviewer=officer("reviewer"), reason="  ", at=AT)
    with pytest.raises(FourEyesMissing):
        send_back(draft_id=draft.pk, reviewer=officer("preparer"), reason="缺发票", at=AT)
    assert stands(draft) == ("SUBMITTED", None)


def test_an_unfinished_draft_is_kept_and_refused_when_it_is_handed_in() -> None:
    draft = drafted(entries("1.00", "1.01"))
    with pytest.raises(VoucherNotBalanced):
        submit_draft(draft_id=draft.pk, officer=officer("preparer"), at=AT)
    assert stands(draft) == ("DRAFTED", None)
    rewrite_draft(draft_id=draft.pk, header=HEADER, entries=entries("1.01"), preparer=officer("preparer"), at=AT)
    assert submit_draft(draft_id=draft.pk, officer=officer("preparer"), at=AT).status == "SUBMITTED"


def test_a_draft_that_could_be_posted_when_it_was_reviewed_is_refused_when_it_no_longer_can() -> None:
    draft = reviewed()
    start_adjusting(period=Period.objects.get(month=11), officer=officer("chief"), at=AT)
    with pytest.raises(PeriodClosed):
        post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    assert stands(draft) == ("REVIEWED", "reviewer")
    assert not Voucher.objects.exists()


@pytest.mark.parametrize(
    ("lines", "changes", "refusal"),
    [
        ([debit("9999", yuan("1.00"), fund=FUND), credit("2015", yuan("1.00"), fund=FUND)], {}, AccountUnusable),
        ([debit("5001", yuan("0.00"), fund=FUND), credit("2015", yuan("0.00"), fund=FUND)], {}, AmountNotExact),
        ([debit("5001", yuan("1.00"), fund="2"), credit("2015", yuan("1.00"), fund="2")], {}, AccountUnusable),
        ([debit("5001", yuan("1.00"), fund=FUND)], {}, VoucherNotBalanced),
        (None, {"kind": VoucherKind.CLOSING}, KeptByOthers),
        (None, {"kind": VoucherKind.OPENING}, KeptByOthers),
        (None, {"posting_date": date(2026, 12, 1)}, PeriodClosed),
        (None, {"summary": ""}, TextNotPlain),
    ],
)
def test_a_draft_keeps_the_promises_of_every_voucher(
    lines: list[Entry] | None, changes: dict[str, object], refusal: type[UnableToPost]
) -> None:
    draft = drafted(lines, replace(HEADER, **changes))  # type: ignore[arg-type]
    with pytest.raises(refusal):
        submit_draft(draft_id=draft.pk, officer=officer("preparer"), at=AT)
    assert stands(draft) == ("DRAFTED", None)


@pytest.mark.parametrize(
    ("lines", "changes", "refusal"),
    [
        ([debit("1001", yuan("1.00"), fund=FUND), credit("2015", yuan("1.00"), fund=FUND)], {}, FourEyesMissing),
        (None, {"summary": "a\tb"}, TextNotPlain),
    ],
)
def test_what_only_the_books_can_tell_is_refused_when_a_draft_is_posted(
    lines: list[Entry] | None, changes: dict[str, object], refusal: type[UnableToPost]
) -> None:
    draft = reviewed(lines, replace(HEADER, **changes))  # type: ignore[arg-type]
    with pytest.raises(refusal):
        post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    assert stands(draft) == ("REVIEWED", "reviewer")


CASH = [debit("1001", yuan("1.00"), fund=FUND), credit("2015", yuan("1.00"), fund=FUND)]


def test_a_cashier_signs_what_moves_money_and_has_signed_nothing_else_of_it() -> None:
    draft = reviewed(CASH)
    for name in ("preparer", "reviewer", "rule"):
        with pytest.raises(FourEyesMissing):
            sign_draft_as_cashier(draft_id=draft.pk, cashier=officer(name), at=AT)
    sign_draft_as_cashier(draft_id=draft.pk, cashier=officer("cashier"), at=AT)
    with pytest.raises(FourEyesMissing):
        post_draft(draft_id=draft.pk, poster=officer("cashier"), at=AT)
    post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    assert Voucher.objects.get().cashier_id == "cashier"


def test_who_prepared_or_reviewed_a_draft_does_not_post_it() -> None:
    draft = reviewed()
    for name in ("preparer", "reviewer"):
        with pytest.raises(FourEyesMissing) as refusal:
            post_draft(draft_id=draft.pk, poster=officer(name), at=AT)
        assert refusal.value.name == "draft_posts_its_voucher"
    assert not Voucher.objects.exists()


@pytest.mark.parametrize(
    ("act", "step"),
    [
        (PREPARE, lambda draft: submit_draft(draft_id=draft.pk, officer=officer("preparer"), at=AT)),
        (PREPARE, lambda draft: withdraw_draft(draft_id=draft.pk, officer=officer("preparer"), at=AT)),
        (PREPARE, lambda _draft: drafted()),
        (REVIEW, lambda draft: review_draft(draft_id=draft.pk, reviewer=officer("reviewer"), at=AT)),
        (SIGN, lambda draft: sign_draft_as_cashier(draft_id=draft.pk, cashier=officer("cashier"), at=AT)),
        (POST, lambda draft: post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)),
    ],
)
def test_each_step_wants_its_post(act: str, step: Callable[[VoucherDraft], object]) -> None:
    draft = drafted()
    for one in Officer.objects.all():
        one.user_permissions.remove(Permission.objects.get(codename=act.partition(".")[2]))
    with pytest.raises(OfficerMayNot):
        step(draft)
    assert stands(draft) == ("DRAFTED", None)


def test_accounts_that_other_acts_keep_are_not_entered_by_hand() -> None:
    district = Book.objects.get(code="D")
    add_account(book=district, sub=SubAccount(parent_code="2015", code="201501", name="代扣代缴"))
    add_account(book=district, sub=SubAccount(parent_code="2015", code="201599", name="其他"))
    pair = [debit("5001", yuan("1.00"), fund=FUND), credit("201501", yuan("1.00"), fund=FUND)]
    draft = drafted(pair)
    with pytest.raises(KeptByOthers):
        submit_draft(draft_id=draft.pk, officer=officer("preparer"), at=AT)
    pair[1] = credit("201599", yuan("1.00"), fund=FUND)
    assert submitted(pair).status == "SUBMITTED"
    codes = set(accounts_by_hand(book=district).values_list("code", flat=True))
    assert {"201599", "5001"} <= codes
    assert codes.isdisjoint({"2015", "201501"})


def posted_by_hand() -> Voucher:
    draft = reviewed()
    post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    return Voucher.objects.get(source=draft.source)


def reversal_of(voucher: Voucher, reason: str = "记错科目", day: date = DAY) -> VoucherDraft:
    return draft_reversal(voucher=voucher, posting_date=day, reason=reason, preparer=officer("preparer"), at=AT)


def test_a_voucher_by_hand_is_reversed_in_red_on_the_way_of_a_draft() -> None:
    original = posted_by_hand()
    draft = reversal_of(original)
    assert [line.amount for line in draft.lines.order_by("line_no")] == [yuan("-100.00"), yuan("-100.00")]
    with pytest.raises(ReversalRefused):
        rewrite_draft(draft_id=draft.pk, header=HEADER, entries=entries(), preparer=officer("preparer"), at=AT)
    with pytest.raises(ReversalRefused):
        reversal_of(original)
    submit_draft(draft_id=draft.pk, officer=officer("preparer"), at=AT)
    review_draft(draft_id=draft.pk, reviewer=officer("reviewer"), at=AT)
    post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    red = Voucher.objects.get(reverses=original)
    assert (red.paper, red.preparer_id, red.reviewer_id, red.poster_id) == (
        "记错科目",
        "preparer",
        "reviewer",
        "chief",
    )
    assert red.debit_total == yuan("-100.00")
    assert stands(draft)[0] == "POSTED"
    for voucher in (original, red):
        with pytest.raises(ReversalRefused):
            reversal_of(voucher)


def test_a_withdrawn_reversal_makes_way_for_another() -> None:
    original = posted_by_hand()
    withdraw_draft(draft_id=reversal_of(original).pk, officer=officer("preparer"), at=AT)
    assert reversal_of(original).status == "DRAFTED"


def test_a_reversal_wants_a_reason_and_the_post_for_reversals() -> None:
    original = posted_by_hand()
    with pytest.raises(TextNotPlain):
        reversal_of(original, reason=" ")
    draft = reversal_of(original)
    submit_draft(draft_id=draft.pk, officer=officer("preparer"), at=AT)
    review_draft(draft_id=draft.pk, reviewer=officer("reviewer"), at=AT)
    officer("chief").user_permissions.remove(Permission.objects.get(codename="reverse_voucher"))
    with pytest.raises(OfficerMayNot):
        post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)


def test_a_voucher_of_other_acts_is_not_reversed_by_hand() -> None:
    post_event(simple("payouts.run/1"))
    with pytest.raises(ReversalRefused) as refusal:
        reversal_of(Voucher.objects.get())
    assert refusal.value.name == "voucher_is_reversed_by_its_act"


def test_an_amount_with_three_decimals_is_not_even_drafted() -> None:
    with pytest.raises(InexactAmount):
        drafted([debit("5001", yuan("1.001"), fund=FUND), credit("2015", yuan("1.001"), fund=FUND)])
    assert not VoucherDraft.objects.exists()


def test_a_supplement_is_drafted_with_the_voucher_it_corrects_and_enters_an_adjusting_period() -> None:
    (first,) = post_event(simple("a"))
    original = Voucher.objects.get(pk=first.voucher_id)
    start_adjusting(period=Period.objects.get(month=11), officer=officer("chief"), at=AT)
    header = replace(HEADER, kind=VoucherKind.SUPPLEMENT, corrects=original)
    draft = reviewed(entries("-3.00"), header)
    post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    assert Voucher.objects.get(source=draft.source).corrects == original


def test_a_draft_rewritten_as_a_supplement_names_its_voucher() -> None:
    (first,) = post_event(simple("a"))
    header = replace(HEADER, kind=VoucherKind.SUPPLEMENT, corrects=Voucher.objects.get(pk=first.voucher_id))
    draft = drafted()
    rewrite_draft(draft_id=draft.pk, header=header, entries=entries("-3.00"), preparer=officer("preparer"), at=AT)
    draft.refresh_from_db()
    assert draft.corrects_id == first.voucher_id


def in_state(status: DraftStatus) -> VoucherDraft:
    """Return a draft that was moved to ``status`` step by step, as the database wants it."""
    handed_in = [DraftStatus.SUBMITTED, DraftStatus.REVIEWED]
    draft = drafted()
    if status == DraftStatus.WITHDRAWN:
        moved_by_hand(draft, status)
    elif status == DraftStatus.POSTED:
        draft = reviewed()
        post_draft(draft_id=draft.pk, poster=officer("chief"), at=AT)
    elif status in handed_in:
        for step in handed_in[: handed_in.index(status) + 1]:
            moved_by_hand(draft, step)
    assert stands(draft)[0] == status
    return draft


def moved_by_hand(draft: VoucherDraft, status: DraftStatus) -> str:
    """Move a draft by raw SQL; return where it stands, or the name of the refusal."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE ledger_voucherdraft SET status = %s WHERE id = %s", [status.value, draft.pk])
    except DatabaseError as error:
        return refusal_of(error).name
    return str(stands(draft)[0])


@pytest.mark.parametrize(("start", "end"), DRAFT_MOVES)
def test_every_move_of_the_table_is_made_by_hand_too_but_no_draft_is_posted_without_its_voucher(
    start: DraftStatus, end: DraftStatus
) -> None:
    wanted = "draft_posts_its_voucher" if end == DraftStatus.POSTED else end
    assert moved_by_hand(in_state(start), end) == wanted


def test_a_draft_is_not_posted_by_the_voucher_of_another() -> None:
    posted_by_hand()
    assert moved_by_hand(reviewed(), DraftStatus.POSTED) == "draft_posts_its_voucher"


@pytest.mark.parametrize(("start", "end"), [pair for pair in PAIRS if pair not in DRAFT_MOVES])
def test_every_other_move_is_refused_by_the_database(start: DraftStatus, end: DraftStatus) -> None:
    draft = in_state(start)
    assert moved_by_hand(draft, end) == "draft_moves"
    assert stands(draft)[0] == start


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_draftline SET amount = amount + 1",
        "DELETE FROM ledger_draftline",
        "UPDATE ledger_voucherdraft SET preparer_id = 'second'",
        "UPDATE ledger_voucherdraft SET summary = 'other'",
        "DELETE FROM ledger_voucherdraft",
    ],
)
def test_a_submitted_draft_is_not_changed_by_raw_sql(change: str) -> None:
    draft = submitted()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    draft.refresh_from_db()
    assert (draft.status, draft.preparer_id, draft.lines.count()) == ("SUBMITTED", "preparer", 2)


def test_a_draft_is_not_born_reviewed() -> None:
    draft = drafted()
    draft.pk, draft.status = None, "REVIEWED"
    with pytest.raises(DatabaseError), transaction.atomic():
        draft.save(force_insert=True)
