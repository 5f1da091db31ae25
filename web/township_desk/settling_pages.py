"""The account between district and township: the statement of a month, the settlements, and their acts."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.models import Officer
from ledger.money import ZERO
from month.long_posting import posting
from month.models import Job
from treasury.account_statements import Statement, statements_of
from treasury.exports import documents
from treasury.models import Settlement, Township
from treasury.models.words import SettlementStatus, StatementSide, StatementStatus
from treasury.refusals import NothingThere
from treasury.scopes import reads_district
from treasury.settlement_origins import settlement_sheets, what_if_sheets
from treasury.settlement_readings import SettlementSheet
from treasury.settling import approve_settlements, prepare_settlements, withdraw_settlements
from treasury.stating_accounts import POSTS, confirm_statement, disagree_with_statement, make_statements
from web.access import officer_of, open_townships
from web.acting import take, take_and_go
from web.addresses import month_in
from web.job_pages import ToldJob, ask_for_work, told
from web.township_desk.standing_here import go_or_draw, township_here
from web.township_pages import as_file, file_wanted, if_it_adds_up

MAKE = "treasury.make_statement"
UNPROCESSABLE = 422
REBATE = "month.rebate"


def jobs_of(kind: str, month: date) -> Sequence[ToldJob]:
    """Return the latest job of a kind for a month, as pages show it."""
    return told(list(Job.objects.filter(kind=kind, arguments__month=month.isoformat()).order_by("-pk")[:1]))


@if_it_adds_up
def statement(request: HttpRequest, code: str, month: str) -> HttpResponse:
    """Show the statement of account of a township and month; take its making, confirmation or disagreement."""
    shown, chosen = township_here(request, code), month_in(month)
    if wanted := file_wanted(request):
        paper = partial(documents.statements_paper, month=chosen, townships=[shown], at=timezone.now())
        return as_file(paper, f"{month}-{shown.name}-往来对账单", wanted)
    (found,) = statements_of(month=chosen, townships=[shown])
    if request.method != "POST":
        return draw_statement(request, shown, found)
    name = request.POST.get("act", "")
    side = StatementSide(request.POST["side"]) if request.POST.get("side") in StatementSide.values else None
    reason = request.POST.get("reason", "")

    def step(officer: Officer, at: datetime) -> str:
        if name == "make":
            make_statements(month=chosen, townships=[shown], officer=officer, at=at)
            return _("The statement is made; both sides confirm it next.")
        if side is None:
            raise NothingThere("statement_has_two_sides", {"side": request.POST.get("side", "")[:20]})
        if name == "disagree":
            disagree_with_statement(month=chosen, township=shown, side=side, reason=reason, officer=officer, at=at)
            return _("The disagreement is recorded.")
        confirm_statement(month=chosen, township=shown, side=side, officer=officer, at=at)
        return _("The statement is confirmed for the {side}.").format(side=side.label)

    outcome = take(
        request,
        act=f"statement.{name if name in ('make', 'disagree') else 'confirm'}",
        subject=subject_of(found),
        step=step,
        shown=mark_of_statement(found),
        confirmed=name == "confirm",
    )
    return go_or_draw(
        request,
        outcome,
        to=reverse("statement", args=[code, month]),
        draw=lambda refusal: draw_statement(request, shown, found, refusal=refusal),
    )


def subject_of(found: Statement) -> str:
    """Return the subject of the trail: the edition that is kept, or the month of the township."""
    return f"statement/{found.kept.pk}" if found.kept else f"statement/{found.township.code}/{found.month:%Y-%m}"


def mark_of_statement(found: Statement) -> str:
    kept = found.kept
    if kept is None:
        return found.digest[:32]
    return f"{kept.pk}/{kept.status}/{kept.district_by_id or ''}/{kept.township_by_id or ''}/{found.digest[:16]}"


def draw_statement(request: HttpRequest, township: Township, found: Statement, refusal: str = "") -> HttpResponse:
    officer, kept = officer_of(request), found.kept
    waits = kept is not None and kept.status == StatementStatus.MADE and found.still_holds
    signed = {
        StatementSide.DISTRICT: kept.district_by_id if kept else None,
        StatementSide.TOWNSHIP: kept.township_by_id if kept else None,
    }
    context = {
        "statement": found,
        "township": township,
        "refusal": refusal,
        "sent": request.POST if refusal else {},
        "mark": mark_of_statement(found),
        "subject": subject_of(found),
        "may_make": officer.has_perm(MAKE)
        and not (waits or (kept and kept.status == "CONFIRMED" and found.still_holds)),
        "sides": [side for side in StatementSide if waits and not signed[side] and officer.has_perm(POSTS[side])],
    }
    return render(request, "web/statement.html", context, status=UNPROCESSABLE if refusal else None)


@require_GET
@if_it_adds_up
def settlements(request: HttpRequest, month: str) -> HttpResponse:
    """Show the settlement of a month as it was kept, or what it would be now: of the townships that are open."""
    chosen = month_in(month)
    own = [one.pk for one in open_townships(request)]
    kept = settlement_sheets(month=chosen, townships=own)
    is_what_if = not kept or request.GET.get("what_if") == "1"
    if wanted := file_wanted(request):
        read = documents.what_if_paper if is_what_if else documents.settlements_paper
        name = f"{month}-结算单（试算）" if is_what_if else f"{month}-结算单"
        return as_file(partial(read, month=chosen, townships=own, at=timezone.now()), name, wanted)
    sheets = what_if_sheets(month=chosen, townships=own) if is_what_if else kept
    officer = officer_of(request)
    statuses = {sheet.status for sheet in kept}
    is_open = bool(statuses & {SettlementStatus.PREPARED, SettlementStatus.APPROVED})
    context = {
        "month": chosen,
        "sheets": sheets,
        "is_what_if": is_what_if,
        "is_kept": bool(kept),
        "reads_district": reads_district(officer),
        "totals": settlement_totals(sheets),
        "mark": mark_of_settlements(chosen),
        "subject": f"month/{month}",
        "may_prepare": officer.has_perm("treasury.prepare_settlement"),
        "may_approve": officer.has_perm("treasury.approve_settlement") and SettlementStatus.PREPARED in statuses,
        "may_withdraw": officer.has_perm("treasury.approve_settlement") and is_open,
        "may_post": officer.has_perm("treasury.post_settlement") and SettlementStatus.APPROVED in statuses,
        "jobs": jobs_of(REBATE, chosen) if officer.has_perm("treasury.post_settlement") else [],
    }
    return render(request, "web/settlements.html", context)


def settlement_totals(sheets: Sequence[SettlementSheet]) -> Mapping[str, object]:
    names = ("base", "withheld", "returned", "back_pay", "ordinary_return", "debt_after")
    return {name: sum((sheet.values[name] for sheet in sheets), ZERO) for name in names}


def mark_of_settlements(month: date) -> str:
    """Return the mark of the settlements of a month: those that stand, and the state of each."""
    kept = Settlement.objects.filter(month=month).exclude(status=SettlementStatus.WITHDRAWN).order_by("pk")
    return f"{month:%Y-%m}/" + ",".join(f"{key}{status[:2]}" for key, status in kept.values_list("pk", "status"))


def prepare(month: date, _reason: str, officer: Officer, at: datetime) -> str:
    made = prepare_settlements(month=month, officer=officer, at=at)
    return _("{count} settlements of the month are prepared.").format(count=len(made))


def approve(month: date, _reason: str, officer: Officer, at: datetime) -> str:
    approved = approve_settlements(month=month, officer=officer, at=at)
    return _("{count} settlements are approved; a cashier posts them.").format(count=len(approved))


def withdraw(month: date, reason: str, officer: Officer, at: datetime) -> str:
    count = withdraw_settlements(month=month, officer=officer, reason=reason, at=at)
    return _("{count} settlements are withdrawn.").format(count=count)


def post(month: date, _reason: str, officer: Officer, at: datetime) -> str:
    return ask_for_work(posting(REBATE, month=month), officer, at)


# The acts of a month's settlements: the act of the trail, the step, and whether it is confirmed anew.
SETTLING: Mapping[str, tuple[str, Callable[[date, str, Officer, datetime], str], bool]] = {
    "prepare": ("settlements.prepare", prepare, False),
    "approve": ("settlements.approve", approve, True),
    "withdraw": ("settlements.withdraw", withdraw, False),
    "post": ("settlements.post", post, True),
}


@require_POST
def settlement_act(request: HttpRequest, month: str) -> HttpResponse:
    """Prepare, approve, withdraw or post the settlements of a month, those of all townships."""
    chosen = month_in(month)
    act, step, confirmed = SETTLING.get(request.POST.get("act", ""), SETTLING["prepare"])
    return take_and_go(
        request,
        act=act,
        subject=f"month/{month}",
        step=partial(step, chosen, request.POST.get("reason", "")[:200]),
        to=reverse("settlements", args=[month]),
        shown=mark_of_settlements(chosen),
        confirmed=confirmed,
    )
