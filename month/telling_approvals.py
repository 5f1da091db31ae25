"""What an officer reads of approvals: what each batch still asks for, and the list of all controls."""

from collections.abc import Iterator, Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rich.console import RenderableType

from ledger.money import in_full
from month.tables import Told, table
from payouts.approving import APPROVAL_ACTS, open_exceptions, standing_approvals
from payouts.labels import control_label, exception_label, facts_label
from payouts.models import Batch, BatchException
from payouts.models.words import ApprovalRank, BatchStatus, Severity
from payouts.policy import payout_policies
from payouts.rules.control_list import CONTROLS, Keeper, Place, severities

PLACES: Mapping[Place, object] = {
    Place.PAYROLL: gettext_lazy("payroll"),
    Place.BENEFITS: gettext_lazy("benefits"),
    Place.RELEASES: gettext_lazy("releases"),
    Place.REISSUES: gettext_lazy("payments issued again"),
    Place.BATCHES: gettext_lazy("all batches"),
}


def of_waiting(month: date) -> Told:
    """Tell the batches of a month that wait for signatures or approvals; nothing if none does."""
    waiting = list(Batch.objects.filter(month=month, status=BatchStatus.CHECKED).order_by("number"))
    if not waiting:
        return []
    made = table(
        _("Batches that wait for an approval"),
        _("Batch"),
        _("Number of payments"),
        _("Amount"),
        _("Approvals"),
        _("To be signed"),
        _("Next"),
        right=(1, 2, 3, 4),
    )
    for batch in waiting:
        given, unsigned = len(standing_approvals(batch)), open_exceptions(batch)
        made.add_row(
            str(batch),
            str(batch.payments_count),
            in_full(batch.total),
            f"{given}/{batch.check_made.approvals}",
            str(unsigned),
            _("month sign_batch") if unsigned else str(ApprovalRank(given + 1).label),
        )
    return [made, *of_unsigned(month)]


def of_unsigned(month: date) -> Iterator[RenderableType]:
    """Yield what of the batches of a month is to be signed with a reason."""
    made = table(
        _("Waiting for somebody"),
        _("Exception number"),
        _("Batch"),
        _("Kind"),
        _("Serial"),
        _("Payee"),
        _("Facts"),
        right=(0, 3),
    )
    found = BatchException.objects.filter(
        batch__month=month, batch__status=BatchStatus.CHECKED, severity=Severity.SIGN, signed_by=None
    )
    for one in found.select_related("batch", "payment").order_by("pk"):
        made.add_row(
            str(one.pk),
            str(one.batch),
            exception_label(one.kind),
            str(one.payment.serial) if one.payment else "",
            f"{one.payment.name[:1]}**" if one.payment else "",
            facts_label(one.facts),
        )
    if made.row_count:
        yield made


def of_batch(batch: Batch) -> Told:
    """Tell where a batch stands among its approvals."""
    told: list[RenderableType] = [
        _("Batch {batch}: {status}, approvals {given} of {asked}.").format(
            batch=batch,
            status=BatchStatus(batch.status).label,
            given=len(standing_approvals(batch)),
            asked=batch.check_made.approvals,
        )
    ]
    if batch.status == BatchStatus.APPROVED:
        told.append(_("Next: the cashier takes month render."))
    return [*told, *of_waiting(batch.month)]


def of_controls(on: date) -> Told:
    """Tell every control before payment, where it looks, and what it asks for on a day."""
    made = table(
        _("Controls before payment on {day}").format(day=on),
        _("Control"),
        _("What it finds"),
        _("Where"),
        _("Asks for"),
        _("Kept by"),
    )
    for row in control_rows(on):
        made.add_row(*row)
    return [made, _("Acts of the approvals: {acts}.").format(acts=", ".join(APPROVAL_ACTS.values()))]


def control_rows(on: date) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the controls as an auditor reads them: name, label, place, what it asks for, and who keeps it."""
    policies = payout_policies()
    asked = {place: severities(policies=policies, on=on, place=place) for place in Place}
    for one in CONTROLS:
        for place in one.places:
            if one.keeper is Keeper.CHECK:
                asks, keeper = str(Severity(asked[place][one.name]).label), _("a check")
            elif one.keeper is Keeper.RULE:
                asks, keeper = _("is not paid"), _("the computation")
            else:
                asks, keeper = str(Severity.BLOCK.label), "PostgreSQL: " + ", ".join(one.promises)
            yield one.name, control_label(one.name), str(PLACES[place]), asks, keeper
