"""Overpaid benefits: the list, and one with its plans, refunds and write-offs and the acts that recover it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ledger.masking import masked_id
from ledger.models import Officer
from ledger.money import ZERO
from month.telling_benefits import reason_with_cause
from payouts.facts import RELEASED, rows_by_name
from payouts.models import Overpayment, Recovery, RecoveryPlan, WriteOff
from payouts.models.words import RecoveryKind
from payouts.recovering import (
    agree_plan,
    decide_plan,
    decide_write_off,
    propose_write_off,
    take_back_refund,
    take_refund,
)
from treasury.models import Township
from treasury.refusals import NothingThere
from web.access import officer_of
from web.benefit_desk.asked import (
    PAGE,
    UNPROCESSABLE,
    Deed,
    amount_in,
    amount_or_none,
    cashier_in,
    cashiers,
    day_in,
    enter,
    key_in,
    mark_of,
    month_of,
    policies_known,
    schemes_today,
    text_in,
)

MANAGES, APPROVES = "payouts.manage_recovery", "payouts.approve_recovery"
FOUND: Final = """
SELECT v.id, e.scheme, p.name, t.name, v.period, v.reason, r.status = ANY(%(released)s), v.amount,
       payouts_recovered(v.id), payouts_written_off(v.id)
  FROM payouts_overpayment v JOIN payouts_enrolment e ON e.id = v.enrolment_id
  JOIN payouts_person p ON p.id = e.person_id JOIN treasury_township t ON t.id = v.township_id
  JOIN payouts_run r ON r.id = v.run_id AND r.edition = v.edition
 WHERE (%(key)s = 0 OR v.id = %(key)s) AND (%(before)s = 0 OR v.id < %(before)s)
   AND (%(township)s = '' OR t.code = %(township)s)
   AND (%(scheme)s = '' OR e.scheme = %(scheme)s)
   AND (NOT %(open)s OR v.amount > payouts_recovered(v.id) + payouts_written_off(v.id))
 ORDER BY v.id DESC LIMIT %(limit)s
"""


class Overpaid(NamedTuple):
    """An overpaid benefit with what came back of it and what was written off."""

    key: int
    scheme: str
    name: str
    township: str
    period: Any
    reason: str
    is_released: bool
    amount: Decimal
    back: Decimal
    written_off: Decimal

    @property
    def left(self) -> Decimal:
        return self.amount - self.back - self.written_off


def read(**asked: object) -> list[Overpaid]:
    names = {code: scheme.name for code, scheme in schemes_today().items()}
    known = {"key": 0, "before": 0, "township": "", "scheme": "", "open": False, "limit": PAGE}
    rows = rows_by_name(FOUND, {**known, **asked, "released": list(RELEASED)})
    return [
        Overpaid(key, names.get(scheme, scheme), name, town, period, reason_with_cause(reason), *rest)
        for key, scheme, name, town, period, reason, *rest in rows
    ]


@require_GET
def overpayments(request: HttpRequest) -> HttpResponse:
    """List what was overpaid, the latest first, all or what is still open."""
    township, scheme = (text_in(request.GET, name, 60) for name in ("township", "scheme"))
    still_open = request.GET.get("show", "open") == "open"
    before = key_in(request.GET.get("before", "")) or 0
    found = read(before=before, township=township, scheme=scheme, open=still_open)
    context = {
        "rows": found,
        "totals": {name: sum((getattr(one, name) for one in found), ZERO) for name in TOTALS},
        "show": "open" if still_open else "all",
        "township": township,
        "scheme": scheme,
        "schemes": schemes_today().values(),
        "townships": Township.objects.order_by("number"),
        "following": found[-1].key if len(found) == PAGE else "",
    }
    return render(request, "web/benefit_desk/overpayments.html", context)


TOTALS = ("amount", "back", "written_off", "left")


def overpayment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an overpaid benefit; agree and decide plans, book refunds and take them back, write off what is lost."""
    shown = get_object_or_404(Overpayment.objects.select_related("enrolment__person", "run"), pk=pk)
    if request.method != "POST":
        return draw(request, shown)
    return enter(
        request,
        deed_of(shown, request.POST),
        shown=marks_of(shown),
        to=reverse("overpayment", args=[pk]),
        draw=lambda refusal: draw(request, shown, refusal),
    )


def draw(request: HttpRequest, shown: Overpayment, refusal: str = "") -> HttpResponse:
    officer, mark = officer_of(request), marks_of(shown)
    found = read(key=shown.pk)
    manages, approves = officer.has_perm(MANAGES), officer.has_perm(APPROVES)
    recoveries = shown.recoveries.select_related("taken_back", "due__run").order_by("pk")
    context = {
        "overpayment": shown,
        "row": found[0] if found else None,
        "person": shown.enrolment.person,
        "id_number": masked_id(shown.enrolment.person.id_number),
        "plans": list(shown.plans.select_related("decision").order_by("pk")),
        "refunds": [one for one in recoveries if one.kind == RecoveryKind.PAID_IN],
        "kept_back": [one for one in recoveries if one.kind == RecoveryKind.OFFSET],
        "write_offs": list(shown.write_offs.select_related("decision").order_by("pk")),
        "mark": mark,
        "refusal": refusal,
        "sent": request.POST if refusal else {},
        "today": timezone.localdate(),
        "manages": manages,
        "approves": approves,
        "username": officer.username,
        "cashiers": cashiers() if manages or approves else [],
        "subject": subject_of(shown),
    }
    status = UNPROCESSABLE if refusal else None
    return render(request, "web/benefit_desk/overpayment.html", context, status=status)


def subject_of(shown: Overpayment) -> str:
    return f"overpayment/{shown.pk}"


def marks_of(shown: Overpayment) -> str:
    return mark_of(subject_of(shown))


def deed_of(shown: Overpayment, sent: QueryDict) -> Deed | None:
    """Return the act of a form about an overpaid benefit, nothing if there is no such act."""
    word = sent.get("act", "")
    if word not in STEPS:
        return None
    act, step, is_confirmed = STEPS[word]
    return Deed(act, subject_of(shown), lambda officer, at: step(shown, sent, officer, at), is_confirmed)


def plan(shown: Overpayment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    with policies_known():
        agree_plan(
            overpayment=shown,
            instalment=amount_or_none(sent.get("instalment", "")),
            share=amount_or_none(sent.get("share", "")),
            from_month=month_of(sent.get("month", "")),
            paper=text_in(sent, "paper"),
            officer=officer,
            at=at,
        )
    return _("The plan is agreed; it counts once another officer approves it.")


def approve_plan(shown: Overpayment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    decide_plan(plan=own(shown, RecoveryPlan, sent), approved=True, officer=officer, at=at)
    return _("The plan is approved; every run that is computed from now on keeps to it.")


def refuse_plan(shown: Overpayment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    decide_plan(plan=own(shown, RecoveryPlan, sent), approved=False, officer=officer, at=at)
    return _("The plan is refused.")


def refund(shown: Overpayment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    take_refund(
        overpayment=shown,
        amount=amount_in(sent.get("amount", "")),
        paper=text_in(sent, "paper"),
        officer=officer,
        cashier=cashier_in(sent),
        on=day_in(sent.get("on", "")),
        at=at,
    )
    return _("The refund is booked.")


def take_back(shown: Overpayment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    take_back_refund(
        recovery=own(shown, Recovery, sent),
        reason=text_in(sent, "reason"),
        officer=officer,
        cashier=cashier_in(sent),
        on=day_in(sent.get("on", "")),
        at=at,
    )
    return _("The refund is taken back in red.")


def write_off(shown: Overpayment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    propose_write_off(
        overpayment=shown,
        amount=amount_in(sent.get("amount", "")),
        reason=text_in(sent, "reason"),
        paper=text_in(sent, "paper"),
        officer=officer,
        at=at,
    )
    return _("The write-off is proposed; another officer decides on it.")


def approve_write_off(shown: Overpayment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    with policies_known():
        decide_write_off(
            write_off=own(shown, WriteOff, sent), approved=True, officer=officer, on=day_in(sent.get("on", "")), at=at
        )
    return _("The write-off is approved and posted.")


def refuse_write_off(shown: Overpayment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    on = timezone.localdate(at)
    decide_write_off(write_off=own(shown, WriteOff, sent), approved=False, officer=officer, on=on, at=at)
    return _("The write-off is refused.")


def own(shown: Overpayment, model: Any, sent: QueryDict) -> Any:
    """Return the plan, refund or write-off of an overpaid benefit that a form names.

    :raises NothingThere: if it has none of the number
    """
    found = model.objects.filter(overpayment=shown, pk=key_in(sent.get("one", ""))).first()
    if found is None:
        raise NothingThere("overpayment_has_it", {"overpayment": shown.pk})
    return found


Step = Callable[[Overpayment, QueryDict, Officer, datetime], str]
# The acts by their words: the name in the trail, the step, and whether it is confirmed anew.
STEPS: Mapping[str, tuple[str, Step, bool]] = {
    "plan": ("recovery.agree", plan, False),
    "approve_plan": ("recovery.approve", approve_plan, True),
    "refuse_plan": ("recovery.refuse", refuse_plan, False),
    "refund": ("recovery.take", refund, True),
    "take_back": ("recovery.take_back", take_back, True),
    "write_off": ("write_off.propose", write_off, False),
    "approve_write_off": ("write_off.approve", approve_write_off, True),
    "refuse_write_off": ("write_off.refuse", refuse_write_off, False),
}
