"""The batches of a month, and one batch: where it stands, its files at the bank, its payments. These change nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from ledger.masking import masked_account, masked_id
from ledger.money import ZERO
from month.models import Job
from month.running import fitting
from payouts.bank_formats import format_names
from payouts.labels import exception_label, facts_label
from payouts.models import BankFile, Batch, BatchException, FateDecision, Handover, HandoverFate, Payment
from payouts.models.words import BatchStatus, CorrectionStatus, Fate, OfficersFate, PaymentStatus, Severity
from payouts.sending import BEING_SENT
from web.addresses import month_in
from web.bank_desk.batch_standings import batch_standing, batch_standings, line_of
from web.job_pages import told
from web.templatetags.acts import trail

PAGE: Final = 100
EXCEPTIONS_SHOWN: Final = 200
JOBS_SHOWN: Final = 3
NOT_SENT: Final = (BatchStatus.CHECKED, BatchStatus.APPROVED, BatchStatus.FUNDED, BatchStatus.RENDERED)


@require_GET
def batches(request: HttpRequest, month: str) -> HttpResponse:
    """List the batches of a month with where each stands."""
    chosen = month_in(month)
    found = batch_standings(chosen)
    kept = [one.batch for one in found if one.batch.status != BatchStatus.CANCELLED]
    totals = {
        "payments": sum(batch.payments_count for batch in kept),
        "total": sum((batch.total for batch in kept), ZERO),
        "came_back": sum(one.came_back for one in found),
    }
    context = {"month": chosen, "batches": found, "totals": totals, **trail(f"month/{chosen:%Y-%m}")}
    return render(request, "web/bank_desk/batches.html", context)


def batch_named(month: str, number: int) -> Batch:
    """Return the batch of an address such as ``2026-11/3``."""
    return get_object_or_404(Batch.objects.select_related("run"), month=month_in(month), number=number)


@require_GET
def batch(request: HttpRequest, month: str, number: int) -> HttpResponse:
    """Show a batch and the acts that its state asks for."""
    return draw_batch(request, batch_named(month, number))


def draw_batch(request: HttpRequest, batch: Batch, refusal: str = "") -> HttpResponse:
    """Draw the page of a batch: with a refusal, what was typed stays in its form."""
    standing = batch_standing(batch)
    files = files_of(batch)
    exceptions = list(exceptions_of(batch))
    context = {
        "standing": standing,
        "batch": standing.batch,
        "month": batch.month,
        "line": line_of(batch),
        **trail(f"batch/{batch}", *(one.subject for one in files)),
        "approvals": standing.batch.approvals.filter(digest=batch.digest).order_by("rank"),
        "exceptions": exceptions,
        "to_sign": [one for one in exceptions if one.severity == Severity.SIGN and not one.signed_by_id],
        "files": files,
        "jobs": told(list(jobs_of(batch))),
        "formats": format_names(),
        "fitting": fitting(batch, batch.template),
        "may_approve": bool(standing.next_approval_act) and request.user.has_perm(standing.next_approval_act),
        "is_to_render": batch.status == BatchStatus.APPROVED,
        "may_cancel": batch.status in NOT_SENT,
        "is_to_send": batch.status in (BatchStatus.RENDERED, *BEING_SENT),
        "says": OfficersFate.choices,
        "refusal": refusal,
        "typed": request.POST,
    }
    return render(request, "web/bank_desk/batch.html", context)


def jobs_of(batch: Batch) -> Iterable[Job]:
    """Return the latest work on a batch, the newest first."""
    work = Q(kind="batch.render", key=f"batch/{batch.pk}") | Q(kind="batch.send", key__startswith=f"batch/{batch.pk}/")
    return Job.objects.filter(work).order_by("-pk")[:JOBS_SHOWN]


def exceptions_of(batch: Batch) -> Iterable[BatchException]:
    """Return what the controls found in a batch, in words, what is to be signed before the rest."""
    found = batch.exceptions.select_related("payment").order_by("-severity", "pk")[:EXCEPTIONS_SHOWN]
    for one in found:
        one.told = exception_label(one.kind)  # type: ignore[attr-defined]
        one.facts_told = facts_label(one.facts)  # type: ignore[attr-defined]
        yield one


@dataclass(frozen=True, slots=True)
class FileStanding:
    """A file for the bank: its last handover, what is known of it, and what is proposed to be decided."""

    file: BankFile
    handover: Handover | None
    fates: Sequence[HandoverFate]
    proposed: FateDecision | None
    decided: Sequence[FateDecision]

    @property
    def subject(self) -> str:
        return f"bank file/{self.file.pk}"

    @property
    def fate(self) -> HandoverFate | None:
        return self.fates[-1] if self.fates else None

    @property
    def mark(self) -> str:
        fate = self.fate
        return "/".join(
            str(part)
            for part in (
                self.file.batch.status,
                self.handover.pk if self.handover else 0,
                fate.fate if fate else "",
                self.proposed.pk if self.proposed else 0,
                len(self.decided),
            )
        )

    @property
    def is_unproven(self) -> bool:
        """Whether officers may say what became of the file."""
        known = self.fate is not None and self.fate.fate != Fate.UNKNOWN
        return self.file.batch.status == BatchStatus.UNKNOWN and self.handover is not None and not known

    @property
    def is_open(self) -> bool:
        """Whether a decision about the file may be proposed: its fate is unproven, or the bank may refuse it whole."""
        return not self.proposed and (self.is_unproven or self.file.batch.status == BatchStatus.SENT)


def files_of(batch: Batch) -> Sequence[FileStanding]:
    """Return the files of a batch without their bytes, in a constant number of queries."""
    handovers = Handover.objects.order_by("attempt").prefetch_related(
        Prefetch("fates", HandoverFate.objects.order_by("pk"))
    )
    found = (
        BankFile.objects.filter(batch=batch)
        .defer("content")
        .select_related("batch")
        .prefetch_related(Prefetch("handovers", handovers), Prefetch("decisions", FateDecision.objects.order_by("pk")))
        .order_by("number")
    )
    return [file_standing(file) for file in found]


def file_standing(file: BankFile) -> FileStanding:
    handovers, decisions = list(file.handovers.all()), list(file.decisions.all())
    last = handovers[-1] if handovers else None
    proposed = [one for one in decisions if one.status == CorrectionStatus.PROPOSED]
    return FileStanding(
        file=file,
        handover=last,
        fates=list(last.fates.all()) if last else [],
        proposed=proposed[0] if proposed else None,
        decided=[one for one in decisions if one.status != CorrectionStatus.PROPOSED],
    )


@require_GET
def batch_payments(request: HttpRequest, month: str, number: int) -> HttpResponse:
    """Show a page of the payments of a batch; ``after`` is the serial of the last one of the page before."""
    shown = batch_named(month, number)
    asked = {name: request.GET.get(name, "")[:60].strip() for name in ("text", "state", "after")}
    found = list(
        searched(shown, text=asked["text"], state=asked["state"])
        .filter(serial__gt=int(asked["after"]) if is_serial(asked["after"]) else 0)
        .order_by("serial")[:PAGE]
    )
    context = {
        "batch": shown,
        "month": shown.month,
        "payments": [masked(one) for one in found],
        "page_total": sum((one.amount for one in found), ZERO),
        "following": found[-1].serial if len(found) == PAGE else "",
        "states": PaymentStatus.choices,
        "asked": asked,
    }
    return render(request, "web/bank_desk/payments.html", context)


def is_serial(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 9


def searched(batch: Batch, *, text: str, state: str) -> Any:
    """Return the payments of a batch of a state, by a serial, a part of the payee's name, or the end of a number."""
    found = batch.payments.all()
    if state in PaymentStatus.values:
        found = found.filter(status=state)
    if not text:
        return found
    fits = Q(name__icontains=text)
    if is_serial(text):
        fits |= Q(serial=int(text))
    if len(text) >= 4:
        fits |= Q(account_number__endswith=text) | Q(id_number__endswith=text.upper())
    return found.filter(fits)


def masked(payment: Payment) -> Mapping[str, object]:
    """Return a payment as lists show it: its numbers masked."""
    return {
        "payment": payment,
        "account": masked_account(payment.account_number),
        "id_number": masked_id(payment.id_number),
    }
