"""What ``check_books`` proves of budgets: the sums are those of plans and uses, and spending is what was posted."""

from collections.abc import Iterator

from ledger.checks import Disagreement, book_check, disagreements

# What a voucher spends in the book of a budget: the accounts of spending, not of transfers to other books.
SPENT = """
SELECT v.id, v.source, k.code AS book, extract(year FROM v.posting_date)::int AS year, v.kind, v.reverses_id,
       sum(CASE l.side WHEN 'D' THEN l.amount ELSE -l.amount END) AS amount
  FROM ledger_voucher v JOIN ledger_book k ON k.id = v.book_id
  JOIN ledger_line l ON l.voucher_id = v.id AND l.record = 'F'
  JOIN ledger_account a ON a.id = l.account_id AND a.kind = 'EXPENSE'
 WHERE EXISTS (SELECT FROM treasury_budget b
                WHERE b.book_id = k.code AND b.status = 'APPROVED' AND v.id > b.after_voucher)
   AND EXISTS (SELECT FROM ledger_account s WHERE s.book_id = a.book_id
                AND s.role IN ('GENERAL_EXPENSE', 'SPECIAL_EXPENSE') AND starts_with(a.code, s.code))
 GROUP BY v.id, k.code
"""
LINE = "treasury_line_label(a.functional, a.economic)"


@book_check
def budget_sums() -> Iterator[Disagreement]:
    """Each line of a budget is what its edition says, and its months are the sums of its plans and uses."""
    yield from disagreements(
        "budget_sums",
        f"""
        SELECT a.book_id, 'line ' || {LINE} || ' of ' || a.year || ' month ' || m.month
               || ' is not the sum of its plans and uses', NULL
          FROM treasury_appropriation a JOIN treasury_appropriationmonth m ON m.appropriation_id = a.id
         WHERE (m.planned, m.reserved, m.spent) IS DISTINCT FROM (
           (SELECT coalesce(sum(l.amount), 0) FROM treasury_planline l JOIN treasury_spendingplan p
                ON p.id = l.plan_id AND p.status = 'APPROVED'
             WHERE l.appropriation_id = a.id AND l.month = m.month),
           (SELECT coalesce(sum(u.reserved), 0) FROM treasury_budgetuse u
             WHERE u.appropriation_id = a.id AND extract(month FROM u."on") = m.month),
           (SELECT coalesce(sum(u.spent), 0) FROM treasury_budgetuse u
             WHERE u.appropriation_id = a.id AND extract(month FROM u."on") = m.month))
        UNION ALL
        SELECT a.book_id, 'line ' || {LINE} || ' of ' || a.year || ' is not what the approved edition says', NULL
          FROM treasury_appropriation a
          JOIN LATERAL (SELECT b.id FROM treasury_budget b WHERE (b.book_id, b.year) = (a.book_id, a.year)
                          AND b.status = 'APPROVED' ORDER BY b.edition DESC LIMIT 1) b ON true
          LEFT JOIN treasury_budgetline l
            ON (l.budget_id, l.functional, l.economic) = (b.id, a.functional, a.economic)
         WHERE a.amount <> coalesce(l.amount, 0)
        """,
    )


@book_check
def budget_within() -> Iterator[Disagreement]:
    """No line of a budget is used beyond its plan in any month, and none is planned beyond its appropriation."""
    yield from disagreements(
        "budget_within",
        f"""
        SELECT a.book_id, 'line ' || {LINE} || ' of ' || a.year || ' is used beyond its plan by month ' || m.month, NULL
          FROM treasury_appropriation a
          JOIN (SELECT m.appropriation_id, m.month,
                       sum(m.planned - m.reserved - m.spent) OVER months AS over
                  FROM treasury_appropriationmonth m
                WINDOW months AS (PARTITION BY m.appropriation_id ORDER BY m.month)) m ON m.appropriation_id = a.id
         WHERE m.over < 0
        UNION ALL
        SELECT a.book_id, 'line ' || {LINE} || ' of ' || a.year || ' is planned beyond its appropriation', NULL
          FROM treasury_appropriation a JOIN treasury_appropriationmonth m ON m.appropriation_id = a.id
         GROUP BY a.id HAVING sum(m.planned) > a.amount
        """,
    )


@book_check
def budget_spending_is_posted() -> Iterator[Disagreement]:
    """What a source has spent of a budget is what its voucher has posted as spending."""
    yield from disagreements(
        "budget_spending_is_posted",
        f"""
        WITH posted AS (SELECT book, source, sum(amount) AS amount FROM ({SPENT}) s GROUP BY book, source)
        SELECT used.book_id, 'source ' || used.source || ' has used ' || used.amount || ' of its budget and posted '
               || coalesce(posted.amount, 0), NULL
          FROM (SELECT a.book_id, u.source, sum(u.spent) AS amount
                  FROM treasury_budgetuse u JOIN treasury_appropriation a ON a.id = u.appropriation_id
                 GROUP BY a.book_id, u.source) used
          LEFT JOIN posted ON (posted.book, posted.source) = (used.book_id, used.source)
         WHERE used.amount <> 0 AND used.amount <> coalesce(posted.amount, 0)
        """,
    )


@book_check
def spending_is_budgeted() -> Iterator[Disagreement]:
    """What is posted as spending in a book and year under control is taken from the budget; red may be outside."""
    yield from disagreements(
        "spending_is_budgeted",
        f"""
        SELECT s.book, 'source ' || s.source || ' has posted ' || s.amount || ' and used '
               || coalesce(used.amount, 0) || ' of the budget', NULL
          FROM ({SPENT}) s
          JOIN (SELECT b.book_id, b.year, min(b.after_voucher) AS after_voucher FROM treasury_budget b
                 WHERE b.status = 'APPROVED' GROUP BY b.book_id, b.year) b
            ON (b.book_id, b.year) = (s.book, s.year) AND s.id > b.after_voucher
          LEFT JOIN (SELECT a.book_id, u.source, sum(u.spent) AS amount
                       FROM treasury_budgetuse u JOIN treasury_appropriation a ON a.id = u.appropriation_id
                      GROUP BY a.book_id, u.source) used ON (used.book_id, used.source) = (s.book, s.source)
         WHERE s.kind IN ('ORDINARY', 'SUPPLEMENT') AND s.amount > coalesce(used.amount, 0)
        """,
    )
