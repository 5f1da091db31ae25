"""Tests of payees: whose account it is, who has died, who is paid twice over."""

from typing import Final

from django.utils.translation import gettext_lazy

from audit.audit_tests import Asked, Found, Parameter, audit_test
from audit.payment_tests import PAID
from audit.populations import Column, Kind, stream

SHARED: Final = """
SELECT min(to_char(p.month, 'YYYY-MM') || '/' || p.serial) AS key, sum(p.amount) AS amount, p.account_number,
       count(DISTINCT coalesce(nullif(p.id_number, ''), p.name)) AS payees, count(*),
       string_agg(DISTINCT p.name, '、')
  FROM payouts_payment p JOIN payouts_batch b ON b.id = p.batch_id
 WHERE b.pay_date BETWEEN %(since)s AND %(until)s AND b.status NOT IN ('DRAFT', 'CANCELLED')
 GROUP BY p.account_number HAVING count(DISTINCT coalesce(nullif(p.id_number, ''), p.name)) >= %(payees)s
 ORDER BY payees DESC, key
"""
# An officer's own pay is no question; everything else that an officer or an officer's account gets is.
OFFICERS: Final = """
WITH own AS (SELECT officer_id, number, holder_number FROM treasury_officeraccount),
found AS (
  SELECT p.id, o.officer_id, 'account' AS by
    FROM own o JOIN payouts_payment p ON p.account_number = o.number
   WHERE p.id_number <> o.holder_number OR o.holder_number = ''
  UNION
  SELECT p.id, o.officer_id, 'number'
    FROM own o JOIN payouts_payment p ON p.id_number = o.holder_number
    JOIN payouts_batch b ON b.id = p.batch_id LEFT JOIN payouts_run r ON r.id = b.run_id
   WHERE o.holder_number <> '' AND r.purpose IS DISTINCT FROM 'PAYROLL'
     AND NOT EXISTS (SELECT FROM payouts_paymentpart q JOIN payouts_obligation d ON d.id = q.obligation_id
                      WHERE q.payment_id = p.id AND d.scheme = 'payroll'))
SELECT to_char(p.month, 'YYYY-MM') || '/' || p.serial AS key, p.amount, b.pay_date, p.name, p.id_number,
       p.account_number, f.officer_id, f.by
  FROM found f JOIN payouts_payment p ON p.id = f.id JOIN payouts_batch b ON b.id = p.batch_id
 WHERE b.pay_date BETWEEN %(since)s AND %(until)s AND b.status NOT IN ('DRAFT', 'CANCELLED')
 ORDER BY p.month, p.serial, f.officer_id
"""
DEAD: Final = """
WITH dead AS (
  SELECT id_number, min(died_on) AS died_on FROM (
    SELECT x.id_number, x.died_on
      FROM payouts_declareddeath x LEFT JOIN payouts_declaration n ON n.replaces_id = x.declaration_id
     WHERE n.id IS NULL
    UNION ALL
    SELECT p.id_number, f.died_on
      FROM (SELECT DISTINCT ON (enrolment_id) enrolment_id, died_on FROM payouts_enrolmentfact
             ORDER BY enrolment_id, version DESC) f
      JOIN payouts_enrolment e ON e.id = f.enrolment_id JOIN payouts_person p ON p.id = e.person_id
     WHERE f.died_on IS NOT NULL) known GROUP BY id_number)
SELECT to_char(p.month, 'YYYY-MM') || '/' || p.serial AS key, p.amount, b.pay_date, p.name, p.id_number,
       p.account_number, d.died_on, b.pay_date - d.died_on
  FROM dead d JOIN payouts_payment p ON upper(p.id_number) = d.id_number JOIN payouts_batch b ON b.id = p.batch_id
 WHERE b.pay_date BETWEEN %(since)s AND %(until)s AND b.status NOT IN ('DRAFT', 'CANCELLED')
   AND p.status NOT IN ('RETURNED', 'REJECTED') AND b.pay_date - d.died_on >= %(days)s
 ORDER BY p.month, p.serial
"""
TWICE_OVER: Final = """
WITH paid AS (
  SELECT p.person_id, p.month, r.purpose, min(p.serial) AS serial, sum(p.amount) AS amount, min(b.pay_date) AS pay_date,
         min(p.name) AS name, min(p.id_number) AS id_number, min(p.account_number) AS account_number
    FROM payouts_payment p JOIN payouts_batch b ON b.id = p.batch_id
    JOIN LATERAL (SELECT n.purpose FROM payouts_paymentpart q JOIN payouts_obligation o ON o.id = q.obligation_id
                    JOIN payouts_run n ON n.id = o.run_id WHERE q.payment_id = p.id LIMIT 1) r ON true
   WHERE b.pay_date BETWEEN %(since)s AND %(until)s AND b.status NOT IN ('DRAFT', 'CANCELLED')
     AND p.person_id IS NOT NULL AND p.status NOT IN ('RETURNED', 'REJECTED')
   GROUP BY p.person_id, p.month, r.purpose)
SELECT to_char(s.month, 'YYYY-MM') || '/' || s.serial AS key, s.amount, s.pay_date, s.name, s.id_number,
       s.account_number, to_char(w.month, 'YYYY-MM') || '/' || w.serial, w.amount
  FROM paid s JOIN paid w ON w.person_id = s.person_id AND w.month = s.month AND w.purpose = 'PAYROLL'
 WHERE s.purpose = 'BENEFITS' AND s.amount >= %(amount)s ORDER BY s.month, s.serial
"""


@audit_test(
    of=["payments"],
    shows=gettext_lazy("Accounts to which several payees were paid, with the first payment and the sum of all."),
    does_not_prove=gettext_lazy("Guardians, couples and households share accounts lawfully where a reason is on file."),
    columns=(
        Column(gettext_lazy("Account number"), Kind.ACCOUNT),
        Column(gettext_lazy("Payees"), Kind.COUNT),
        Column(gettext_lazy("Number of payments"), Kind.COUNT),
        Column(gettext_lazy("Names")),
    ),
    parameters={"payees": Parameter(2, gettext_lazy("from how many payees on"), least=2)},
)
def shared_accounts(asked: Asked) -> Found:
    """Yield the accounts of several payees."""
    return Found(stream(SHARED, asked.arguments))


@audit_test(
    of=["payments"],
    shows=gettext_lazy("Payments to an officer's recorded account or number that are not the officer's own pay."),
    does_not_prove=gettext_lazy(
        "Officers are reimbursed and entitled like others; accounts that nobody recorded are not seen."
    ),
    columns=(*PAID, Column(gettext_lazy("Officer"), Kind.CODE), Column(gettext_lazy("Known by"), Kind.CODE)),
)
def paid_officers(asked: Asked) -> Found:
    """Yield the payments that an officer has of."""
    return Found(stream(OFFICERS, asked.arguments))


@audit_test(
    of=["payments"],
    shows=gettext_lazy("Payments to people who had died by the pay date, as death lists and enrolments know."),
    does_not_prove=gettext_lazy("Pay of the month of death and what heirs are owed is paid after a death."),
    columns=(
        *PAID,
        Column(gettext_lazy("Died on"), Kind.DAY),
        Column(gettext_lazy("Days after the death"), Kind.COUNT),
    ),
    parameters={"days": Parameter(0, gettext_lazy("how many days after the death at least"))},
)
def dead_payees(asked: Asked) -> Found:
    """Yield the payments to the dead."""
    return Found(stream(DEAD, asked.arguments))


@audit_test(
    of=["payments"],
    shows=gettext_lazy("People who were paid by a scheme and by the payroll for one month."),
    does_not_prove=gettext_lazy("Some schemes are paid beside wages: look at the terms of the scheme."),
    columns=(
        *PAID,
        Column(gettext_lazy("Payment of the payroll"), Kind.CODE),
        Column(gettext_lazy("Paid by the payroll"), Kind.AMOUNT),
    ),
    parameters={"amount": Parameter(0, gettext_lazy("from how much of the scheme on, in yuan"))},
)
def scheme_and_payroll(asked: Asked) -> Found:
    """Yield what schemes paid to people of the payroll."""
    return Found(stream(TWICE_OVER, asked.arguments))
