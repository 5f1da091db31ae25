"""The tables of an audit pack as SQL: stable columns, sorted, dates and numbers as the sealed texts spell them.

Names and columns are those that ``audit.verifier.tables`` reads. ``@books@`` stands for the books with the
seals whose vouchers are in the pack, ``@year|p@`` for the months of the year in a table, and ``@…|key@``, ``|id``,
``|account``, ``|text`` for a number or text as whoever takes the pack away may see it.
"""

import re
from collections.abc import Mapping
from typing import Final

BOOKS: Final = """
  unnest(%(books)s::int[], %(first_seals)s::int[], %(last_seals)s::int[], %(first_years)s::int[])
    AS r (book_id, first_seal, last_seal, first_year) JOIN ledger_book b ON b.id = r.book_id"""

BOOK_TABLES: Final[Mapping[str, str]] = {
    "books/books.csv": """
      SELECT b.code, b.name, b.kind, b.chart_id AS regime, u.code AS upper, b.currency, b.opened_on,
             h.seal_number AS seal, encode(h.digest, 'hex') AS digest, r.first_seal, r.last_seal
        FROM @books@ JOIN ledger_bookhead h ON h.book_id = b.id LEFT JOIN ledger_book u ON u.id = b.parent_id
       ORDER BY b.code COLLATE "C" """,
    "books/accounts.csv": """
      SELECT b.code AS book, a.code, a.name, p.code AS parent, a.kind, a.record, a.normal_side, a.cash, a.may_overdraw,
             a.flow, a.level, a.mirror, c.code AS counterpart, a.effective_from, a.effective_to
        FROM @books@ JOIN ledger_account a ON a.book_id = b.id LEFT JOIN ledger_account p ON p.id = a.parent_id
        LEFT JOIN ledger_book c ON c.id = a.counterpart_id ORDER BY b.code COLLATE "C", a.code COLLATE "C" """,
    "books/codes.csv": """
      SELECT * FROM (
        SELECT 'economic' AS list, code, name FROM ledger_economicclass
        UNION ALL SELECT 'functional', code, name FROM ledger_functionalclass
        UNION ALL SELECT 'fund', code, name FROM ledger_fund
        UNION ALL SELECT 'project', code, name FROM ledger_project
        UNION ALL SELECT 'unit', code, name FROM ledger_accountingunit
         WHERE %(district)s OR code IN (SELECT l.unit_id FROM @books@ JOIN ledger_account a ON a.book_id = b.id
                                          JOIN ledger_line l ON l.account_id = a.id)) t
       ORDER BY list COLLATE "C", code COLLATE "C" """,
    "books/officers.csv": """
      SELECT username, full_name AS name, kind, is_active FROM ledger_officer
       WHERE %(district)s OR username IN (
         SELECT unnest(ARRAY[v.preparer_id, v.reviewer_id, v.poster_id, v.chief_accountant_id, v.cashier_id])
           FROM @books@ JOIN ledger_voucher v ON v.book_id = b.id
         UNION SELECT s.officer_id FROM @books@ JOIN ledger_voucher v ON v.book_id = b.id
           JOIN ledger_signature s ON s.voucher_id = v.id
         UNION SELECT unnest(ARRAY[c.requested_by_id, c.approved_by_id]) FROM @books@
           JOIN ledger_period p ON p.book_id = b.id JOIN ledger_periodchange c ON c.period_id = p.id)
       ORDER BY username COLLATE "C" """,
    "books/periods.csv": """
      SELECT b.code AS book, p.year, p.month, p.starts_on, p.ends_before, p.status
        FROM @books@ JOIN ledger_period p ON p.book_id = b.id ORDER BY b.code COLLATE "C", p.year, p.month""",
    "books/period_changes.csv": """
      SELECT b.code AS book, row_number() OVER (PARTITION BY b.id ORDER BY c.id) AS place, p.year, p.month,
             c.from_status, c.to_status, c.requested_by_id AS requested_by, c.approved_by_id AS approved_by,
             ledger_mask(c.reason) AS reason, ledger_moment_text(c.changed_at) AS changed_at
        FROM @books@ JOIN ledger_period p ON p.book_id = b.id JOIN ledger_periodchange c ON c.period_id = p.id
       ORDER BY b.code COLLATE "C", c.id""",
    # Their words are those that were sealed: masked ones would prove nothing.
    "books/vouchers.csv": """
      SELECT b.code AS book, v.seal_number AS seal, v.id, p.year, p.month, v.voucher_type AS type, v.number,
             to_char(v.posting_date, 'YYYY-MM-DD') AS posting_date, v.kind, v.source, v.part, v.reference,
             v.attachments, v.preparer_id AS preparer, v.reviewer_id AS reviewer, v.poster_id AS poster,
             v.chief_accountant_id AS chief_accountant, v.cashier_id AS cashier, v.reverses_id AS reverses,
             v.corrects_id AS corrects, v.paper, v.line_count, round(v.debit_total, 2) AS debit_total,
             round(v.credit_total, 2) AS credit_total, round(v.budget_debit_total, 2) AS budget_debit_total,
             round(v.budget_credit_total, 2) AS budget_credit_total, v.summary
        FROM @books@ JOIN ledger_voucher v ON v.book_id = b.id AND v.seal_number BETWEEN r.first_seal AND r.last_seal
        JOIN ledger_period p ON p.id = v.period_id ORDER BY b.code COLLATE "C", v.seal_number, v.id""",
    "books/lines.csv": """
      SELECT v.book, v.seal_number AS seal, l.voucher_id AS voucher, l.line_no AS line, a.code AS account,
             l.fund_id AS fund, l.functional_id AS functional, l.economic_id AS economic, l.project_id AS project,
             l.unit_id AS unit, l.counterparty_id AS counterparty, l.side, round(l.amount, 2) AS amount, l.summary
        FROM (SELECT b.code AS book, v.seal_number, v.id FROM @books@
                JOIN ledger_voucher v ON v.book_id = b.id AND v.seal_number BETWEEN r.first_seal AND r.last_seal) v
        JOIN ledger_line l ON l.voucher_id = v.id LEFT JOIN ledger_account a ON a.id = l.account_id
       ORDER BY v.book COLLATE "C", v.seal_number, l.voucher_id, l.line_no""",
    "books/signatures.csv": """
      SELECT b.code AS book, s.number AS seal, g.voucher_id AS voucher, g.role, g.officer_id AS officer,
             ledger_moment_text(g.signed_at) AS signed_at
        FROM @books@ JOIN ledger_voucher v ON v.book_id = b.id JOIN ledger_signature g ON g.voucher_id = v.id
        LEFT JOIN ledger_seal s ON s.book_id = b.id AND s.kind = 'SIGNED'
              AND s.content = ledger_signature_text(g.voucher_id, g.role, g.officer_id, g.signed_at)
       ORDER BY b.code COLLATE "C", s.number, g.voucher_id""",
    "books/seals.csv": """
      SELECT b.code AS book, s.number, s.kind, ledger_moment_text(s.recorded_at) AS recorded_at,
             s.first_voucher_id AS first_voucher, s.last_voucher_id AS last_voucher, s.voucher_count AS vouchers,
             s.content, encode(s.voucher_digests, 'hex') AS voucher_digests, encode(s.previous, 'hex') AS previous,
             encode(s.digest, 'hex') AS digest
        FROM @books@ JOIN ledger_seal s ON s.book_id = b.id ORDER BY b.code COLLATE "C", s.number""",
    "books/balances.csv": """
      SELECT b.code AS book, p.year, p.month, a.code AS account, t.fund_id AS fund, t.posting_date,
             round(t.debit, 2) AS debit, round(t.credit, 2) AS credit
        FROM @books@ JOIN ledger_period p ON p.book_id = b.id AND p.year BETWEEN r.first_year AND %(year)s
        JOIN ledger_balance t ON t.period_id = p.id JOIN ledger_account a ON a.id = t.account_id
       ORDER BY b.code COLLATE "C", p.year, p.month, a.code COLLATE "C", t.fund_id COLLATE "C", t.posting_date""",
    "books/closings.csv": """
      SELECT b.code AS book, a.code AS account, t.fund_id AS fund,
             round(coalesce(sum(t.debit - t.credit) FILTER (WHERE p.year < %(year)s), 0), 2) AS opening,
             round(coalesce(sum(t.debit) FILTER (WHERE p.year = %(year)s), 0), 2) AS debit,
             round(coalesce(sum(t.credit) FILTER (WHERE p.year = %(year)s), 0), 2) AS credit,
             round(sum(t.debit - t.credit), 2) AS closing
        FROM @books@ JOIN ledger_period p ON p.book_id = b.id AND p.year <= %(year)s
        JOIN ledger_balance t ON t.period_id = p.id JOIN ledger_account a ON a.id = t.account_id
       GROUP BY b.code, a.code, t.fund_id ORDER BY b.code COLLATE "C", a.code COLLATE "C", t.fund_id COLLATE "C" """,
    "books/openings.csv": """
      SELECT b.code AS book, o.year, a.code AS account, o.fund_id AS fund, round(o.debit, 2) AS debit,
             round(o.credit, 2) AS credit
        FROM @books@ JOIN ledger_account a ON a.book_id = b.id JOIN ledger_openingbalance o ON o.account_id = a.id
       ORDER BY b.code COLLATE "C", o.year, a.code COLLATE "C", o.fund_id COLLATE "C" """,
    "books/carried.csv": """
      SELECT b.code AS book, y.year, y.carried_by_id AS carried_by, ledger_moment_text(y.carried_at) AS carried_at
        FROM @books@ JOIN ledger_yearcarried y ON y.book_id = b.id ORDER BY b.code COLLATE "C", y.year""",
    "books/counters.csv": """
      SELECT b.code AS book, p.year, p.month, c.voucher_type AS type, c.last_number
        FROM @books@ JOIN ledger_period p ON p.book_id = b.id AND p.year BETWEEN r.first_year AND %(year)s
        JOIN ledger_vouchercounter c ON c.period_id = p.id
       ORDER BY b.code COLLATE "C", p.year, p.month, c.voucher_type COLLATE "C" """,
    "books/mirrors.csv": """
      SELECT b.code AS lower_book, m.mirror, m.posting_date, round(m.upper_net, 2) AS upper_net,
             round(m.lower_net, 2) AS lower_net
        FROM @books@ JOIN ledger_mirrorbalance m ON m.lower_book_id = b.id
       WHERE m.posting_date < make_date(%(year)s + 1, 1, 1) AND b.parent_id = ANY(%(books)s)
       ORDER BY b.code COLLATE "C", m.mirror COLLATE "C", m.posting_date""",
    "books/events.csv": """
      SELECT chain, number, ledger_moment_text(at) AS at, actor, act, @subject|text@ AS subject,
             @origin|text@ AS origin, refused, @before|text@ AS before, @after|text@ AS after,
             (@subject|text@, @origin|text@, @before|text@, @after|text@)
               IS DISTINCT FROM (subject::text, origin::text, before, after) AS masked,
             encode(previous, 'hex') AS previous, encode(digest, 'hex') AS digest
        FROM ledger_auditevent
       WHERE chain = ANY(%(chains)s) ORDER BY chain COLLATE "C", number""",
    "books/files.csv": """
      SELECT kind, id, month, ledger_mask(name) AS name, sha256, by, ledger_moment_text(at) AS at FROM (
        SELECT 'applied/' || lower(kind) AS kind, id, month, file AS name, sha256, applied_by_id AS by, applied_at AS at
          FROM treasury_appliedfile
        UNION ALL SELECT 'bank_file', f.id, b.month, f.name, f.sha256, b.released_by_id, NULL
          FROM payouts_bankfile f JOIN payouts_batch b ON b.id = f.batch_id
        UNION ALL SELECT 'declared/' || lower(kind), id, month, file, sha256, applied_by_id, applied_at
          FROM payouts_declaration
        UNION ALL SELECT 'result_file', id, month, name, sha256, received_by_id, received_at FROM payouts_resultfile
        UNION ALL SELECT 'staged', id, month, name, sha256, NULL, NULL FROM imports_stagedfile
        UNION ALL SELECT 'statement/' || lower(kind), id, NULL, name, sha256, received_by_id, received_at
          FROM payouts_statementfile) t
       WHERE %(district)s AND coalesce(extract(year FROM month), extract(year FROM at)) = %(year)s
       ORDER BY kind COLLATE "C", id""",
}

# What is paid: sorted so that a reader needs no table of it in memory.
YEAR: Final = "{0}.month >= make_date(%(year)s, 1, 1) AND {0}.month < make_date(%(year)s + 1, 1, 1)"
PAYMENT_TABLES: Final[Mapping[str, str]] = {
    "payments/runs.csv": """
      SELECT id, month, purpose, number, kind, status, pay_date, edition, inputs_digest, policy_digest,
             submitted_by_id AS submitted_by, reviewed_by_id AS reviewed_by, released_by_id AS released_by
        FROM payouts_run r WHERE @year|r@ ORDER BY id""",
    "payments/benefit_dues.csv": """
      SELECT d.id, d.run_id AS run, d.edition, @p.id_number|key@ AS person_key, d.scheme, d.period, d.number,
             round(d.amount, 2) AS amount, round(d.offset, 2) AS kept_back, round(d.borne_by_central, 2) AS central,
             round(d.borne_by_province, 2) AS province, round(d.borne_by_city, 2) AS city,
             round(d.borne_by_district, 2) AS district, round(d.borne_by_township, 2) AS township,
             t.code AS township_code, d.holder_name AS holder, d.bank, @d.account_number|account@ AS account,
             @d.account_number|key@ AS account_key
        FROM payouts_benefitdue d JOIN payouts_run r ON r.id = d.run_id AND r.edition = d.edition
        JOIN payouts_person p ON p.id = d.person_id JOIN treasury_township t ON t.id = d.township_id
       WHERE @year|r@ ORDER BY d.id""",
    "payments/obligations.csv": """
      SELECT o.id, o.scheme, o.component, o.month, o.source, @p.id_number|key@ AS person_key, u.code AS unit,
             o.run_id AS run, o.benefit_id AS benefit, round(o.amount, 2) AS amount
        FROM payouts_obligation o LEFT JOIN payouts_person p ON p.id = o.person_id
        LEFT JOIN treasury_unit u ON u.id = o.unit_id
       WHERE @year|o@ ORDER BY o.id""",
    "payments/batches.csv": """
      SELECT b.id, b.month, b.number, b.source, b.run_id AS run, b.status, b.template, b.pay_date,
             b.payments_count AS payments, round(b.total, 2) AS total, b.digest, b.prepared_by_id AS prepared_by,
             b.checked_by_id AS checked_by, b.released_by_id AS released_by, c.approvals AS approvals_asked
        FROM payouts_batch b LEFT JOIN payouts_batchcheck c ON c.batch_id = b.id
       WHERE @year|b@ ORDER BY b.id""",
    "payments/approvals.csv": """
      SELECT a.batch_id AS batch, a.rank, a.digest, a.approved_by_id AS approved_by,
             ledger_moment_text(a.approved_at) AS approved_at
        FROM payouts_batchapproval a JOIN payouts_batch b ON b.id = a.batch_id
       WHERE @year|b@ ORDER BY a.batch_id, a.digest COLLATE "C", a.rank""",
    "payments/bank_files.csv": """
      SELECT f.batch_id AS batch, f.number, f.name, f.template, f.channel, f.message_id, f.sha256, f.first_serial,
             f.last_serial, f.rows, round(f.total, 2) AS total
        FROM payouts_bankfile f JOIN payouts_batch b ON b.id = f.batch_id
       WHERE @year|b@ ORDER BY f.batch_id, f.number""",
    "payments/payments.csv": """
      SELECT p.batch_id AS batch, p.serial, p.id, p.month, p.status, p.name AS payee, p.bank,
             @p.account_number|account@ AS account, @p.account_number|key@ AS account_key,
             @p.id_number|id@ AS id_number, @p.id_number|key@ AS id_key, round(p.amount, 2) AS amount,
             p.reissues_id AS reissues
        FROM payouts_payment p WHERE @year|p@ ORDER BY p.batch_id, p.serial""",
    "payments/parts.csv": """
      SELECT p.batch_id AS batch, p.serial, q.payment_id AS payment, q.obligation_id AS obligation, q.attempt,
             round(q.amount, 2) AS amount
        FROM payouts_paymentpart q JOIN payouts_payment p ON p.id = q.payment_id
       WHERE @year|p@ ORDER BY p.batch_id, p.serial, q.obligation_id""",
    "payments/result_files.csv": """
      SELECT f.id, f.month, ledger_mask(f.name) AS name, f.sha256, ledger_moment_text(f.received_at) AS received_at,
             f.received_by_id AS received_by, f.posting_date, f.rows, f.settled, f.returned,
             round(f.returned_amount, 2) AS returned_amount, f.rejected, round(f.rejected_amount, 2) AS rejected_amount
        FROM payouts_resultfile f WHERE @year|f@ ORDER BY f.id""",
    "payments/results.csv": """
      SELECT p.batch_id AS batch, p.serial, r.payment_id AS payment, r.file_id AS file, r.outcome, r.code,
             ledger_mask(r.message) AS message, round(r.amount, 2) AS amount
        FROM payouts_resultrow r JOIN payouts_payment p ON p.id = r.payment_id
       WHERE @year|p@ ORDER BY p.batch_id, p.serial, r.id""",
}

# The keys of the pseudonyms are made by PostgreSQL for one transaction and never leave it; what is made of a
# number with them is HMAC with two independent keys of one block each.
MAKE_KEYS: Final = """
SELECT set_config('tongfa.' || name,
                  encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid(), 'UTF8')), 'hex')
                  || encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid(), 'UTF8')), 'hex'),
                  true) IS NOT NULL
  FROM unnest(ARRAY['inner_key', 'outer_key']) AS name
"""
MASKED: Final = {
    "text": "ledger_mask({0}::text)",
    "id": "CASE WHEN {0} = '' THEN '' WHEN {0} ~ '^[0-9]{{11,}}[0-9Xx]$' THEN ledger_mask({0}) ELSE '********' END",
    "account": "CASE WHEN {0} = '' THEN '' WHEN length({0}) >= 8 THEN '********' || right({0}, 4) ELSE '********' END",
    "key": """CASE WHEN coalesce({0}, '') = '' THEN '' ELSE left(encode(sha256(
      decode(current_setting('tongfa.outer_key'), 'hex') || sha256(
      decode(current_setting('tongfa.inner_key'), 'hex') || convert_to({0}, 'UTF8'))), 'hex'), 24) END""",
}
IN_FULL: Final = MASKED | {"text": "{0}::text", "id": "{0}", "account": "{0}"}
IN_YEAR: Final = re.compile(r"@year\|([a-z])@")
PLACEHOLDER: Final = re.compile(r"@([a-z_.]+)\|([a-z]+)@")


def sql_of(table: str, seen_as: Mapping[str, str]) -> str:
    """Return the query of a table with its numbers masked or in full (``MASKED``, ``IN_FULL``)."""
    query = table.replace("@books@", BOOKS)
    query = IN_YEAR.sub(lambda found: YEAR.format(found[1]), query)
    return PLACEHOLDER.sub(lambda found: seen_as[found[2]].format(found[1]), query)
