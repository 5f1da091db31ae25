"""The acts on a batch and its files: sign, approve, make and send the files, say what became of one, take it away."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ledger.models import Officer
from month.beginning import open_months
from month.handing_over import rendering, sending
from month.reading_in_full import read_file
from payouts.approving import approve_next, sign_batch
from payouts.bank_formats import format_names
from payouts.building import cancel_batch
from payouts.deciding_fates import decide_fate, propose_fate
from payouts.models import BankFile, Batch, FateDecision
from payouts.models.words import BatchStatus, CorrectionStatus, OfficersFate
from payouts.paying_again import approve_again, propose_again
from payouts.refusals import FateRefused
from web.acting import SEE_OTHER, take, tell
from web.addresses import keys_in
from web.bank_desk.batch_pages import batch_named, draw_batch, file_standing
from web.bank_desk.batch_standings import batch_standing
from web.bank_desk.entering import Deed, enter
from web.job_pages import ask_for_work


def address(batch: Batch) -> str:
    return reverse("batch", args=[f"{batch.month:%Y-%m}", batch.number])


@require_POST
def batch_act(request: HttpRequest, month: str, number: int) -> HttpResponse:
    """Take an act on a batch."""
    batch = batch_named(month, number)
    make = BATCH_DEEDS.get(request.POST.get("act", ""))
    if make is None:
        raise Http404("act")
    return enter(
        request,
        make(request, batch),
        subject=f"batch/{batch}",
        shown=batch_standing(batch).mark,
        to=address(batch),
        draw=partial(draw_batch, request, batch),
    )


def sign(request: HttpRequest, batch: Batch) -> Deed:
    """Sign what the controls found, with a reason."""
    chosen = keys_in(request.POST.getlist("exception"))

    def step(officer: Officer, at: datetime) -> str:
        sign_batch(
            month=batch.month,
            number=batch.number,
            exceptions=chosen,
            officer=officer,
            reason=request.POST.get("reason", "").strip(),
            at=at,
        )
        return _("Signed.")

    return Deed("batch.sign", step, is_confirmed=True)


def approve(_request: HttpRequest, batch: Batch) -> Deed:
    """Approve a batch, as the next officer that its total asks for."""

    def step(officer: Officer, at: datetime) -> str:
        approved = approve_next(month=batch.month, number=batch.number, officer=officer, at=at)
        label = BatchStatus(approved.status).label
        return _("Batch {batch} has your approval; it is now: {status}.").format(batch=approved, status=label)

    return Deed("batch.approve", step, is_confirmed=True)


def make_files(request: HttpRequest, batch: Batch, *, then_send: bool) -> Deed:
    """Have a worker make the files of a batch in a format, and perhaps hand them over then."""
    template = request.POST.get("template", "")
    if template not in format_names():
        raise Http404(template)

    def step(officer: Officer, at: datetime) -> str:
        open_months(day=batch.pay_date, officer=officer, at=at)
        return ask_for_work(rendering(batch, template, then_send=then_send), officer, at)

    return Deed("batch.render", step, is_confirmed=then_send)


def send(_request: HttpRequest, batch: Batch) -> Deed:
    """Have a worker hand the files of a batch to the bank."""

    def step(officer: Officer, at: datetime) -> str:
        open_months(day=batch.pay_date, officer=officer, at=at)
        return ask_for_work(sending(batch), officer, at)

    return Deed("batch.send", step, is_confirmed=True)


def cancel(request: HttpRequest, batch: Batch) -> Deed:
    """Cancel a batch that was not handed over, with a reason."""

    def step(officer: Officer, at: datetime) -> str:
        reason = request.POST.get("reason", "").strip()
        cancel_batch(month=batch.month, number=batch.number, officer=officer, reason=reason, at=at)
        return _("Batch {batch} is cancelled.").format(batch=batch)

    return Deed("batch.cancel", step, is_confirmed=True)


BATCH_DEEDS: Final[Mapping[str, Callable[[HttpRequest, Batch], Deed]]] = {
    "sign": sign,
    "approve": approve,
    "render": partial(make_files, then_send=False),
    "render_and_send": partial(make_files, then_send=True),
    "send": send,
    "cancel": cancel,
}


def file_named(name: str) -> BankFile:
    return get_object_or_404(BankFile.objects.select_related("batch").defer("content"), name=name)


@require_POST
def bank_file_act(request: HttpRequest, name: str) -> HttpResponse:
    """Say what became of a file, or that what was rejected with it is paid again."""
    file = file_named(name)
    make = FILE_DEEDS.get(request.POST.get("act", ""))
    if make is None:
        raise Http404("act")
    return enter(
        request,
        make(request, file),
        subject=f"bank file/{file.pk}",
        shown=file_standing(file).mark,
        to=address(file.batch),
        draw=partial(draw_batch, request, file.batch),
    )


def propose(request: HttpRequest, file: BankFile) -> Deed:
    """Propose what became of a file, on a paper of the bank."""
    says, paper = request.POST.get("says", ""), request.POST.get("paper", "").strip()
    if says not in OfficersFate.values:
        raise Http404(says)

    def step(officer: Officer, at: datetime) -> str:
        propose_fate(file=file, says=OfficersFate(says), paper=paper, officer=officer, at=at)
        return _("Proposed for {file}; another officer decides.").format(file=file.name)

    return Deed("fate.propose", step)


def decide(_request: HttpRequest, file: BankFile, *, approved: bool) -> Deed:
    """Approve or refuse what another officer proposed about a file."""

    def step(officer: Officer, at: datetime) -> str:
        decision = FateDecision.objects.filter(file=file, status=CorrectionStatus.PROPOSED).first()
        if decision is None:
            raise FateRefused("fate_decision_moves", {"file": file.name})
        decide_fate(decision=decision, approve=approved, officer=officer, at=at)
        return _("Decided for {file}.").format(file=file.name)

    return Deed("fate.decide", step, is_confirmed=True)


def pay_again(request: HttpRequest, file: BankFile) -> Deed:
    """Propose to pay again what was rejected with its file."""
    paper = request.POST.get("paper", "").strip()

    def step(officer: Officer, at: datetime) -> str:
        many = propose_again(file=file, paper=paper, officer=officer, at=at)
        return _("Proposed to be paid again: {many} payments.").format(many=many)

    return Deed("correction.propose", step)


def allow_again(_request: HttpRequest, file: BankFile) -> Deed:
    """Approve that what was rejected with its file is paid again."""

    def step(officer: Officer, at: datetime) -> str:
        many = approve_again(file=file, officer=officer, at=at)
        return _("Approved to be paid again: {many} payments. The releaser issues them.").format(many=many)

    return Deed("correction.approve", step, is_confirmed=True)


FILE_DEEDS: Final[Mapping[str, Callable[[HttpRequest, BankFile], Deed]]] = {
    "propose": propose,
    "decide": partial(decide, approved=True),
    "refuse": partial(decide, approved=False),
    "again": pay_again,
    "approve_again": allow_again,
}


@require_POST
def bank_file(request: HttpRequest, name: str) -> HttpResponse:
    """Hand out a file as the bank gets it; it has numbers in full, so this is confirmed and leaves its event."""
    file = file_named(name)
    content: list[bytes] = []

    def step(officer: Officer, at: datetime) -> str:
        content.append(read_file(file=file, officer=officer, at=at))
        return ""

    outcome = take(
        request,
        act="documents.read",
        subject=f"bank file/{file.pk}",
        step=step,
        shown=file.sha256,
        confirmed=True,
    )
    if not outcome.is_done:
        tell(request, outcome)
        return HttpResponseRedirect(address(file.batch), status=SEE_OTHER)
    answer = HttpResponse(content[0], content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return answer
