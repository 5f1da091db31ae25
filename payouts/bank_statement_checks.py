"""What ``check_books`` proves of the bank's statements: unbroken, explained by equal amounts, reviewed as they are."""

from collections.abc import Iterator

from ledger.checks import Disagreement, book_check, disagreements


@book_check
def bank_statements_are_unbroken() -> Iterator[Disagreement]:
    """Every statement begins where the last one ended, is the sum of its entries, and its file has its hash."""
    # Whether a file may be without its bytes is for ``erased_files_are_listed`` of the archives.
    yield from disagreements(
        "bank_statements_are_unbroken",
        """
        SELECT k.code, 'statement ' || s.id || ' of own account ' || o.id || ': opening ' || s.opening || ', before it '
               || coalesce(p.closing, o.opening) || '; closing ' || s.closing || ', entries ' || e.amount, f.received_at
          FROM payouts_bankstatement s JOIN payouts_ownaccount o ON o.id = s.own_account_id
          JOIN ledger_book k ON k.id = o.book_id LEFT JOIN payouts_statementfile f ON f.id = s.file_id
          LEFT JOIN payouts_bankstatement p ON p.id = s.previous_id
          JOIN LATERAL (SELECT count(*) AS entries, coalesce(sum(e.amount), 0) AS amount,
                               coalesce(max(e.number), 0) AS last
                          FROM payouts_statemententry e
                         WHERE e.statement_id = s.id AND e.own_account_id = s.own_account_id) e ON true
         WHERE f.id IS NULL OR s.opening <> coalesce(p.closing, o.opening) OR s.closing <> s.opening + e.amount
            OR (s.entries_count, s.entries_count) IS DISTINCT FROM (e.entries::integer, e.last)
            OR (p.id IS NOT NULL AND p.own_account_id <> s.own_account_id)
        UNION ALL
        SELECT NULL, count(*) || ' entries belong to no statement', NULL
          FROM payouts_statemententry e
         WHERE NOT EXISTS (SELECT FROM payouts_bankstatement s WHERE s.id = e.statement_id) HAVING count(*) > 0
        UNION ALL
        SELECT NULL, 'statement file ' || f.id || ' has not its hash', f.received_at
          FROM payouts_statementfile f
         WHERE f.content <> '' AND encode(sha256(f.content), 'hex') <> f.sha256""",
    )


@book_check
def explanations_agree() -> Iterator[Disagreement]:
    """Entries and cash lines of an explanation have one sum; none stands in two explanations at a time."""
    yield from disagreements(
        "explanations_agree",
        """
        SELECT k.code, 'explanation ' || x.id || ': ' || x.amount || ', entries ' || e.amount || ', lines ' || l.amount,
               x.made_at
          FROM payouts_explanation x JOIN payouts_ownaccount o ON o.id = x.own_account_id
          JOIN ledger_book k ON k.id = o.book_id
          JOIN LATERAL (SELECT count(*) AS links, coalesce(sum(s.amount), 0) AS amount
                          FROM payouts_explainedentry n JOIN payouts_statemententry s ON s.id = n.entry_id
                         WHERE n.explanation_id = x.id AND s.own_account_id = x.own_account_id) e ON true
          JOIN LATERAL (SELECT count(*) AS links, coalesce(sum(s.amount), 0) AS amount
                          FROM payouts_explainedline n
                          JOIN payouts_own_line s ON s.voucher_id = n.voucher_id AND s.line_no = n.line_no
                         WHERE n.explanation_id = x.id AND s.own_account_id = x.own_account_id) l ON true
         WHERE (e.amount, l.amount, e.links, l.links)
               IS DISTINCT FROM (x.amount, x.amount, x.entries_count::bigint, x.lines_count::bigint)
        UNION ALL
        SELECT NULL, 'entry ' || n.entry_id || ' is explained ' || count(*) || ' times', NULL
          FROM payouts_explainedentry n LEFT JOIN payouts_explanationundone u ON u.explanation_id = n.explanation_id
         WHERE u.id IS NULL GROUP BY n.entry_id HAVING count(*) > 1
        UNION ALL
        SELECT NULL, 'line ' || n.line_no || ' of voucher ' || n.voucher_id || ' is matched ' || count(*) || ' times',
               NULL
          FROM payouts_explainedline n LEFT JOIN payouts_explanationundone u ON u.explanation_id = n.explanation_id
         WHERE u.id IS NULL GROUP BY n.voucher_id, n.line_no HAVING count(*) > 1
        UNION ALL
        SELECT NULL, 'a link names explanation ' || n.explanation_id || ', which is not there', NULL
          FROM (SELECT explanation_id FROM payouts_explainedentry
                 UNION SELECT explanation_id FROM payouts_explainedline) n
         WHERE NOT EXISTS (SELECT FROM payouts_explanation x WHERE x.id = n.explanation_id)""",
    )


@book_check
def own_accounts_begin_in_agreement() -> Iterator[Disagreement]:
    """Before the day from which an own account is reconciled, bank and books said the same."""
    yield from disagreements(
        "own_accounts_begin_in_agreement",
        """
        SELECT k.code, 'own account ' || o.id || ': bank ' || o.opening || ', books '
               || payouts_own_balance(o.id, o.reconciled_from - 1), o.confirmed_at
          FROM payouts_ownaccount o JOIN ledger_book k ON k.id = o.book_id
         WHERE o.status = 'CONFIRMED' AND payouts_own_balance(o.id, o.reconciled_from - 1) <> o.opening""",
    )


@book_check
def reconciliations_are_what_was_reviewed() -> Iterator[Disagreement]:
    """Books and statements still say what the latest reviewed reconciliation of an account and month says."""
    yield from disagreements(
        "reconciliations_are_what_was_reviewed",
        """
        SELECT k.code, 'reconciliation ' || to_char(r.month, 'YYYY-MM') || '/' || r.edition || ' of own account '
               || o.id || ' is not what books and statements say', r.reviewed_at
          FROM payouts_reconciliation r JOIN payouts_ownaccount o ON o.id = r.own_account_id
          JOIN ledger_book k ON k.id = o.book_id
         WHERE r.status = 'REVIEWED' AND r.digest <> payouts_reconciliation_digest(o.id, r.until)
           AND NOT EXISTS (SELECT FROM payouts_reconciliation n
                            WHERE n.own_account_id = o.id AND n.month = r.month AND n.edition > r.edition)""",
    )


@book_check
def statements_settle_as_they_say() -> Iterator[Disagreement]:
    """An entry that is the money of a batch is what the bank's record or the approved file says of it."""
    yield from disagreements(
        "statements_settle_as_they_say",
        """
        SELECT NULL::text, 'entry ' || o.entry_id || ': ' || coalesce(e.amount, 0) || ', its payments ' || p.amount,
               NULL::timestamptz
          FROM payouts_entryorigin o LEFT JOIN payouts_statemententry e ON e.id = o.entry_id
          LEFT JOIN payouts_bankfile f ON f.id = o.bank_file_id
          JOIN LATERAL (SELECT coalesce(sum(CASE WHEN o.result_id IS NULL THEN -q.amount ELSE q.amount END), 0)
                               AS amount
                          FROM payouts_statementdetail d JOIN payouts_payment q ON q.id = d.payment_id
                         WHERE d.entry_id = o.entry_id) p ON true
         WHERE e.amount IS DISTINCT FROM CASE WHEN o.bank_file_id IS NULL THEN p.amount ELSE -f.total END""",
    )
