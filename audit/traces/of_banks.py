"""What the bank says: statements and their entries, what each is about, and which vouchers explain it."""

from collections.abc import Sequence
from typing import Any, Final

from audit.traces.forms import by_key, by_key_or_hash
from audit.traces.kinds import Found, Kind, View, down, found, register, up
from payouts.facts import rows_of
from payouts.models import (
    BankStatement,
    EntryListing,
    EntryOrigin,
    Explanation,
    ExplanationUndone,
    OwnAccount,
    Reconciliation,
    StatementDetail,
    StatementEntry,
    StatementFile,
    StatementFinding,
)

LINKED: Final = """
SELECT explanation_id, {column}, whole
  FROM (SELECT explanation_id, {column}, count(*) OVER (PARTITION BY explanation_id) AS whole,
               row_number() OVER (PARTITION BY explanation_id ORDER BY {column}) AS place
          FROM (SELECT DISTINCT explanation_id, {column} FROM {table} WHERE explanation_id = ANY(%s)) l) l
 WHERE place > %s AND place <= %s ORDER BY explanation_id, place
"""


def explanations_of_entries(entries: Sequence[Any], _view: View) -> list[Found]:
    """Return the explanations that entries stand in."""
    return [
        Found(entry, "explanation", key)
        for entry, key in rows_of(
            "SELECT entry_id, explanation_id FROM payouts_explainedentry WHERE entry_id = ANY(%s) ORDER BY id",
            [entry.pk for entry in entries],
        )
    ]


def entries_explained(explanations: Sequence[Any], view: View) -> list[Found]:
    """Return a page of the entries that explanations are about."""
    return linked(explanations, view, table="payouts_explainedentry", column="entry_id", kind="entry")


def vouchers_explaining(explanations: Sequence[Any], view: View) -> list[Found]:
    """Return a page of the vouchers whose cash lines explain entries."""
    return linked(explanations, view, table="payouts_explainedline", column="voucher_id", kind="voucher")


def linked(explanations: Sequence[Any], view: View, *, table: str, column: str, kind: str) -> list[Found]:
    links = LINKED.format(table=table, column=column)
    keys = [explanation.pk for explanation in explanations]
    return [Found(parent, kind, key, whole) for parent, key, whole in rows_of(links, keys, view.skipped, view.end)]


register(
    Kind(
        "own-account",
        OwnAccount,
        "own-account:17",
        "book bank holder reconciled_from opening effective_to paper status confirmed_by confirmed_at",
        (),
        (
            down("statement", "own_account", at_start=True),
            down("reconciliation", "own_account", at_start=True),
        ),
        by="recorded_by",
        at="recorded_at",
        parse=by_key,
        subjects=lambda own: [f"own account/{own.pk}"],
    ),
    Kind(
        "statement-file",
        StatementFile,
        "statement-file:NAME",
        "name kind sha256",
        (),
        (
            down("statement", "file", at_start=True),
            down("statement-finding", "file", at_start=True),
            down("detail", "file", at_start=True),
        ),
        by="received_by",
        at="received_at",
        parse=by_key_or_hash,
        subjects=lambda file: [f"statement file/{file.pk}"],
    ),
    Kind(
        "statement",
        BankStatement,
        "statement:17",
        "own_account identity sequence_number opening_on opening closing_on closing entries_count credits debits",
        (),
        (
            up("file", "statement-file"),
            down("entry", "statement", order="number", at_start=True),
        ),
        parse=by_key,
    ),
    Kind(
        "statement-finding",
        StatementFinding,
        "statement-finding:17",
        "rule place stated found",
        (),
        (up("entry", "entry", unless_from=("entry",)),),
        parse=by_key,
    ),
    Kind(
        "entry",
        StatementEntry,
        "entry:17",
        "own_account number booked_on value_on amount reference text counter_account counter_name",
        (),
        (
            up("statement", "statement", unless_from=("statement",)),
            down("detail", "entry", at_start=True),
            down("origin", "entry", unless_from=("origin",)),
            down("listing", "entry"),
            found(explanations_of_entries, unless_from=("explanation",)),
        ),
        parse=by_key,
        subjects=lambda entry: [f"entry/{entry.pk}"],
    ),
    Kind(
        "detail",
        StatementDetail,
        "detail:17",
        "end_to_end_id amount is_return code text booked_on place",
        (),
        (
            up("entry", "entry", unless_from=("entry",)),
            up("file", "statement-file", unless_from=("statement-file",)),
            up("payment", "payment", unless_from=("payment",)),
        ),
        parse=by_key,
    ),
    Kind(
        "origin",
        EntryOrigin,
        "origin:17",
        "",
        (),
        (
            up("entry", "entry", unless_from=("entry",)),
            up("batch", "batch", unless_from=("batch",)),
            up("bank_file", "bank-file", unless_from=("bank-file",)),
            up("result", "result", unless_from=("result",)),
        ),
        parse=by_key,
    ),
    Kind(
        "listing",
        EntryListing,
        "listing:17",
        "status reason signed_by signed_at",
        (),
        by="listed_by",
        at="listed_at",
        parse=by_key,
    ),
    Kind(
        "explanation",
        Explanation,
        "explanation:17",
        "own_account kind amount entries_count lines_count complete_on reason",
        (),
        (
            found(entries_explained, unless_from=("entry",)),
            found(vouchers_explaining, unless_from=("voucher",)),
            down("undone", "explanation"),
        ),
        by="made_by",
        at="made_at",
        parse=by_key,
        subjects=lambda explanation: [f"explanation/{explanation.pk}"],
    ),
    Kind(
        "undone",
        ExplanationUndone,
        "undone:17",
        "reason",
        (),
        by="undone_by",
        at="undone_at",
        parse=by_key,
    ),
    Kind(
        "reconciliation",
        Reconciliation,
        "reconciliation:17",
        "own_account month edition until stated_until book_balance bank_balance bank_in bank_out book_in book_out"
        " unexplained digest status reviewed_by reviewed_at",
        (),
        (up("own_account", "own-account", unless_from=("own-account",)),),
        by="made_by",
        at="made_at",
        parse=by_key,
        subjects=lambda reconciliation: [f"reconciliation/{reconciliation.pk}"],
    ),
)
