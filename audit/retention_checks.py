"""What ``check_books`` proves of the archives: nothing is gone without a list, and no list did more than it may."""

from collections.abc import Iterator

from audit.models import RecordClass
from audit.policy import audit_policies
from audit.rules.retention_periods import kept_until
from ledger.checks import Disagreement, book_check, disagreements
from treasury.queries import rows_of

YEARS = range(1990, 2101)


@book_check
def erased_files_are_listed() -> Iterator[Disagreement]:
    """A file without its bytes stands on a list that was carried out, and no file of such a list has any."""
    yield from disagreements(
        "erased_files_are_listed",
        """
        SELECT NULL::text, e.holder || ' ' || e.id || ' has lost its bytes, and no list orders it', NULL::timestamptz
          FROM audit_erased_files() e
         WHERE NOT EXISTS (SELECT FROM audit_listedfile f JOIN audit_destructionitem i ON i.id = f.item_id
                             JOIN audit_destructioncarriedout c ON c.list_id = i.list_id
                            WHERE f.holder = e.holder AND f."row" = e.id AND f.sha256 = e.sha256)
        UNION ALL
        SELECT NULL, f.holder || ' ' || f."row" || ' is on list ' || i.list_id || ' and has its bytes', c.carried_out_at
          FROM audit_listedfile f JOIN audit_destructionitem i ON i.id = f.item_id
          JOIN audit_destructioncarriedout c ON c.list_id = i.list_id
         WHERE f.size > 0 AND (f.holder, f."row") NOT IN (SELECT e.holder, e.id FROM audit_erased_files() e)
           AND f.holder <> 'month_jobfile'""",
    )


@book_check
def destruction_lists_are_signed() -> Iterator[Disagreement]:
    """What was carried out had expired, was signed by everybody as it stood, and was watched by others."""
    yield from disagreements(
        "destruction_lists_are_signed",
        """
        SELECT NULL::text, 'destruction list ' || c.list_id || ' was carried out without ' || m.missing,
               c.carried_out_at
          FROM audit_destructioncarriedout c
         CROSS JOIN LATERAL (SELECT audit_roles_missing(c.list_id, ARRAY['HEAD', 'ARCHIVE_HEAD', 'ACCOUNTING_HEAD',
             'ARCHIVIST', 'ACCOUNTANT', 'IT', 'ACCOUNTING_WITNESS', 'IT_WITNESS']) AS missing) m
         WHERE m.missing IS NOT NULL
        UNION ALL
        SELECT NULL, 'destruction list ' || c.list_id || ': ' || i.record_class || ' of ' || i.fiscal_year
               || ' are kept until ' || audit_kept_until(i.record_class, i.fiscal_year), c.carried_out_at
          FROM audit_destructioncarriedout c JOIN audit_destructionitem i ON i.list_id = c.list_id
         WHERE c.carried_out_on <= audit_kept_until(i.record_class, i.fiscal_year)
        UNION ALL
        SELECT NULL, 'destruction list ' || c.list_id || ' was carried out by its witness', c.carried_out_at
          FROM audit_destructioncarriedout c JOIN audit_destructionsignature s ON s.list_id = c.list_id
         WHERE s.role LIKE '%WITNESS' AND s.signed_by_id = c.carried_out_by_id""",
    )


@book_check
def retention_periods_agree() -> Iterator[Disagreement]:
    """The database keeps each class of each year as long as the policy says."""
    policy = audit_policies()["retention"]
    known = {
        (record_class, year): until
        for record_class, year, until in rows_of(
            "SELECT c.class, y.year, audit_kept_until(c.class, y.year)"
            "  FROM unnest(%(classes)s) AS c (class) CROSS JOIN unnest(%(years)s) AS y (year)",
            {"classes": RecordClass.values, "years": list(YEARS)},
        )
    }
    for record_class in RecordClass.values:
        for year in YEARS:
            until = kept_until(policy=policy, record_class=record_class, year=year)
            if known[record_class, year] != until:
                what = f"{record_class} of {year}: kept until {known[record_class, year]}, policy {until}"
                yield Disagreement(check="retention_periods_agree", book="?", what=what, since=None)
                break
