"""统发工资审批表: what the officers sign when they approve a run, on a page or two."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import IO, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ledger.exports.pages.flows import Flow
from ledger.exports.pages.frames import Paper, local_time
from ledger.exports.pages.lists import write_list
from ledger.exports.pages.pens import MM
from ledger.exports.pages.tables import Column, Row
from ledger.money import ZERO
from payouts.exports.rows import Difference, Heading, RunSheet, Signature, SignedException, Totals, totals_of
from payouts.exports.signature_lines import in_words
from payouts.rules.comparison import DifferenceKind

SIZE: Final = 75
NAMED_DIFFERENCES: Final = 12  # the largest are named, all are counted
NAMED_SUBJECTS: Final = 6


def write_run_sheet(*, file: IO[bytes], heading: Heading, sheet: RunSheet) -> Totals:
    """Write the approval sheet of a run as PDF.

    :raises GlyphMissing: if no font has a character of a name
    """
    totals = totals_of(sheet.townships)
    flow = Flow(heading.frame(title=_("Approval of the payroll run"), paper=Paper.PORTRAIT))
    flow.lines(
        _("Kind of run: {kind}").format(kind=sheet.kind)
        + "　"
        + _("Pay date: {day}").format(day=date_format(sheet.pay_date, "DATE_FORMAT"))
    )
    add_townships(flow, sheet)
    flow.lines(in_words(totals))
    add_differences(flow, sheet.differences)
    add_exceptions(flow, sheet.exceptions)
    add_inputs(flow, sheet)
    flow.heading(_("Approval"), keep=16 * MM)
    flow.signatures(*(signed(signature) for signature in sheet.signatures))
    flow.write(file)
    return totals


def write_differences(*, file: IO[bytes], rows: Sequence[Difference]) -> None:
    """Write every difference from last month as csv: what the approval sheet only shows the largest of."""
    names = difference_names()
    write_list(
        file=file,
        heads=[_("Difference"), _("Unit"), _("Person"), _("Last month"), _("This month"), _("Change")],
        rows=([names[row.kind], row.unit, row.name, row.last_month, row.this_month, row.change] for row in rows),
    )


def write_exceptions(*, file: IO[bytes], rows: Sequence[SignedException]) -> None:
    """Write every exception as csv with who answers for it."""
    write_list(
        file=file,
        heads=[_("Check"), _("On whom"), _("Reason"), _("Signed by"), _("Signed at")],
        rows=(
            [
                row.check,
                row.subject,
                row.reason,
                row.signed_by,
                f"{local_time(row.signed_at):%Y-%m-%d %H:%M}" if row.signed_at else "",
            ]
            for row in rows
        ),
    )


def add_townships(flow: Flow, sheet: RunSheet) -> None:
    flow.heading(_("By township"))
    columns = [
        Column((_("Township"),), 30 * MM),
        Column((_("Units"),), 11 * MM),
        Column((_("People"),), 13 * MM),
        *(Column((head,), 27 * MM) for head in (_("Gross"), _("Deductions"), _("Tax"), _("Net"), _("Employer's part"))),
    ]
    rows = [
        Row([row.township, row.units, row.persons, row.gross, row.deducted, row.tax, row.net, row.employer])
        for row in sheet.townships
    ]
    flow.table(columns, rows, size=SIZE, total=_("Grand total"))


def add_differences(flow: Flow, differences: Sequence[Difference]) -> None:
    """Add the counts of who is new, gone and changed, then the largest by name."""
    flow.heading(_("Differences from last month"))
    if not differences:
        flow.lines(_("None."))
        return
    columns = [
        Column((_("Difference"),), 40 * MM),
        Column((_("People"),), 20 * MM),
        *(Column((head,), 40 * MM) for head in (_("Last month"), _("This month"), _("Change"))),
    ]
    names = difference_names()
    flow.table(
        columns, [counted(kind, differences, names) for kind in DifferenceKind], size=SIZE, total=_("Grand total")
    )
    named = sorted(differences, key=lambda difference: -abs(difference.change))[:NAMED_DIFFERENCES]
    said = _("The {n} largest of {all}; the comparison lists every one.")
    flow.lines(said.format(n=len(named), all=len(differences)))
    columns = [
        Column((_("Difference"),), 16 * MM),
        Column((_("Unit"),), 58 * MM),
        Column((_("Person"),), 41 * MM),
        *(Column((head,), 25 * MM) for head in (_("Last month"), _("This month"), _("Change"))),
    ]
    rows = [Row([names[row.kind], row.unit, row.name, row.last_month, row.this_month, row.change]) for row in named]
    flow.table(columns, rows, size=SIZE)


def counted(kind: DifferenceKind, differences: Sequence[Difference], names: dict[DifferenceKind, str]) -> Row:
    found = [difference for difference in differences if difference.kind is kind]
    last = sum((difference.last_month or ZERO for difference in found), ZERO)
    this = sum((difference.this_month or ZERO for difference in found), ZERO)
    return Row([names[kind], len(found), last, this, this - last])


def difference_names() -> dict[DifferenceKind, str]:
    return {
        DifferenceKind.NEW: _("New"),
        DifferenceKind.GONE: _("Gone"),
        DifferenceKind.CHANGED: _("Changed"),
    }


def add_exceptions(flow: Flow, exceptions: Sequence[SignedException]) -> None:
    """Add the exceptions, those together that were signed by one officer for one reason."""
    flow.heading(_("Exceptions"))
    if not exceptions:
        flow.lines(_("None."))
        return
    columns = [
        Column((_("Check"),), 36 * MM),
        Column((_("Count"),), 12 * MM),
        Column((_("On whom"),), 56 * MM),
        Column((_("Reason"),), 50 * MM),
        Column((_("Signed by"),), 36 * MM),
    ]
    flow.table(columns, list(exception_rows(exceptions)), size=SIZE, total=_("Grand total"))


def exception_rows(exceptions: Sequence[SignedException]) -> Iterator[Row]:
    groups: dict[tuple[str, str, str], list[SignedException]] = defaultdict(list)
    for exception in exceptions:
        groups[exception.check, exception.reason, exception.signed_by].append(exception)
    for (check, reason, signed_by), found in groups.items():
        subjects = _(", ").join(exception.subject for exception in found[:NAMED_SUBJECTS])
        if len(found) > NAMED_SUBJECTS:
            subjects = _("{names} and {n} more").format(names=subjects, n=len(found) - NAMED_SUBJECTS)
        latest = max((exception.signed_at for exception in found if exception.signed_at), default=None)
        who = f"{signed_by} {local_time(latest):%Y-%m-%d %H:%M}" if latest else _("not signed")
        yield Row([check, len(found), subjects, reason, who])


def add_inputs(flow: Flow, sheet: RunSheet) -> None:
    flow.heading(_("Computed from"))
    columns = [
        Column((_("File"),), 55 * MM),
        Column((_("Kind"),), 31 * MM),
        Column((_("Rows"),), 14 * MM),
        Column(("SHA-256",), 90 * MM),
    ]
    flow.table(columns, [Row([row.file, row.kind, row.rows, row.sha256]) for row in sheet.inputs], size=65)
    flow.lines(
        _("SHA-256 of the inputs: {digest}").format(digest=sheet.inputs_digest),
        _("SHA-256 of the policy: {digest}").format(digest=sheet.policy_digest),
    )


def signed(signature: Signature) -> str:
    """Return the role with who has signed and when, or with room for a signature."""
    if signature.at is None:
        return _("{role}:").format(role=signature.role)
    at = f"{local_time(signature.at):%Y-%m-%d %H:%M}"
    return _("{role}: {officer} {at}").format(role=signature.role, officer=signature.officer, at=at)
