"""What officers read of the money between the district and its townships."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Count, Sum
from django.utils.translation import gettext as _
from rich.console import RenderableType

from ledger.money import ZERO, in_full
from month.funding import Allotted
from month.tables import Told, table
from treasury.collecting import Swept
from treasury.models import Claim, Settlement
from treasury.models.words import ClaimStatus, SettlementStatus
from treasury.settlement_figures import WorkedOut
from treasury.settling import Settled
from treasury.taking_over import Deviation
from treasury.year_ending import TurnedAdvance

SHOWN_MAX = 20


def of_sweep(swept: Swept) -> Told:
    if not swept.collections:
        return [_("No income waits to be posted; nothing changed.")]
    made = table(
        _("Income posted"),
        _("Township"),
        _("Days"),
        _("Budgetary, swept"),
        _("Extra-budgetary"),
        _("Transfers"),
        _("Agricultural tax"),
        right=(1, 2, 3, 4, 5),
    )
    by_township: dict[str, list[int]] = {}
    for at, one in enumerate(swept.collections):
        by_township.setdefault(one.township.name, []).append(at)
    for name, places in by_township.items():
        days = [swept.collections[at] for at in places]
        made.add_row(
            name,
            str(len(days)),
            in_full(sum(one.general for one in days)),
            in_full(sum(one.extra_budgetary for one in days)),
            in_full(sum(one.transfers for one in days)),
            in_full(sum(one.agricultural_tax for one in days)),
        )
    return [made]


def of_allotment(allotted: Allotted) -> Told:
    made = table(_("Released"), _("Kind"), _("Releases"), _("Amount"), right=(1, 2))
    kinds = sorted({one.kind for one in allotted.released})
    for kind in kinds:
        of_kind = [one for one in allotted.released if one.kind == kind]
        made.add_row(of_kind[0].get_kind_display(), str(len(of_kind)), in_full(sum(one.amount for one in of_kind)))
    return [made, *of_held(allotted), _("Next: the cashier takes month render.")]


def of_held(allotted: Allotted) -> Sequence[RenderableType]:
    """Return what waits on, with the reason of each."""
    if not (allotted.held or allotted.left_out):
        return []
    made = table(_("Waiting on"), _("Release"), _("Amount"), _("Reason"), _("Order"), right=(1,))
    for held in allotted.held[:SHOWN_MAX]:
        one = held.release
        made.add_row(one.summary, in_full(one.amount), str(held.refusal.message), one.source)
    for left in allotted.left_out[:SHOWN_MAX]:
        one = left.release
        made.add_row(one.summary, in_full(one.amount), str(left.hindrance.label), one.source)
    more = len(allotted.held) + len(allotted.left_out) - made.row_count
    return [made, *([_("{count} more wait.").format(count=more)] if more else [])]


def of_figures(month: date, found: Sequence[WorkedOut]) -> Told:
    """Tell what a settlement would give back."""
    made = table(
        _("What if: settlement {month}").format(month=f"{month:%Y-%m}"),
        _("Township"),
        _("Over the plan"),
        _("Base of the settlement"),
        _("Old debt"),
        _("Withheld"),
        _("Given back"),
        _("Back pay due"),
        _("Free for other spending"),
        _("Ordinary return"),
        right=tuple(range(1, 9)),
    )
    for one in found:
        figures = one.figures
        made.add_row(
            one.township.name,
            *map(
                in_full,
                (
                    figures.over,
                    figures.base,
                    one.standing.debt,
                    figures.withheld,
                    figures.returned,
                    figures.back_pay,
                    figures.rest,
                    figures.ordinary_return,
                ),
            ),
        )
    return [made]


def of_settlements(month: date) -> Told:
    """Tell where the settlements of a month stand."""
    made = table(
        _("Settlement {month}").format(month=f"{month:%Y-%m}"),
        _("Township"),
        _("State"),
        _("Base of the settlement"),
        _("Withheld"),
        _("Given back"),
        _("Back pay due"),
        _("Old debt after"),
        _("Ordinary return"),
        right=tuple(range(2, 8)),
    )
    for one in (
        Settlement.objects.filter(month=month)
        .exclude(status=SettlementStatus.WITHDRAWN)
        .select_related("township")
        .order_by("township__number", "number")
    ):
        made.add_row(
            one.township.name,
            one.get_status_display(),
            *map(
                in_full,
                (one.base, one.withheld, one.returned, one.back_pay, one.debt_after, one.ordinary_return),
            ),
        )
    return [made]


def of_month(month: date) -> Told:
    """Tell the settlement and the claims of a month, where there are any."""
    told: list[RenderableType] = []
    if Settlement.objects.filter(month=month).exists():
        told += of_settlements(month)
    claims = Claim.objects.filter(month=month).values_list("status").annotate(count=Count("pk"), whole=Sum("total"))
    if claims:
        made = table(_("Claims"), _("State"), _("Number of claims"), _("Amount"), right=(1, 2))
        for status, count, whole in claims.order_by("status"):
            made.add_row(str(ClaimStatus(status).label), str(count), in_full(whole or ZERO))
        told.append(made)
    return told


def of_back_pay(settled: Settled) -> Told:
    if not settled.back_pays:
        return []
    return [_("Back pay for {count} people waits: month allot --kind BACK_PAY.").format(count=settled.back_pays)]


def of_advances(turned: Sequence[TurnedAdvance]) -> Told:
    if not turned:
        return [_("No township owes an advance; nothing changed.")]
    made = table(_("Advances that became old debt"), _("Township"), _("Amount"), right=(1,))
    for one in turned:
        made.add_row(one.township.name, in_full(one.amount))
    return [made]


def of_deviations(deviations: Sequence[Deviation]) -> Told:
    """Tell what a file says otherwise than the books, which rule."""
    if not deviations:
        return []
    made = table(
        _("The file says otherwise than the books; the books rule"),
        _("Township"),
        _("Opening item"),
        _("In the file"),
        _("In the books"),
        right=(2, 3),
    )
    for one in deviations[:SHOWN_MAX]:
        made.add_row(one.township, one.item, in_full(one.in_file), in_full(one.in_books))
    more = len(deviations) - SHOWN_MAX
    return [made, *([_("{count} more differ.").format(count=more)] if more > 0 else [])]
