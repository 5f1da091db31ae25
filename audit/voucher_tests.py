"""Tests of vouchers: when they were posted and recorded, by whom, on which accounts, and which numbers are missing."""

from typing import Any, Final

from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.audit_tests import Asked, Found, Parameter, audit_test
from audit.populations import VOUCHERS, Column, Kind, cut, stream
from audit.refusals import SampleUnfit
from ledger.exports.stated import gaps_in
from payouts.policy import payout_policies
from payouts.rules.pay_calendar import days_off

IN_ORDER: Final = 'book COLLATE "C", year, month, voucher_type COLLATE "C", number'
POSTED: Final = (
    Column(gettext_lazy("Posting date"), Kind.DAY),
    Column(gettext_lazy("Recorded at"), Kind.TIME),
    Column(gettext_lazy("Summary")),
)

DAYS_OFF: Final = f"""
SELECT * FROM ({VOUCHERS}) q
 WHERE kind NOT IN ('OPENING', 'CLOSING')
   AND (EXTRACT(isodow FROM posting_date) > 5 AND posting_date <> ALL(%(working)s::date[])
        OR posting_date = ANY(%(holidays)s::date[]))
 ORDER BY {IN_ORDER}
"""
AT_NIGHT: Final = f"""
SELECT * FROM ({VOUCHERS}) q
 WHERE EXTRACT(hour FROM recorded_at AT TIME ZONE %(zone)s) >= %(begin)s
    OR EXTRACT(hour FROM recorded_at AT TIME ZONE %(zone)s) < %(end)s
 ORDER BY {IN_ORDER}
"""
BACK_DATED: Final = f"""
SELECT key, amount, posting_date, recorded_at, summary,
       (recorded_at AT TIME ZONE %(zone)s)::date - posting_date FROM ({VOUCHERS}) q
 WHERE kind <> 'OPENING' AND (recorded_at AT TIME ZONE %(zone)s)::date - posting_date > %(days)s
 ORDER BY {IN_ORDER}
"""
AROUND_CLOSE: Final = f"""
WITH closing AS (SELECT period_id, changed_at FROM ledger_periodchange WHERE to_status = 'CLOSED')
SELECT q.key, q.amount, q.posting_date, q.recorded_at, q.summary, coalesce(n.changed_at, f.changed_at),
       q.recorded_at > f.changed_at
  FROM ({VOUCHERS}) q
  JOIN (SELECT period_id, min(changed_at) AS changed_at FROM closing GROUP BY period_id) f ON f.period_id = q.period_id
  LEFT JOIN LATERAL (SELECT min(c.changed_at) AS changed_at FROM closing c
                      WHERE c.period_id = q.period_id AND c.changed_at >= q.recorded_at) n ON true
 WHERE q.kind <> 'CLOSING'
   AND (q.recorded_at > f.changed_at OR n.changed_at - q.recorded_at <= make_interval(hours => %(hours)s))
 ORDER BY {IN_ORDER}
"""
MANY_ROLES: Final = f"""
SELECT q.key, q.amount, q.posting_date, q.recorded_at, q.summary, r.officer, r.roles, r.names
  FROM ({VOUCHERS}) q
 CROSS JOIN LATERAL (
   SELECT s.officer, count(DISTINCT s.role) AS roles, string_agg(DISTINCT s.role, ' ') AS names
     FROM (VALUES (q.preparer_id, 'preparer'), (q.reviewer_id, 'reviewer'), (q.poster_id, 'poster'),
                  (q.chief_accountant_id, 'chief_accountant'), (q.cashier_id, 'cashier')
           UNION ALL SELECT g.officer_id, lower(g.role) FROM ledger_signature g WHERE g.voucher_id = q.id)
          AS s (officer, role)
     JOIN ledger_officer o ON o.username = s.officer AND o.kind = 'PERSON'
    GROUP BY s.officer HAVING count(DISTINCT s.role) >= %(roles)s) r
 ORDER BY {IN_ORDER}
"""
RARE_PAIRS: Final = f"""
WITH asked AS ({VOUCHERS}),
sides AS (
  SELECT DISTINCT q.id, q.book_id, l.record, l.side, left(a.code, %(digits)s) AS code
    FROM asked q JOIN ledger_line l ON l.voucher_id = q.id JOIN ledger_account a ON a.id = l.account_id),
pairs AS (
  SELECT d.id, d.book_id, d.record, d.code AS debit, c.code AS credit,
         count(*) OVER (PARTITION BY d.book_id, d.record, d.code, c.code) AS vouchers
    FROM sides d JOIN sides c ON c.id = d.id AND c.record = d.record AND c.side = 'C' WHERE d.side = 'D'),
books AS (SELECT book_id, count(*) AS vouchers FROM asked GROUP BY book_id)
SELECT q.key, q.amount, q.posting_date, q.recorded_at, q.summary, p.debit, p.credit, p.vouchers
  FROM pairs p JOIN books k ON k.book_id = p.book_id JOIN asked q ON q.id = p.id
 WHERE p.vouchers <= %(most)s AND p.vouchers * 100 <= %(share)s * k.vouchers
 ORDER BY {IN_ORDER}, p.debit, p.credit
"""


@audit_test(
    of=["vouchers"],
    shows=gettext_lazy("Vouchers whose posting date is a weekend or holiday of the State Council's calendar."),
    does_not_prove=gettext_lazy(
        "Banks and interest work on days off, and a year without a calendar has weekends only."
    ),
)
def days_off_posted(asked: Asked) -> Found:
    """Yield the vouchers of days off."""
    table = days_off(policies=payout_policies())
    days = {"holidays": list(table.holidays), "working": list(table.working_weekends)}
    years = range(asked.within.since.year, asked.within.until.year + 1)
    unknown = ", ".join(str(year) for year in years if year not in table.years)
    facts = [(_("Years without a calendar of holidays"), unknown)] if unknown else []
    return Found(cut(asked.population, stream(DAYS_OFF, {**asked.arguments, **days})), facts)


@audit_test(
    of=["vouchers"],
    shows=gettext_lazy("Vouchers recorded in the night, by the clock of the database."),
    does_not_prove=gettext_lazy("Workers post long runs when they are done, and at month's end people work late."),
    parameters={
        "begin": Parameter(22, gettext_lazy("the hour from which on it is night")),
        "end": Parameter(6, gettext_lazy("the hour in which it is night no longer")),
    },
)
def at_night(asked: Asked) -> Found:
    """Yield the vouchers of the night."""
    return Found(cut(asked.population, stream(AT_NIGHT, {**asked.arguments, **zone()})))


@audit_test(
    of=["vouchers"],
    shows=gettext_lazy("Vouchers recorded many days after their posting date."),
    does_not_prove=gettext_lazy("Papers come late and months stay open for them: read why the voucher came late."),
    columns=(*POSTED, Column(gettext_lazy("Days later"), Kind.COUNT)),
    parameters={"days": Parameter(15, gettext_lazy("more than how many days"))},
)
def back_dated(asked: Asked) -> Found:
    """Yield the vouchers that were recorded long after their day."""
    return Found(stream(BACK_DATED, {**asked.arguments, **zone()}))


@audit_test(
    of=["vouchers"],
    shows=gettext_lazy("Vouchers recorded shortly before their month was closed, or after it was closed and reopened."),
    does_not_prove=gettext_lazy("Corrections belong before a close, and two officers reopened what was reopened."),
    columns=(*POSTED, Column(gettext_lazy("Closed at"), Kind.TIME), Column(gettext_lazy("Before or after"), Kind.CODE)),
    parameters={"hours": Parameter(24, gettext_lazy("how many hours before the close"))},
)
def around_close(asked: Asked) -> Found:
    """Yield the vouchers just before and after a close."""
    before, after = _("before the close"), _("after the close")
    return Found((*row[:6], after if row[6] else before) for row in stream(AROUND_CLOSE, asked.arguments))


@audit_test(
    of=["vouchers"],
    shows=gettext_lazy("Vouchers in which one person, not a service account, acts in several roles."),
    does_not_prove=gettext_lazy(
        "Preparer and reviewer are always two; a small office may post and keep accounts in one hand."
    ),
    columns=(
        *POSTED,
        Column(gettext_lazy("Officer"), Kind.CODE),
        Column(gettext_lazy("Roles"), Kind.COUNT),
        Column(gettext_lazy("Which roles"), Kind.CODE),
    ),
    parameters={"roles": Parameter(3, gettext_lazy("from how many roles on"), least=2)},
)
def many_roles(asked: Asked) -> Found:
    """Yield the vouchers of few hands."""
    return Found(stream(MANY_ROLES, asked.arguments))


@audit_test(
    of=["vouchers"],
    shows=gettext_lazy("Vouchers with a pair of debited and credited accounts that is rare in their book."),
    does_not_prove=gettext_lazy(
        "What happens once a year is rare, too; in a compound voucher not every pair belongs together."
    ),
    columns=(
        *POSTED,
        Column(gettext_lazy("Debited"), Kind.CODE),
        Column(gettext_lazy("Credited"), Kind.CODE),
        Column(gettext_lazy("Vouchers with this pair"), Kind.COUNT),
    ),
    parameters={
        "most": Parameter(3, gettext_lazy("in at most how many vouchers of the book"), least=1),
        "share": Parameter(1, gettext_lazy("and in at most how many percent of them"), least=1),
        "digits": Parameter(4, gettext_lazy("how many digits of the account codes count"), least=1),
    },
)
def rare_pairs(asked: Asked) -> Found:
    """Yield the vouchers with a rare pair of accounts."""
    return Found(stream(RARE_PAIRS, asked.arguments))


@audit_test(
    of=["vouchers"],
    shows=gettext_lazy("Voucher numbers that are missing in the months of the days asked for."),
    does_not_prove=gettext_lazy(
        "A gap does not say what the missing voucher was: hold the seals against an anchored head."
    ),
    columns=(
        Column(gettext_lazy("Book"), Kind.CODE),
        Column(gettext_lazy("Accounting month"), Kind.CODE),
        Column(gettext_lazy("Voucher type"), Kind.CODE),
        Column(gettext_lazy("Number"), Kind.COUNT),
    ),
)
def number_gaps(asked: Asked) -> Found:
    """Yield the missing numbers.

    :raises SampleUnfit: if accounts or a fund are asked for: a missing voucher has neither
    """
    within = asked.within
    if within.account or within.fund:
        raise SampleUnfit("sample_filter_fits", {"method": "number_gaps", "filters": "account, fund"})
    gaps = gaps_in(books=within.books, since=within.since, until=within.until)
    return Found([(str(gap), None, gap.book, gap.month, gap.voucher_type, gap.number) for gap in gaps])


def zone() -> dict[str, Any]:
    return {"zone": get_current_timezone_name()}
