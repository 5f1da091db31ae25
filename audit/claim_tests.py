"""Tests of claims: invoices that look like others."""

from typing import Final

from django.utils.translation import gettext_lazy

from audit.audit_tests import Asked, Found, Parameter, audit_test
from audit.populations import Column, Kind, stream

# One number twice is refused when a claim is accepted; here the last digits agree and what stands before does not.
SIMILAR: Final = """
WITH used AS (
  SELECT c.number || '/' || c.attempt || '/' || l.number AS key, l.amount, c.claimed_on, t.name AS township,
         l.payee_name, l.invoice, c.number, c.attempt, l.number AS line_number,
         upper(replace(normalize(l.invoice, NFKC), ' ', '')) AS spelled,
         right(regexp_replace(normalize(l.invoice, NFKC), '[^0-9]', '', 'g'), %(digits)s) AS ending
    FROM treasury_claimline l JOIN treasury_claim c ON c.id = l.claim_id
    JOIN treasury_township t ON t.id = c.township_id JOIN ledger_book b ON b.code = t.book_id
   WHERE b.id = ANY(%(books)s) AND c.claimed_on <= %(until)s AND c.status <> 'REFUSED' AND l.invoice <> ''),
alike AS (
  SELECT ending, string_agg(DISTINCT spelled, '、') AS spellings FROM used
   WHERE length(ending) = %(digits)s GROUP BY ending HAVING count(DISTINCT spelled) > 1)
SELECT u.key, u.amount, u.claimed_on, u.township, u.payee_name, u.invoice, a.spellings
  FROM used u JOIN alike a ON a.ending = u.ending
 WHERE EXISTS (SELECT FROM used v WHERE v.ending = u.ending AND v.claimed_on >= %(since)s)
 ORDER BY u.ending, u.number COLLATE "C", u.attempt, u.line_number
"""


@audit_test(
    of=["claims"],
    shows=gettext_lazy(
        "Lines of claims whose invoice numbers end alike and begin otherwise, with those of all days before."
    ),
    does_not_prove=gettext_lazy("Two sellers may reach one number: compare seller, day and amount on the papers."),
    columns=(
        Column(gettext_lazy("Claimed on"), Kind.DAY),
        Column(gettext_lazy("Township")),
        Column(gettext_lazy("Payee")),
        Column(gettext_lazy("Invoice"), Kind.CODE),
        Column(gettext_lazy("Invoices alike"), Kind.CODE),
    ),
    parameters={"digits": Parameter(8, gettext_lazy("how many last digits agree"), least=4)},
)
def similar_invoices(asked: Asked) -> Found:
    """Yield the lines with invoices that resemble each other."""
    return Found(stream(SIMILAR, asked.arguments))
