"""Make the statements of account of a month and have both sides confirm them, or disagree with a reason.

What is confirmed is what the books say at that moment: PostgreSQL compares (``statement_is_of_the_books``).
A statement whose month has moved since is made anew as the next edition.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from ledger.models import Officer
from ledger.models.words import Mirror
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.account_statements import Statement, kept_statements, statements_of
from treasury.models import AccountStatement, Township
from treasury.models.words import StatementSide, StatementStatus
from treasury.queries import rows_of
from treasury.refusals import NothingThere, StateRefuses, TreasuryReasonMissing, refusals_named

CHAIN = ""
POSTS: Mapping[StatementSide, str] = {
    StatementSide.DISTRICT: "treasury.confirm_for_district",
    StatementSide.TOWNSHIP: "treasury.confirm_for_township",
}


def make_statements(
    *, month: date, townships: Sequence[Township], officer: Officer, at: datetime
) -> Sequence[AccountStatement]:
    """Make the statements of a month and return them; one that says what the books say already is left alone.

    One that waits for its confirmation and no longer holds is voided.
    """
    require_post(officer, "treasury.make_statement")
    with refusals_named(), transaction.atomic():
        list(Township.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        # All at once and in their order, as postings take them; the trigger of each row asks again.
        rows_of("SELECT ledger_lock_books(%(books)s)", {"books": books_of(townships)})
        found = statements_of(month=month, townships=townships)
        made = []
        for one in found:
            kept = one.kept
            if (
                kept is not None
                and one.still_holds
                and kept.status in (StatementStatus.MADE, StatementStatus.CONFIRMED)
            ):
                made.append(kept)
                continue
            if kept is not None and kept.status == StatementStatus.MADE:
                kept.status = StatementStatus.VOIDED
                kept.save(update_fields=["status"])
            made.append(write_statement(one, officer, at))
        return made


def books_of(townships: Sequence[Township]) -> list[int]:
    """Return the keys of the books of townships and of their district."""
    return sorted({key for one in townships for key in (one.book.pk, one.book.parent_id) if key is not None})


def write_statement(found: Statement, officer: Officer, at: datetime) -> AccountStatement:
    by_mirror = {account.mirror: account for account in found.accounts}
    annual, historic = by_mirror[Mirror.ANNUAL], by_mirror[Mirror.HISTORIC]
    made = AccountStatement.objects.create(
        township=found.township,
        month=found.month,
        edition=found.kept.edition + 1 if found.kept else 1,
        digest=found.digest,
        movements=found.movements,
        annual_opening=annual.opening_in_district,
        annual_closing=annual.closing_in_district,
        historic_opening=historic.opening_in_district,
        historic_closing=historic.closing_in_district,
        made_by=officer,
        made_at=at,
    )
    record_event(
        chain=CHAIN,
        at=at,
        actor=officer.username,
        act="statement.make",
        subject=f"statement/{made.pk}",
        after={"township": found.township.code, "month": f"{found.month:%Y-%m}", "digest": found.digest},
    )
    return made


def confirm_statement(
    *, month: date, township: Township, side: StatementSide, officer: Officer, at: datetime
) -> AccountStatement:
    """Confirm the statement of a township and month for one side; with the other side's it is confirmed.

    :raises StatementOutdated: if the books say something else by now
    :raises OneOfficerTwice: if the officer made it, or confirmed it for the other side
    :raises StateRefuses: if this side has confirmed it, or it waits for nobody
    :raises NothingThere: if none was made
    """
    require_post(officer, POSTS[side])
    with refusals_named(), transaction.atomic():
        statement = lock_statement(month=month, township=township)
        confirmed = {
            StatementSide.DISTRICT: statement.district_by_id,
            StatementSide.TOWNSHIP: statement.township_by_id,
        }
        if confirmed[side]:
            raise StateRefuses("statement_is_fixed", {"statement": str(statement), "side": side, "by": confirmed[side]})
        if side == StatementSide.DISTRICT:
            statement.district_by, statement.district_at = officer, at
        else:
            statement.township_by, statement.township_at = officer, at
        if statement.district_by_id and statement.township_by_id:
            statement.status = StatementStatus.CONFIRMED
        statement.save(update_fields=["district_by", "district_at", "township_by", "township_at", "status"])
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="statement.confirm",
            subject=f"statement/{statement.pk}",
            after={"side": side, "digest": statement.digest, "status": statement.status},
        )
        return statement


def disagree_with_statement(
    *, month: date, township: Township, side: StatementSide, reason: str, officer: Officer, at: datetime
) -> AccountStatement:
    """Record that one side disagrees, and why, instead of its confirmation.

    :raises TreasuryReasonMissing: without a reason
    :raises StateRefuses: if it waits for nobody
    """
    require_post(officer, POSTS[side])
    if not reason.strip():
        raise TreasuryReasonMissing("statement_is_disagreed_with_a_reason", {"township": township.code})
    with refusals_named(), transaction.atomic():
        statement = lock_statement(month=month, township=township)
        statement.status, statement.disagreed_side, statement.reason = StatementStatus.DISAGREED, side, reason.strip()
        statement.disagreed_by, statement.disagreed_at = officer, at
        statement.save(update_fields=["status", "disagreed_side", "reason", "disagreed_by", "disagreed_at"])
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="statement.disagree",
            subject=f"statement/{statement.pk}",
            after={"side": side, "reason": statement.reason},
        )
        return statement


def lock_statement(*, month: date, township: Township) -> AccountStatement:
    """Return the latest statement of a township and month, locked while it waits.

    :raises NothingThere: if none was made
    :raises StateRefuses: if it is decided
    """
    kept = kept_statements(month=month).get(township.pk)
    if kept is None:
        raise NothingThere("statement_is_made", {"township": township.name, "month": f"{month:%Y-%m}"})
    statement = AccountStatement.objects.select_for_update(of=("self",)).select_related("township").get(pk=kept.pk)
    if statement.status != StatementStatus.MADE:
        raise StateRefuses("statement_moves", {"statement": str(statement), "status": statement.status})
    return statement
