"""Which paper of the bank stands behind a voucher: the files of the batch that it pays, or the result that it posts."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from django.db import connection

# Vouchers of a batch are posted on its pay date, those of a result on the day that it names; the sources of the
# vouchers are what payouts/promises/explanations.sql says.
DOCUMENTS: Final = """
SELECT s.source, b.month || '/' || b.number || coalesce(' ' || f.ids, '')
  FROM (SELECT b.id, to_char(b.month, 'YYYY-MM') AS month, b.number FROM payouts_batch b
         WHERE b.pay_date BETWEEN %(since)s AND %(until)s AND b.status <> 'CANCELLED') b
 CROSS JOIN LATERAL payouts_batch_sources(b.id) AS s (source)
  LEFT JOIN LATERAL (SELECT string_agg(f.message_id, '；' ORDER BY f.number) AS ids
                       FROM payouts_bankfile f WHERE f.batch_id = b.id) f ON true
UNION ALL
SELECT s.source, r.name
  FROM (SELECT r.id, r.name FROM payouts_resultfile r WHERE r.posting_date BETWEEN %(since)s AND %(until)s) r
 CROSS JOIN LATERAL payouts_result_sources(r.id) AS s (source)
"""


def payment_documents(*, since: date, until: date) -> Mapping[str, str]:
    """Return by source of a voucher the batch with the ids of its bank files, or the name of the bank's record."""
    with connection.cursor() as cursor:
        cursor.execute(DOCUMENTS, {"since": since, "until": until})
        return dict(cursor.fetchall())
