"""What the bank says: its files are uploaded or lie in its folders; what came back is worked off one by one."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Final

from django.db.models import Count, F, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.models import Officer
from ledger.policies import NoValueYet
from month.beginning import open_months, pay_date_of, payable_day
from month.handing_over import taking
from month.inboxes import arrived
from month.long_work import reading_results
from month.models import Job
from month.running import single_payment_template
from month.statement_work import (
    MESSAGES,
    READ_STATEMENT,
    TABLE,
    BankStatementFile,
    reading_statement,
    take_file,
)
from payouts.bank_files.statement_templates import DEFAULT_STATEMENT, statement_templates
from payouts.bank_formats import format_names
from payouts.building import DEFAULT_TEMPLATE
from payouts.channels.channel_files import SHIPPED, load_channels
from payouts.correcting import corrections_waiting, reissue
from payouts.models import OwnAccount, ResultFile, StatementFile
from payouts.models.bank_words import OwnAccountStatus, SettledBy
from payouts.rendering import channels_folder
from payouts.returned_payments import day_of
from payouts.taking_statements import TakenStatement
from web.addresses import month_in
from web.bank_desk.bank_uploads import bank_upload
from web.bank_desk.batch_pages import is_serial
from web.bank_desk.entering import Deed, enter
from web.bank_desk.lying import lying, refused_files
from web.bank_desk.returned import open_returns, returns_page, sum_of
from web.job_pages import ask_for_work, told
from web.templatetags.acts import trail

PAGE: Final = 100
JOBS_SHOWN: Final = 5
FILES_SHOWN: Final = 30
JOBS: Final = ("results.read", "bank.take", READ_STATEMENT)


@require_GET
def results(request: HttpRequest, month: str) -> HttpResponse:
    """Show the bank's files of a month, what lies in its folders, and the payments that came back."""
    return draw_results(request, month_in(month))


def draw_results(request: HttpRequest, month: date, refusal: str = "") -> HttpResponse:
    """Draw the page of the results: with a refusal, what was typed stays in its form."""
    after = request.GET.get("after", "")
    returned = returns_page(month=month, after=int(after) if is_serial(after) else 0, limit=PAGE)
    all_returned = open_returns(month)
    corrected = corrections_waiting(month=month)
    refused, refused_count = refused_files()
    came_back = F("returned_amount") + F("rejected_amount")
    files = ResultFile.objects.filter(month=month).defer("content").annotate(came_back=came_back).order_by("-pk")
    context = {
        "month": month,
        "lying": lying(),
        "refused_files": refused,
        "refused_count": refused_count,
        "jobs": told(list(Job.objects.filter(kind__in=JOBS).order_by("-pk")[:JOBS_SHOWN])),
        "files": files[:FILES_SHOWN],
        "totals": ResultFile.objects.filter(month=month).aggregate(
            rows=Sum("rows"),
            settled=Sum("settled"),
            returned=Sum("returned"),
            rejected=Sum("rejected"),
            came_back=Sum(came_back),
        ),
        "statements": StatementFile.objects.defer("content").annotate(found=Count("findings")).order_by("-pk")[:10],
        "returned": returned,
        "returned_count": all_returned.count(),
        "returned_total": sum_of(all_returned),
        "following": returned[-1].payment.serial if len(returned) == PAGE else "",
        "corrected": corrected.count(),
        "cooled_off": corrected.filter(payable_from__lte=timezone.localdate()).count(),
        "pay_day": pay_day_of(month),
        "formats": format_names(),
        "format": DEFAULT_TEMPLATE,
        "accounts": OwnAccount.objects.filter(status=OwnAccountStatus.CONFIRMED).order_by("pk"),
        "tables": sorted(statement_templates()),
        "table": DEFAULT_STATEMENT,
        "settled_by": SettledBy.choices,
        "mark": mark_of(month),
        "refusal": refusal,
        "typed": request.POST,
        **trail(f"month/{month:%Y-%m}"),
    }
    return render(request, "web/bank_desk/results.html", context)


def pay_day_of(month: date) -> date:
    """Return the next day on which a month may be paid again."""
    today = timezone.localdate()
    try:
        return payable_day(nominal=max(pay_date_of(month), today))
    except NoValueYet:  # before the first pay calendar
        return payable_day(nominal=today)


def mark_of(month: date) -> str:
    """Return the mark of what may be issued again: another officer may have done so, or approved more."""
    keys = corrections_waiting(month=month).values_list("pk", flat=True)
    return f"{len(keys)}/{max(keys, default=0)}"


@require_POST
def result_act(request: HttpRequest, month: str) -> HttpResponse:
    """Take a file of the bank, what lies in its folders, or issue again what was put right."""
    chosen = month_in(month)
    make = DEEDS.get(request.POST.get("act", ""))
    if make is None:
        raise Http404("act")
    return enter(
        request,
        make(request, chosen),
        subject=f"month/{chosen:%Y-%m}",
        shown=mark_of(chosen),
        to=reverse("results", args=[month]),
        draw=partial(draw_results, request, chosen),
    )


def read_result(request: HttpRequest, _month: date) -> Deed:
    """Have a worker read a result file of the bank."""
    template, on = request.POST.get("template", ""), day_in(request.POST.get("on", ""))
    if template not in format_names():
        raise Http404(template)

    def step(officer: Officer, at: datetime) -> str:
        file = bank_upload(request)
        open_months(day=on or day_of(at), officer=officer, at=at)
        asked = reading_results(name=file.name, content=file.content, template=template, month=None, on=on)
        return ask_for_work(asked, officer, at)

    return Deed("results.read", step)


def day_in(text: str) -> date | None:
    """Return the day of a field, or None where it is empty."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Http404(text) from None


def read_statement(request: HttpRequest, _month: date) -> Deed:
    """Take a statement or a notice of the bank; a worker takes one that is large."""
    typed = {name: request.POST.get(name, "") for name in ("kind", "account", "table", "settled_by")}
    if typed["kind"] not in (*MESSAGES, TABLE) or typed["settled_by"] not in SettledBy.values:
        raise Http404("kind")

    def step(officer: Officer, at: datetime) -> str:
        upload = bank_upload(request)
        file = BankStatementFile(
            name=upload.name,
            content=upload.content,
            kind=typed["kind"],
            account=typed["account"],
            template=typed["table"] if typed["table"] in statement_templates() else "",
            settled_by=SettledBy(typed["settled_by"]),
        )
        if file.is_large:
            return ask_for_work(reading_statement(file), officer, at)
        return said_of(take_file(file, officer=officer, at=at))

    return Deed("statement.take", step)


def said_of(taken: TakenStatement) -> str:
    """Tell what a statement said."""
    if taken.known_before:
        return _("{file} was taken before; nothing changed.").format(file=taken.file)
    return _("{file}: {entries} entries, explained in {explained} ways, {findings} findings.").format(
        file=taken.file,
        entries=sum(one.entries_count for one in taken.statements),
        explained=taken.explained,
        findings=len(taken.findings),
    )


def take_what_lies(_request: HttpRequest, _month: date) -> Deed:
    """Have the workers take every file that the bank has laid in its folders."""

    def step(officer: Officer, at: datetime) -> str:
        open_months(day=day_of(at), officer=officer, at=at)
        found = [
            file for channel in load_channels(folder=channels_folder() or SHIPPED).values() for file in arrived(channel)
        ]
        for file in found:
            ask_for_work(taking(file), officer, at)
        return _("Files to be taken: {many}. It goes on by itself; you may leave this page.").format(many=len(found))

    return Deed("bank.take", step)


def issue_again(request: HttpRequest, month: date) -> Deed:
    """Build the batches of what was put right."""
    template, on = request.POST.get("template", ""), day_in(request.POST.get("on", ""))
    if template not in format_names() or on is None:
        raise Http404(template)

    def step(officer: Officer, at: datetime) -> str:
        batches = reissue(
            month=month,
            officer=officer,
            template=template,
            pay_date=on,
            at=at,
            short_template=single_payment_template(template),
        )
        return _("Batches to pay again: {batches}.").format(batches=", ".join(map(str, batches)))

    return Deed("batch.reissue", step, is_confirmed=True)


DEEDS: Final[Mapping[str, Callable[[HttpRequest, date], Deed]]] = {
    "result": read_result,
    "statement": read_statement,
    "take": take_what_lies,
    "reissue": issue_again,
}
