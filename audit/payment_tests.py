"""Tests of payments: paid twice, split below a limit, cancelled and paid again."""

from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.audit_tests import Asked, Found, Parameter, audit_test
from audit.populations import Column, Kind, stream
from payouts.policy import payout_policies
from payouts.rules.payment_limits import payment_limits

DAYS: Final = gettext_lazy("how many days lie between at most")
PAID: Final = (
    Column(gettext_lazy("Pay date"), Kind.DAY),
    Column(gettext_lazy("Payee")),
    Column(gettext_lazy("ID number or credit code"), Kind.PERSON),
    Column(gettext_lazy("Account number"), Kind.ACCOUNT),
)

# Payees are known by their number, and by their name where they have none. What came back was not paid.
SAME_AMOUNT: Final = """
WITH paid AS (
  SELECT to_char(p.month, 'YYYY-MM') || '/' || p.serial AS key, p.amount, b.pay_date, p.name, p.id_number,
         p.account_number, p.month, p.serial, coalesce(nullif(p.id_number, ''), p.name) AS payee
    FROM payouts_payment p JOIN payouts_batch b ON b.id = p.batch_id
   WHERE b.pay_date BETWEEN %(since)s::date - %(days)s AND %(until)s
     AND b.status NOT IN ('DRAFT', 'CANCELLED') AND p.status NOT IN ('RETURNED', 'REJECTED')),
beside AS (
  SELECT paid.*, lag(pay_date) OVER same_payee AS payee_day, lag(key) OVER same_payee AS payee_key,
         lag(pay_date) OVER same_account AS account_day, lag(key) OVER same_account AS account_key
    FROM paid
  WINDOW same_payee AS (PARTITION BY amount, payee ORDER BY pay_date, month, serial),
         same_account AS (PARTITION BY amount, account_number ORDER BY pay_date, month, serial))
SELECT key, amount, pay_date, name, id_number, account_number,
       CASE WHEN pay_date - payee_day <= %(days)s THEN payee_key ELSE account_key END,
       CASE WHEN pay_date - payee_day <= %(days)s THEN pay_date - payee_day ELSE pay_date - account_day END
  FROM beside
 WHERE pay_date >= %(since)s AND (pay_date - payee_day <= %(days)s OR pay_date - account_day <= %(days)s)
 ORDER BY month, serial
"""
SPLIT: Final = """
WITH paid AS (
  SELECT to_char(p.month, 'YYYY-MM') || '/' || p.serial AS key, p.amount, b.pay_date, p.name, p.id_number,
         p.account_number, p.month, p.serial, coalesce(nullif(p.id_number, ''), p.name) AS payee
    FROM payouts_payment p JOIN payouts_batch b ON b.id = p.batch_id
   WHERE b.pay_date BETWEEN %(since)s::date - %(days)s AND %(until)s AND p.amount <= %(limit)s
     AND b.status NOT IN ('DRAFT', 'CANCELLED') AND p.status NOT IN ('RETURNED', 'REJECTED')),
beside AS (
  SELECT paid.*, sum(amount) OVER before AS together, count(*) OVER before AS number
    FROM paid WINDOW before AS (PARTITION BY payee ORDER BY pay_date
                                RANGE BETWEEN make_interval(days => %(days)s) PRECEDING AND CURRENT ROW))
SELECT key, amount, pay_date, name, id_number, account_number, number, together
  FROM beside WHERE pay_date >= %(since)s AND together > %(limit)s AND number >= 2
 ORDER BY month, serial
"""
# What is paid by a payment that takes the place of another, and what a cancelled batch was to pay before.
PAID_AGAIN: Final = """
WITH again AS (
  SELECT q.payment_id, (SELECT o.payment_id FROM payouts_paymentpart o
                         WHERE o.obligation_id = q.obligation_id AND o.attempt < q.attempt
                         ORDER BY o.attempt DESC LIMIT 1) AS before_id
    FROM payouts_paymentpart q WHERE q.attempt > 1)
SELECT DISTINCT to_char(p.month, 'YYYY-MM') || '/' || p.serial AS key, p.amount, b.pay_date, p.name, p.id_number,
       p.account_number, to_char(f.month, 'YYYY-MM') || '/' || f.serial, f.account_number, f.status, c.status,
       f.account_number <> p.account_number, f.name <> p.name, p.month, p.serial
  FROM again a JOIN payouts_payment p ON p.id = a.payment_id JOIN payouts_batch b ON b.id = p.batch_id
  JOIN payouts_payment f ON f.id = a.before_id JOIN payouts_batch c ON c.id = f.batch_id
 WHERE b.pay_date BETWEEN %(since)s AND %(until)s AND b.status NOT IN ('DRAFT', 'CANCELLED')
 ORDER BY p.month, p.serial
"""


@audit_test(
    of=["payments"],
    shows=gettext_lazy("Payments of one amount to one payee or account within some days of each other."),
    does_not_prove=gettext_lazy("Equal rates for two schemes or months make equal amounts: look at what each pays."),
    columns=(
        *PAID,
        Column(gettext_lazy("Earlier payment"), Kind.CODE),
        Column(gettext_lazy("Days between"), Kind.COUNT),
    ),
    parameters={"days": Parameter(7, DAYS)},
)
def same_amount(asked: Asked) -> Found:
    """Yield each payment that follows an equal one."""
    return Found(stream(SAME_AMOUNT, asked.arguments))


@audit_test(
    of=["payments"],
    shows=gettext_lazy(
        "Payments to one payee, each within the limit of a payment, which pass it together in some days."
    ),
    does_not_prove=gettext_lazy("Instalments and deliveries are paid in parts by contract: read the papers of each."),
    columns=(
        *PAID,
        Column(gettext_lazy("Payments in these days"), Kind.COUNT),
        Column(gettext_lazy("Together"), Kind.AMOUNT),
    ),
    parameters={
        "days": Parameter(7, DAYS),
        "limit": Parameter(
            Decimal("0.00"), gettext_lazy("the limit; 0 takes that of payment_limits.yaml on the last day")
        ),
    },
)
def split_payments(asked: Asked) -> Found:
    """Yield each payment with which those of the days before it pass the limit."""
    limit = asked.numbers["limit"]
    source = _("as told")
    if not limit:
        limits = payment_limits(policies=payout_policies(), on=asked.within.until)
        limit, source = limits.payment, f"payment_limits.yaml {limits.since}"
    rows = stream(SPLIT, {**asked.arguments, "limit": limit})
    return Found(rows, [(_("Limit of a payment"), f"{limit:.2f} ({source})")])


@audit_test(
    of=["payments"],
    shows=gettext_lazy("Payments that pay again what an earlier one did not, and whether account or payee changed."),
    does_not_prove=gettext_lazy("The bank returns what it cannot book: an approved correction is the ordinary way."),
    columns=(
        *PAID,
        Column(gettext_lazy("Earlier payment"), Kind.CODE),
        Column(gettext_lazy("Earlier account"), Kind.ACCOUNT),
        Column(gettext_lazy("Status of the earlier payment"), Kind.CODE),
        Column(gettext_lazy("Status of the earlier batch"), Kind.CODE),
        Column(gettext_lazy("Account changed"), Kind.CODE),
        Column(gettext_lazy("Payee changed"), Kind.CODE),
    ),
)
def paid_again(asked: Asked) -> Found:
    """Yield each payment of what was to be paid before."""
    rows = ((*row[:10], yes_or_no(row[10]), yes_or_no(row[11])) for row in stream(PAID_AGAIN, asked.arguments))
    return Found(rows)


def yes_or_no(fact: object) -> str:
    return _("yes") if fact else _("no")
