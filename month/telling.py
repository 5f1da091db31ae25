"""What an officer reads after a step: short tables and sentences, no number of a person."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rich.console import RenderableType
from rich.table import Table

from imports.applying import Applied
from imports.layouts import LAYOUTS
from imports.models import Finding, StagedSheet
from ledger.money import ZERO, in_full
from month import telling_benefits, telling_funding
from month.demonstrating import Demo
from month.running import MonthRun
from month.tables import Told, table
from month.telling_benefits import reason_with_cause
from payouts.answering import Taken
from payouts.facts import rows_of
from payouts.labels import exception_label, facts_label
from payouts.models import AccountCorrection, Batch, Run, RunException
from payouts.models.words import PaymentStatus, RunKind, RunStatus, Severity
from payouts.policy import payout_policies
from payouts.rules.pay_calendar import Stage, stage_dates
from payouts.running import current_run

SHOWN_MAX = 50

STEP_NAMES: Mapping[str, object] = {
    "begin": gettext_lazy("begin"),
    "apply": gettext_lazy("apply"),
    "sweep": gettext_lazy("sweep"),
    "claims": gettext_lazy("claims"),
    "settle": gettext_lazy("settle"),
    "back_pay": gettext_lazy("back pay"),
    "freeze": gettext_lazy("freeze"),
    "compute": gettext_lazy("compute"),
    "check": gettext_lazy("check"),
    "sign": gettext_lazy("sign"),
    "submit": gettext_lazy("submit"),
    "review": gettext_lazy("review"),
    "release": gettext_lazy("release"),
    "fund": gettext_lazy("put money in"),
    "send": gettext_lazy("send"),
    "results": gettext_lazy("results"),
    "write": gettext_lazy("write"),
    "remit": gettext_lazy("remit"),
    "close": gettext_lazy("close"),
    "statement": gettext_lazy("statement"),
    "destroy": gettext_lazy("destroy"),
}
NEXT_STEPS: Mapping[str, object] = {
    RunStatus.COLLECTING: gettext_lazy("Next: month stage, month apply, then month compute."),
    RunStatus.FROZEN: gettext_lazy("Next: month collect with a reason, then month compute."),
    RunStatus.COMPUTED: gettext_lazy("Next: month check."),
    RunStatus.CHECKED: gettext_lazy("Next: month sign what is to be signed, then month submit."),
    RunStatus.SUBMITTED: gettext_lazy("Next: another officer takes month review, or month refuse."),
    RunStatus.REVIEWED: gettext_lazy("Next: a third officer takes month release."),
    RunStatus.RELEASED: gettext_lazy("Next: the cashier takes month render, once its batches are approved."),
    RunStatus.PAYING: gettext_lazy("Next: month results, with the files that the bank sends back."),
    RunStatus.PART_SETTLED: gettext_lazy("Next: month correct for each returned payment, month decide, month reissue."),
    RunStatus.SETTLED: gettext_lazy("Next: month close."),
}


def step_name(step: str) -> str:
    """Return what people read for a step, or the file that a step works on."""
    return str(STEP_NAMES.get(step, step))


def steps_named(steps: Sequence[str]) -> list[str]:
    """Return the names of steps in their order; one that is taken several times on end is counted."""
    named = []
    for step, group in groupby(steps):
        times = len(list(group))
        named.append(step_name(step) if times == 1 else f"{step_name(step)}×{times}")
    return named


def of_run(done: MonthRun, *, folder: Path, names: Sequence[str]) -> Told:
    """Tell what a pass through the whole month did."""
    told: list[RenderableType] = []
    if done.changed:
        told.append(_("Steps taken: {steps}.").format(steps=_(", ").join(steps_named(done.steps))))
    else:
        told.append(_("These files were taken before; nothing changed."))
    if done.nobody_left:
        told.append(_("The corrected files pay nobody who was not paid before; no supplementary run was made."))
    told += [files_table(done.sheets), *unknown_files(done.sheets)]
    told += [differences_of(applied) for applied in done.applied if applied.differences]
    for applied in done.applied:
        told += telling_funding.of_deviations(applied.deviations)
    told += month_tables(done.month)
    told += telling_funding.of_month(done.month)
    for allotted in done.allotted:
        told += telling_funding.of_held(allotted)
    told += of_documents(done.month, folder=folder, names=names)
    return told


def of_demo(demo: Demo, *, folder: Path, names: Sequence[str]) -> Told:
    """Tell what the demo's month did, from the files to the bank and back."""
    told = [*of_run(demo.done, folder=folder, names=names)]
    if demo.results:
        told[-1:-1] = of_results(demo.results, folder=folder)[:1]
    if demo.reissued:
        told.insert(
            -1,
            _("{count} returned payments were corrected by two officers and paid again.").format(count=demo.reissued),
        )
    return told


def of_stage(sheets: Sequence[StagedSheet]) -> Told:
    return [files_table(sheets), *unknown_files(sheets), _("Next: another officer takes month apply.")]


def unknown_files(sheets: Sequence[StagedSheet]) -> list[str]:
    """Tell the files of which no sheet is a known list."""
    known = {sheet.file.name for sheet in sheets if sheet.layout}
    unknown = sorted({sheet.file.name for sheet in sheets} - known)
    return [_("No known list was found in: {files}.").format(files=_(", ").join(unknown))] if unknown else []


def files_table(sheets: Sequence[StagedSheet]) -> Table:
    """Return the files with their rows and findings."""
    found: Counter[tuple[int, str]] = Counter()
    for key, severity in Finding.objects.filter(sheet__in=[sheet.pk for sheet in sheets]).values_list(
        "sheet_id", "severity"
    ):
        found[key, severity] += 1
    made = table(
        _("Files"),
        _("File"),
        _("Sheet"),
        _("Rows"),
        _("Taken"),
        _("Refused"),
        _("Errors"),
        _("Warnings"),
        "",
        right=(2, 3, 4, 5, 6),
    )
    for sheet in sheets:
        if not sheet.layout:
            continue
        made.add_row(
            sheet.file.name,
            sheet.sheet_name,
            str(sheet.rows),
            str(sheet.valid),
            str(sheet.refused),
            str(found[sheet.pk, "error"]),
            str(found[sheet.pk, "warning"]),
            _("known before") if sheet.known_before else "",
        )
    return made


def of_apply(applied: Sequence[Applied]) -> Told:
    if not applied:
        return [_("Nothing waits to be applied; nothing changed.")]
    made = table(_("Applied"), _("File"), _("List"), _("Rows"), _("Replaces an earlier file"), right=(2,))
    for one in applied:
        made.add_row(
            one.sheet.file.name,
            LAYOUTS[one.sheet.layout].title,
            str(one.rows),
            _("yes") if one.replaced else "",
        )
    differing = [differences_of(one) for one in applied if one.differences]
    deviating = [part for one in applied for part in telling_funding.of_deviations(one.deviations)]
    return [made, *differing, *deviating, _("Next: the cashier takes month sweep, a preparer month compute.")]


def differences_of(applied: Applied) -> Table:
    """Return how a corrected file differs from the one it replaces."""
    counts = Counter((one.kind.value, ", ".join(one.columns)) for one in applied.differences)
    made = table(
        _("{file} replaces an earlier file").format(file=applied.sheet.file.name),
        _("Difference"),
        _("Columns"),
        _("Rows"),
        right=(2,),
    )
    names = {"ADDED": _("added"), "REMOVED": _("removed"), "CHANGED": _("changed")}
    for (kind, columns), rows in counts.most_common():
        made.add_row(names[kind], columns, str(rows))
    return made


def month_tables(month: date) -> list[RenderableType]:
    """Return the payroll of a month by township and where its payments stand."""
    by_township = table(
        _("Payroll {month}").format(month=f"{month:%Y-%m}"),
        _("Township"),
        _("People"),
        _("Gross"),
        _("Deductions"),
        _("Tax"),
        _("Net"),
        right=(1, 2, 3, 4, 5),
    )
    people, totals = 0, [ZERO] * 4
    for name, *figures in rows_of(
        """SELECT t.name, count(*), sum(s.gross), sum(s.deductions), sum(s.tax), sum(s.net)
             FROM payouts_run r JOIN payouts_payslip s ON s.run_id = r.id AND s.edition = r.edition
             JOIN treasury_unit u ON u.id = s.unit_id JOIN treasury_township t ON t.id = u.township_id
            WHERE r.month = %s GROUP BY t.id, t.name ORDER BY t.number""",
        month,
    ):
        by_township.add_row(name, str(figures[0]), *map(in_full, figures[1:]))
        people += figures[0]
        totals = [total + figure for total, figure in zip(totals, figures[1:], strict=True)]
    by_township.add_section()
    by_township.add_row(_("Total"), str(people), *map(in_full, totals))
    return [by_township, payments_table(month), not_paid_table(month), *telling_benefits.benefit_tables(month)]


def payments_table(month: date) -> Table:
    """Return the payments of a month by state."""
    made = table(_("Payments"), _("State"), _("Number of payments"), _("Amount"), right=(1, 2))
    for status, count, amount in rows_of(
        "SELECT status, count(*), sum(amount) FROM payouts_payment WHERE month = %s GROUP BY status ORDER BY status",
        month,
    ):
        made.add_row(str(PaymentStatus(status).label), str(count), in_full(amount))
    return made


def not_paid_table(month: date) -> Table:
    """Return how many people the latest run of a month does not pay, by reason."""
    made = table(_("Not paid"), _("Reason"), _("People"), right=(1,))
    for reason, count in rows_of(
        """SELECT n.reason, count(*) FROM payouts_notpaid n
             JOIN payouts_run r ON r.id = n.run_id AND r.edition = n.edition
            WHERE r.month = %s AND r.number = (SELECT max(number) FROM payouts_run
                                                WHERE month = %s AND edition > 0 AND purpose = 'PAYROLL')
            GROUP BY n.reason ORDER BY n.reason""",
        month,
        month,
    ):
        made.add_row(reason_with_cause(reason), str(count))
    return made


def of_documents(month: date, *, folder: Path, names: Sequence[str]) -> Told:
    """Tell where the documents of a month are."""
    made = table(_("Documents in {folder}").format(folder=folder), _("Document"))
    for name in names:
        made.add_row(name)
    told: list[RenderableType] = [made]
    run = current_run(month=month)
    if run and run.status in NEXT_STEPS:
        told.append(str(NEXT_STEPS[run.status]))
    return told


def of_results(taken: Sequence[Taken], *, folder: Path) -> Told:
    """Tell what result files of the bank said."""
    made = table(
        _("Result files"),
        _("File"),
        _("Rows"),
        _("Settled"),
        _("Returned"),
        _("Amount returned"),
        "",
        right=(1, 2, 3, 4),
    )
    for one in taken:
        made.add_row(
            one.file.name,
            str(one.file.rows),
            str(one.file.settled),
            str(one.file.returned),
            in_full(one.file.returned_amount),
            _("known before") if one.known_before else "",
        )
    told: list[RenderableType] = [made]
    for month in sorted({one.month for one in taken}):
        told.append(payments_table(month))
        told += of_documents(month, folder=folder, names=["results.csv"])
    return told


def of_state(run: Run) -> Told:
    """Tell where a run stands and what comes next."""
    told: list[RenderableType] = [
        _("Run {run}: {status}.").format(run=run, status=RunStatus(run.status).label),
    ]
    if run.status in NEXT_STEPS:
        told.append(str(NEXT_STEPS[run.status]))
    return told


def of_exceptions(run: Run) -> Told:
    """Tell the exceptions of a run by kind, then one by one those that wait for somebody."""
    found = RunException.objects.filter(run=run, edition=run.edition)
    kinds = table(
        _("Exceptions of run {run}").format(run=run), _("Kind"), _("Severity"), _("Found"), _("Signed"), right=(2, 3)
    )
    for kind, severity, count, signed in rows_of(
        """SELECT kind, severity, count(*), count(signed_by_id) FROM payouts_runexception
            WHERE run_id = %s AND edition = %s GROUP BY kind, severity ORDER BY severity, kind""",
        run.pk,
        run.edition,
    ):
        kinds.add_row(exception_label(kind), str(Severity(severity).label), str(count), str(signed))
    waiting = found.filter(signed_by=None).exclude(severity=Severity.INFO).select_related("unit", "person")
    made = table(
        _("Waiting for somebody"), _("Exception number"), _("Kind"), _("Unit"), _("Person"), _("Facts"), right=(0,)
    )
    for one in waiting.order_by("severity", "kind", "pk")[:SHOWN_MAX]:
        made.add_row(
            str(one.pk),
            exception_label(one.kind),
            one.unit.name if one.unit else "",
            f"{one.person} …{one.person.id_number[-4:]}" if one.person else "",
            facts_label(one.facts),
        )
    left = waiting.count() - SHOWN_MAX
    more = [_("{count} more wait; see the approval sheet.").format(count=left)] if left > 0 else []
    return [kinds, *([made] if made.row_count else []), *more, *of_state(run)]


def of_correction(correction: AccountCorrection) -> Told:
    return [
        _("Correction {number} of payment {payment}: {status}.").format(
            number=correction.pk, payment=correction.payment, status=correction.get_status_display()
        ),
    ]


def of_batches(batches: Sequence[Batch]) -> Told:
    made = table(_("Batches"), _("Batch"), _("Number of payments"), _("Amount"), right=(1, 2))
    for batch in batches:
        made.add_row(str(batch), str(batch.payments_count), in_full(batch.total))
    return [made, _("Next: the cashier takes month render.")]


def of_close(month: date, closed: int) -> Told:
    if not closed:
        return [_("The month {month} was closed before; nothing changed.").format(month=f"{month:%Y-%m}")]
    return [_("The month {month} is closed: {count} periods.").format(month=f"{month:%Y-%m}", count=closed)]


def of_status(month: date) -> Told:
    """Tell where every run of a month stands."""
    made = table(
        _("Runs of {month}").format(month=f"{month:%Y-%m}"),
        _("Run"),
        _("Kind"),
        _("State"),
        _("Pay date"),
        _("Submitted by"),
        _("Reviewer"),
        _("Released by"),
    )
    runs = list(Run.objects.filter(month=month).order_by("purpose", "number"))
    for run in runs:
        made.add_row(
            str(run),
            str(RunKind(run.kind).label),
            str(RunStatus(run.status).label),
            str(run.pay_date),
            str(run.submitted_by_id or ""),
            str(run.reviewed_by_id or ""),
            str(run.released_by_id or ""),
        )
    told: list[RenderableType] = [calendar_of(month), made]
    if runs:
        told += [*month_tables(month), *of_state(runs[-1])]
    return told


def calendar_of(month: date) -> str:
    """Return the collecting dates of a month, moved before days off."""
    dates = stage_dates(month=month, policies=payout_policies())
    told = _("Units report by {report}; who has not by {silent} is paid as last month; pay day {pay}.").format(
        report=dates[Stage.REPORT_BY].on, silent=dates[Stage.AS_LAST_MONTH_AFTER].on, pay=dates[Stage.PAY_DAY].on
    )
    if any(one.outside_table for one in dates.values()):
        told += " " + _("The days off of the year are not known: weekends only.")
    return told
