"""What an officer reads of the archives on a terminal."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from audit.destructions import DestructionSheet
from audit.holdings import Holding
from audit.models import DestructionRole, RecordClass
from audit.rules.retention_periods import FOR_EVER
from month.tables import Told, table


def of_holdings(holdings: Sequence[Holding]) -> Told:
    """Return what there is by class and year."""
    made = table(
        _("Archives"),
        _("class"),
        _("code"),
        _("year"),
        _("records"),
        _("files"),
        _("bytes"),
        _("kept from"),
        _("kept until"),
        _("state"),
        _("why"),
        right=[2, 3, 4, 5],
    )
    for one in holdings:
        made.add_row(
            str(one.record_class.label),
            one.record_class.value,
            str(one.fiscal_year),
            str(one.records),
            str(one.files),
            str(one.size),
            f"{one.kept_from}",
            _("permanent") if one.kept_until == FOR_EVER else f"{one.kept_until}",
            f"{one.state.label} {one.list or ''}".strip(),
            ", ".join(str(why.label) for why in one.why),
        )
    return [made]


def of_sheet(sheet: DestructionSheet) -> Told:
    """Return a destruction list with its signatures and what is missing."""
    items = table(
        _("Destruction list {number}").format(number=sheet.list.pk),
        _("class"),
        _("year"),
        _("records"),
        _("files"),
        _("bytes"),
        _("kept until"),
        "SHA-256",
        right=[1, 2, 3, 4],
    )
    for item in sheet.items:
        items.add_row(
            str(RecordClass(item.record_class).label),
            str(item.fiscal_year),
            str(item.records),
            str(item.files),
            str(item.size),
            f"{item.kept_until}",
            item.digest[:16],
        )
    signed = table(_("Signatures"), _("signs as"), _("officer"), _("says"), _("reason"))
    for role in (*sheet.roles, *sheet.witnesses):
        signed.add_row(*signature_of(sheet, role))
    state = (
        _("Carried out on {day}.").format(day=sheet.carried_out.carried_out_on)
        if sheet.carried_out
        else _("Not carried out.")
    )
    return [items, signed, state]


def signature_of(sheet: DestructionSheet, role: DestructionRole) -> Sequence[str]:
    one = sheet.signatures.get(role)
    if one is None:
        return [str(role.label), "", _("still to sign"), ""]
    return [str(role.label), one.signed_by_id, _("approved") if one.is_approved else _("refused"), one.reason]
