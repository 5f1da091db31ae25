"""Payrolls: runs with their signatures and inputs, payslips with their items, and the rows that they follow from."""

import re
from collections.abc import Sequence
from typing import Any, Final

from django.db.models import F, Q

from audit.traces.forms import MONTH, by_key, month_of
from audit.traces.kinds import Found, Kind, Link, View, down, found, register, up
from audit.traces.of_files import staged_rows_of, staged_sheets_of
from audit.traces.of_policies import items_of_payslips
from audit.traces.sources import vouchers_under
from payouts.facts import rows_of
from payouts.models import (
    Declaration,
    DeclaredChange,
    DeclaredPay,
    DeclaredStaff,
    DeclaredYearToDate,
    NotPaid,
    PayAccount,
    Payslip,
    Person,
    Run,
    RunException,
    RunMove,
)

OF_EDITION: Final = Q(edition=F("run__edition"))
DECLARED: Final = {
    "declared-staff": DeclaredStaff,
    "declared-pay": DeclaredPay,
    "declared-change": DeclaredChange,
    "declared-year": DeclaredYearToDate,
}
DECLARED_OF_SLIPS: Final = """
SELECT s.id, d.id FROM payouts_payslip s
  JOIN payouts_runinput i ON i.run_id = s.run_id AND i.edition = s.edition
  JOIN {table} d ON d.declaration_id = i.declaration_id AND d.person_id = s.person_id
 WHERE s.id = ANY(%s) ORDER BY d.row
"""


def run_named(text: str) -> Q | None:
    """Read ``2026-11/1``, or ``2026-11/B1`` of a benefit run."""
    match = re.fullmatch(rf"{MONTH}/(?P<benefits>B?)(?P<number>\d{{1,4}})", text)
    if match is None:
        return by_key(text)
    purpose = "BENEFITS" if match["benefits"] else "PAYROLL"
    return Q(month=month_of(match["month"]), number=int(match["number"]), purpose=purpose)


def slip_named(text: str) -> Q | None:
    """Read ``2026-11/7``: the month of person 7."""
    match = re.fullmatch(rf"{MONTH}/(?P<person>\d{{1,18}})", text)
    if match is None:
        return by_key(text)
    own = Q(run__month=month_of(match["month"]), person=int(match["person"]))
    return own & OF_EDITION


def person_named(text: str) -> Q | None:
    """Read the number of a person here, or an ID number in full."""
    if re.fullmatch(r"\d{17}[\dXx]", text):
        return Q(id_number=text.upper())
    return by_key(text)


def declared_for(kind: str) -> Link:
    """Return the link from payslips to the rows of one kind of file that their run read of the person."""
    read = DECLARED_OF_SLIPS.format(table=DECLARED[kind]._meta.db_table)

    def find(slips: Sequence[Any], _view: View) -> list[Found]:
        return [Found(slip, kind, key) for slip, key in rows_of(read, [slip.pk for slip in slips])]

    return Link(find)


def exceptions_of_slips(slips: Sequence[Any], _view: View) -> list[Found]:
    """Return what the checks of a run found of the people of payslips, and who signed it."""
    return [
        Found(slip, "run-exception", key)
        for slip, key in rows_of(
            """SELECT s.id, e.id FROM payouts_payslip s JOIN payouts_runexception e
                 ON e.run_id = s.run_id AND e.edition = s.edition AND e.person_id = s.person_id
                WHERE s.id = ANY(%s) ORDER BY e.id""",
            [slip.pk for slip in slips],
        )
    ]


def slips_of_last_month(slips: Sequence[Any], _view: View) -> list[Found]:
    """Return the payslip before, of those that were paid as last month."""
    return [
        Found(slip, "payslip", key)
        for slip, key in rows_of(
            """SELECT s.id, b.id FROM payouts_payslip s JOIN payouts_run r ON r.id = s.run_id
                 JOIN LATERAL (SELECT p.id FROM payouts_payslip p
                                 JOIN payouts_run q ON q.id = p.run_id AND q.edition = p.edition
                                WHERE p.person_id = s.person_id AND q.month < r.month AND q.released_by_id IS NOT NULL
                                ORDER BY q.month DESC, q.number DESC LIMIT 1) b ON true
                WHERE s.id = ANY(%s) AND s.as_last_month""",
            [slip.pk for slip in slips],
        )
    ]


def inputs_of_runs(runs: Sequence[Any], _view: View) -> list[Found]:
    """Return the files that the standing edition of runs was computed from."""
    return [
        Found(run, "declaration", key)
        for run, key in rows_of(
            """SELECT r.id, i.declaration_id FROM payouts_run r JOIN payouts_runinput i
                 ON i.run_id = r.id AND i.edition = r.edition WHERE r.id = ANY(%s) ORDER BY i.declaration_id""",
            [run.pk for run in runs],
        )
    ]


def declared(kind: str, facts: str) -> Kind:
    """Return the kind of a row that a unit declared."""
    return Kind(
        kind,
        DECLARED[kind],
        f"{kind}:17",
        facts,
        ("unit__township",) if kind != "declared-year" else ("person__payslips__unit__township",),
        (found(staged_rows_of()), up("declaration", "declaration")),
        parse=by_key,
    )


register(
    Kind(
        "run",
        Run,
        "run:2026-11/1, run:2026-11/B1",
        "purpose kind status pay_date edition inputs_digest policy_digest facts_until submitted_by reviewed_by"
        " released_by refusal",
        None,
        (
            down("run-move", "run"),
            found(inputs_of_runs),
            down("funding", "run"),
            down("run-exception", "run", where=OF_EDITION, at_start=True),
            down("batch", "run", order="number", at_start=True),
            down("payslip", "run", where=OF_EDITION, order="position", at_start=True),
            down("due", "run", where=OF_EDITION, at_start=True),
            down("overpayment", "run", where=OF_EDITION, at_start=True),
            down("not-paid", "run", where=OF_EDITION, at_start=True),
            vouchers_under(lambda run: [f"payouts.run/{run.pk}", f"payouts.benefits/{run.pk}"]),
        ),
        refer=str,
        parse=run_named,
        subjects=lambda run: [f"run/{run}"],
    ),
    Kind("run-move", RunMove, "run-move:17", "from_status to_status reason", None, by="by", at="at", parse=by_key),
    Kind(
        "run-exception",
        RunException,
        "run-exception:17",
        "kind severity facts reason unit",
        ("unit__township",),
        by="signed_by",
        at="signed_at",
        parse=by_key,
    ),
    Kind("not-paid", NotPaid, "not-paid:17", "id_number unit reason", ("unit__township",), parse=by_key),
    Kind(
        "payslip",
        Payslip,
        "payslip:2026-11/7",
        "name unit category channel bank account_number as_last_month gross deductions tax net",
        ("unit__township",),
        (
            up("run", "run"),
            *(declared_for(kind) for kind in DECLARED),
            found(slips_of_last_month),
            found(exceptions_of_slips),
            down("obligation", "payslip", at_start=True),
            up("person", "person"),
        ),
        select=("run",),
        parse=slip_named,
        leaves=items_of_payslips,
    ),
    declared("declared-staff", "row name category establishment post grade bank account_number hired_on stopped_on"),
    declared("declared-pay", "row name unit"),
    declared("declared-change", "row reference kind effective_on item amount bank account_number reason"),
    declared("declared-year", "row through months income exempt special additional other withheld"),
    Kind(
        "declaration",
        Declaration,
        "declaration:17",
        "month kind file sheet sha256 rows staged_by",
        None,
        (up("replaces", "declaration", at_start=True), found(staged_sheets_of("payouts_declaration"))),
        by="applied_by",
        at="applied_at",
        parse=by_key,
        subjects=lambda declaration: [f"declaration/{declaration}"],
    ),
    Kind(
        "person",
        Person,
        "person:7",
        "name id_number",
        ("payslips__unit__township", "enrolments__facts__township"),
        (
            down("payslip", "person", where=OF_EDITION, at_start=True),
            down("payment", "person", at_start=True),
            down("enrolment", "person", at_start=True),
            down("application", "person", at_start=True),
            down("due", "person", where=OF_EDITION, at_start=True),
            down("pay-account", "person", at_start=True),
        ),
        parse=person_named,
    ),
    Kind(
        "pay-account",
        PayAccount,
        "pay-account:17",
        "account effective_from source",
        ("person__payslips__unit__township", "person__enrolments__facts__township"),
        by="recorded_by",
        parse=by_key,
    ),
)
