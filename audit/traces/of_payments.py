"""Payments, what they pay, their batches and files, and what the bank said of them."""

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import Q

from audit.traces.forms import by_key, by_key_or_hash, by_month, by_name
from audit.traces.kinds import KINDS, Found, Kind, View, down, found, page_of, register, up
from audit.traces.sources import vouchers_of_payments, vouchers_under
from payouts.facts import rows_of
from payouts.models import (
    AccountCorrection,
    BankFile,
    Batch,
    BatchApproval,
    BatchCheck,
    BatchException,
    FateDecision,
    GivingUp,
    GivingUpDecision,
    Handover,
    HandoverFate,
    Obligation,
    Payment,
    PaymentPart,
    ResultFile,
    ResultRow,
)

OWED_IN: Final = ("unit__township", "benefit__township", "release__township")
PART_IN: Final = tuple(f"obligation__{path}" for path in OWED_IN)
PAID_IN: Final = tuple(f"parts__{path}" for path in PART_IN)


def file_of_payments(payments: Sequence[Any], _view: View) -> list[Found]:
    """Return the bank file that carries each payment."""
    return [
        Found(payment, "bank-file", file)
        for payment, file in rows_of(
            """SELECT p.id, f.id FROM payouts_payment p JOIN payouts_bankfile f
                 ON f.batch_id = p.batch_id AND p.serial BETWEEN f.first_serial AND f.last_serial
                WHERE p.id = ANY(%s) ORDER BY f.id""",
            [payment.pk for payment in payments],
        )
    ]


def payments_of_files(files: Sequence[Any], view: View) -> list[Found]:
    """Return a page of the payments that each file carries."""
    carried = KINDS["payment"].open_to(view.townships)
    found = []
    for file in files:
        own = carried.filter(batch=file.batch_id, serial__range=(file.first_serial, file.last_serial))
        page = page_of(own, "payment", "batch", view, order="serial")
        found += [one._replace(parent=file.pk) for one in page]
    return found


def stems_of_batch(batch: Batch) -> list[str]:
    return [f"payouts.batch/{batch.pk}/sent", f"payouts.benefits/{batch.run_id}/batch/{batch.pk}"]


register(
    Kind(
        "payment",
        Payment,
        "payment:2026-11/17",
        "status amount name bank account_number id_number unit",
        PAID_IN,
        (
            down("part", "payment", unless_from=("part",)),
            up("batch", "batch"),
            found(file_of_payments, unless_from=("bank-file",)),
            down("result-row", "payment", unless_from=("result-row",)),
            down("detail", "payment", unless_from=("detail",)),
            down("batch-exception", "payment"),
            down("correction", "payment"),
            down("giving-up", "payment"),
            up("reissues", "payment"),
            down("payment", "reissues"),
            found(vouchers_of_payments, unless_from=("voucher",)),
            up("person", "person", at_start=True),
        ),
        refer=str,
        parse=by_month("serial"),
        subjects=lambda payment: [f"payment/{payment}"],
    ),
    Kind(
        "part",
        PaymentPart,
        "part:17",
        "attempt amount",
        PART_IN,
        (
            up("obligation", "obligation", unless_from=("obligation",)),
            up("payment", "payment", unless_from=("payment",)),
        ),
        parse=by_key,
    ),
    Kind(
        "obligation",
        Obligation,
        "obligation:17",
        "scheme component month amount source unit",
        OWED_IN,
        (
            up("payslip", "payslip", unless_from=("payslip",)),
            up("benefit", "due", unless_from=("due",)),
            up("release", "release", unless_from=("release",)),
            down("part", "obligation", unless_from=("part",)),
        ),
        parse=by_key,
    ),
    Kind(
        "batch",
        Batch,
        "batch:2026-11/1",
        "status pay_date payments_count total template digest prepared_by checked_by released_by source",
        None,
        (
            up("run", "run"),
            down("batch-check", "batch"),
            down("batch-approval", "batch", order="rank"),
            down("batch-exception", "batch", where=Q(payment=None)),
            down("batch-exception", "batch", where=Q(payment__isnull=False), at_start=True),
            down("bank-file", "batch", order="number", at_start=True),
            down("payment", "batch", order="serial", at_start=True),
            vouchers_under(stems_of_batch),
        ),
        refer=str,
        parse=by_month("number"),
        subjects=lambda batch: [f"batch/{batch}"],
    ),
    Kind(
        "batch-check",
        BatchCheck,
        "batch-check:17",
        "digest largest_payment day_total payment_limit batch_limit day_limit limits_from chief_over head_over"
        " tiers_from approvals",
        None,
        parse=by_key,
    ),
    Kind(
        "batch-approval",
        BatchApproval,
        "batch-approval:17",
        "rank digest",
        None,
        by="approved_by",
        at="approved_at",
        parse=by_key,
    ),
    Kind(
        "batch-exception",
        BatchException,
        "batch-exception:17",
        "kind severity facts reason",
        (),
        by="signed_by",
        at="signed_at",
        parse=by_key,
    ),
    Kind(
        "bank-file",
        BankFile,
        "bank-file:NAME",
        "name template channel message_id sha256 first_serial last_serial rows total",
        None,
        (
            down("handover", "file", order="attempt"),
            down("fate-decision", "file"),
            up("batch", "batch", unless_from=("payment",)),
            down("origin", "bank_file", at_start=True),
            found(payments_of_files, at_start=True),
        ),
        refer=lambda file: str(file.name),
        parse=by_name(),
        subjects=lambda file: [f"bank file/{file.pk}", file.name],
    ),
    Kind(
        "handover",
        Handover,
        "handover:17",
        "attempt channel checks_ids",
        None,
        (down("fate", "handover"),),
        by="begun_by",
        at="begun_at",
        parse=by_key,
    ),
    Kind("fate", HandoverFate, "fate:17", "fate proof evidence", None, by="by", at="at", parse=by_key),
    Kind(
        "fate-decision",
        FateDecision,
        "fate-decision:17",
        "says status paper approved_by approved_at",
        None,
        by="proposed_by",
        at="proposed_at",
        parse=by_key,
    ),
    Kind(
        "result",
        ResultFile,
        "result:NAME",
        "name month sha256 posting_date rows settled returned returned_amount rejected rejected_amount",
        None,
        (
            down("result-row", "file", at_start=True),
            vouchers_under(lambda file: [f"payouts.result/{file.pk}"]),
            down("origin", "result", at_start=True),
        ),
        by="received_by",
        at="received_at",
        parse=by_key_or_hash,
        subjects=lambda file: [f"result file/{file.pk}", file.name],
    ),
    Kind(
        "result-row",
        ResultRow,
        "result-row:17",
        "outcome code message amount",
        tuple(f"payment__{path}" for path in PAID_IN),
        (
            up("file", "result", unless_from=("result",)),
            up("payment", "payment", unless_from=("payment",)),
        ),
        parse=by_key,
    ),
    Kind(
        "correction",
        AccountCorrection,
        "correction:17",
        "status name bank account_number paper approved_by approved_at payable_from",
        tuple(f"payment__{path}" for path in PAID_IN),
        (up("payment", "payment"),),
        by="proposed_by",
        at="proposed_at",
        parse=by_key,
    ),
    Kind(
        "giving-up",
        GivingUp,
        "giving-up:17",
        "reason paper",
        tuple(f"payment__{path}" for path in PAID_IN),
        (
            down("giving-up-decision", "giving_up"),
            up("payment", "payment"),
            vouchers_under(lambda giving_up: [f"payouts.giving_up/{giving_up.pk}"]),
        ),
        by="proposed_by",
        at="proposed_at",
        parse=by_key,
    ),
    Kind(
        "giving-up-decision",
        GivingUpDecision,
        "giving-up-decision:17",
        "is_approved posting_date",
        tuple(f"giving_up__payment__{path}" for path in PAID_IN),
        by="decided_by",
        at="decided_at",
        parse=by_key,
    ),
)
