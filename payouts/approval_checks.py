"""What ``check_books`` proves of approvals: every batch that moved on was held against its limits and approved.

A fault names the batch by its number, never a payee.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ledger.checks import Disagreement, book_check, disagreements
from ledger.policies import NoValue, PolicySet
from payouts.facts import rows_of
from payouts.policy import payout_policies
from payouts.rules.payment_limits import approval_tiers, payment_limits

BATCH = "'batch ' || to_char(b.month, 'YYYY-MM') || '/' || b.number"
MOVED_ON = "b.status NOT IN ('DRAFT', 'BUILT', 'CHECKED', 'CANCELLED')"


@book_check
def batches_have_their_approvals() -> Iterator[Disagreement]:
    """A batch beyond checked has the approvals that its total asks for: of what it says, by different people."""
    yield from disagreements(
        "batches_have_their_approvals",
        f"""
        SELECT NULL::text, {BATCH} || ' is ' || b.status || ': approvals asked '
               || coalesce(c.approvals, 1) || ', standing ' || a.standing, a.last
          FROM payouts_batch b
          LEFT JOIN payouts_batchcheck c ON c.batch_id = b.id AND c.digest = b.digest
          CROSS JOIN LATERAL (SELECT count(DISTINCT approved_by_id) AS standing, max(approved_at) AS last
                                FROM payouts_batchapproval a
                               WHERE a.batch_id = b.id AND a.digest = b.digest AND a.rank BETWEEN 1 AND c.approvals
                                 AND a.approved_by_id NOT IN (b.prepared_by_id, b.checked_by_id)) a
         WHERE {MOVED_ON} AND (c.approvals IS NULL OR a.standing <> c.approvals)""",  # noqa: S608
    )


@book_check
def batches_are_signed_for() -> Iterator[Disagreement]:
    """A batch beyond checked has nothing that blocks or waits for a reason, and is signed for over a limit."""
    yield from disagreements(
        "batches_are_signed_for",
        f"""
        SELECT NULL::text, {BATCH} || ' is ' || b.status || ': exceptions open ' || e.waiting
               || ', limits not signed for ' || o.over, NULL::timestamptz
          FROM payouts_batch b
          CROSS JOIN LATERAL (SELECT count(*) AS waiting FROM payouts_batchexception e
                               WHERE e.batch_id = b.id AND (e.severity = 'BLOCK' OR
                                                            (e.severity = 'SIGN' AND e.signed_by_id IS NULL))) e
          CROSS JOIN LATERAL (SELECT count(*) AS over FROM payouts_batch_over_limits(b.id)) o
         WHERE {MOVED_ON} AND (e.waiting > 0 OR o.over > 0)""",  # noqa: S608
    )


@book_check
def batches_were_checked_as_they_are() -> Iterator[Disagreement]:
    """What a batch was held against is its own largest payment, and asks for the approvals of its total."""
    yield from disagreements(
        "batches_were_checked_as_they_are",
        f"""
        SELECT NULL::text, {BATCH} || ': checked with ' || c.largest_payment || ' and ' || c.approvals
               || ' approvals, is ' || coalesce(p.largest, 0) || ' and ' || t.approvals, NULL::timestamptz
          FROM payouts_batch b JOIN payouts_batchcheck c ON c.batch_id = b.id
          CROSS JOIN LATERAL (SELECT max(amount) AS largest FROM payouts_payment WHERE batch_id = b.id) p
          CROSS JOIN LATERAL (SELECT 1 + (b.total > c.chief_over)::int + (b.total > c.head_over)::int AS approvals) t
         WHERE b.status <> 'CANCELLED'
           AND (c.largest_payment, c.approvals::int) IS DISTINCT FROM (p.largest, t.approvals)""",  # noqa: S608
    )


@book_check
def batches_were_checked_by_the_policy() -> Iterator[Disagreement]:
    """The limits and tiers that batches were held against are those of the policy's line of that day."""
    policies = payout_policies()
    for month, number, since, *figures, tiers_since, chief_over, head_over in rows_of(
        """SELECT b.month, b.number, c.limits_from, c.payment_limit, c.batch_limit, c.day_limit,
                  c.tiers_from, c.chief_over, c.head_over
             FROM payouts_batchcheck c JOIN payouts_batch b ON b.id = c.batch_id
            WHERE c.limits_from IS NOT NULL OR c.tiers_from IS NOT NULL ORDER BY b.month, b.number"""
    ):
        told = [since, *figures, tiers_since, chief_over, head_over]
        if told != figures_of_policy(policies, since, tiers_since):
            yield Disagreement(
                check="batches_were_checked_by_the_policy",
                book="?",
                what=f"batch {month:%Y-%m}/{number}: limits of {since} and tiers of {tiers_since} are not the policy's",
                since=None,
            )


def figures_of_policy(policies: PolicySet, since: date | None, tiers_since: date | None) -> list[date | Decimal]:
    """Return limits and tiers as the policy has them on two days, each after its day; nothing where it has none."""
    if since is None or tiers_since is None:
        return []
    try:
        limits = payment_limits(policies=policies, on=since)
        tiers = approval_tiers(policies=policies, on=tiers_since)
    except NoValue:
        return []
    return [limits.since, limits.payment, limits.batch, limits.day, tiers.since, tiers.chief_over, tiers.head_over]
