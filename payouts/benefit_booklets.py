"""What one certificate number was paid: when, of which scheme and by which notice, and how each payment stands.

The number is that of the booklet (发放证) in a person's hands; it may stand at several schemes. Only runs that were
released are in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from payouts.benefit_facts import scheme_values, schemes_in_use
from payouts.facts import RELEASED, rows_of
from payouts.models.words import PaymentStatus
from payouts.policy import payout_policies
from payouts.refusals import NothingInBooklet
from payouts.rules.scheme_rates import reference_on
from payouts.rules.schemes import jurisdiction_in_use

# The enrolments whose latest facts carry the number.
ENTRIES = """
SELECT e.id, p.name, p.id_number, t.name, f.village, e.scheme, f.grade, f.starts_on, f.ended_on, f.died_on, f.standing,
       f.holder_name, f.bank, f.account_number
  FROM payouts_enrolment e JOIN payouts_person p ON p.id = e.person_id
  JOIN LATERAL (SELECT * FROM payouts_enrolmentfact f
                 WHERE f.enrolment_id = e.id ORDER BY f.version DESC LIMIT 1) f ON true
  JOIN treasury_township t ON t.id = f.township_id
 WHERE e.id IN (SELECT enrolment_id FROM payouts_enrolmentfact WHERE certificate = %s) AND f.certificate = %s
 ORDER BY p.name, p.id, e.scheme, e.number
"""
# Each benefit with each order to pay it; the day is that of the bank's record, or the pay date of the batch.
PAID = """
SELECT d.enrolment_id, r.month, d.period, d.number, d.amount, d.offset, q.attempt, q.amount, y.status,
       y.reissues_id IS NOT NULL, EXISTS (SELECT FROM payouts_payment z WHERE z.reissues_id = y.id),
       coalesce(w.posting_date, b.pay_date), coalesce(y.bank, ''), coalesce(y.account_number, ''),
       coalesce(w.message, '')
  FROM payouts_benefitdue d
  JOIN payouts_run r ON r.id = d.run_id AND r.edition = d.edition AND r.status = ANY(%s)
  LEFT JOIN payouts_obligation o ON o.benefit_id = d.id
  LEFT JOIN payouts_paymentpart q ON q.obligation_id = o.id
  LEFT JOIN payouts_payment y ON y.id = q.payment_id LEFT JOIN payouts_batch b ON b.id = y.batch_id
  LEFT JOIN LATERAL (SELECT x.posting_date, w.message FROM payouts_resultrow w
                       JOIN payouts_resultfile x ON x.id = w.file_id
                      WHERE w.payment_id = y.id ORDER BY w.id DESC LIMIT 1) w ON true
 WHERE d.enrolment_id = ANY(%s) ORDER BY r.month, r.number, d.period, d.number, d.id, q.attempt
"""


class BookletEntry(NamedTuple):
    """A scheme that the certificate stands for; the numbers in full."""

    enrolment: int
    name: str
    id_number: str
    township: str
    village: str
    scheme: str
    grade: str
    starts_on: date
    ended_on: date | None
    died_on: date | None
    standing: str
    holder_name: str
    bank: str
    account_number: str


class BookletLine(NamedTuple):
    """One benefit and one order to pay it; without an order all of it was kept back, or it waits.

    ``reference`` is the notice that the rate of the period rests on.
    """

    scheme: str
    month: date
    period: date
    number: int
    due: Decimal
    kept_back: Decimal
    attempt: int | None
    amount: Decimal | None
    status: PaymentStatus | None
    is_reissue: bool
    was_reissued: bool
    on: date | None
    bank: str
    account_number: str
    message: str
    reference: str


@dataclass(frozen=True, slots=True)
class Booklet:
    """All that was paid under one certificate number."""

    certificate: str
    entries: Sequence[BookletEntry]
    lines: Sequence[BookletLine]


def booklet_of(*, certificate: str) -> Booklet:
    """Return what was paid under a certificate number.

    :raises NothingInBooklet: if nobody has it
    """
    rows = [BookletEntry(*row) for row in rows_of(ENTRIES, certificate, certificate)]
    if not certificate or not rows:
        raise NothingInBooklet("certificate_is_known", {})
    entries = {row.enrolment: row for row in rows}
    notices = Notices()
    lines = [
        line_of(entries[enrolment], values, notices)
        for enrolment, *values in rows_of(PAID, list(RELEASED), list(entries))
    ]
    return Booklet(
        certificate, [entry._replace(scheme=notices.names.get(entry.scheme, entry.scheme)) for entry in rows], lines
    )


class Notices:
    """The notices that rates rest on, and the names of schemes."""

    def __init__(self) -> None:
        self.policies = payout_policies()
        self.added = scheme_values()
        self.names: dict[str, str] = {}
        self.named: set[date] = set()

    def reference(self, scheme: str, *, month: date, period: date, grade: str) -> str:
        """Return the notice behind the rate of a period; '' where the district has no such scheme any longer."""
        if month not in self.named:
            self.named.add(month)
            self.names |= {code: one.name for code, one in schemes_in_use(month=month).items()}
        jurisdiction = jurisdiction_in_use(policies=self.policies, month=month)
        policy = self.policies.policies.get(f"schemes/{jurisdiction}/{scheme}")
        if policy is None:
            return ""
        return reference_on(policy=policy, code=scheme, added=self.added, on=period, grade=grade)


def line_of(entry: BookletEntry, values: Sequence, notices: Notices) -> BookletLine:  # type: ignore[type-arg]
    month, period, *_amounts = values
    reference = notices.reference(entry.scheme, month=month, period=period, grade=entry.grade)
    line = BookletLine._make([notices.names.get(entry.scheme, entry.scheme), *values, reference])
    return line._replace(status=PaymentStatus(line.status) if line.status else None)
