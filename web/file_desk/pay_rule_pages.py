"""The pages of the pay rules: which there are, what each asks for, and what it makes of a clerk's file.

Nothing of the file stays here: it is looked at, or the answer is taken away, and each time computed from what is sent.
"""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from imports.refusals import UnableToStage
from ledger.policies import NoValue
from ledger.recording import refusals_recorded
from ledger.refusals import UnableToPost
from month.calculating import RULES, PayRule, pay_by_rule
from month.fact_sheets import Answer, FactsRefused, empty_list
from month.post_names import POST_NAMES
from month.posts import POSTS
from web.access import officer_of
from web.addresses import MONTH, month_in
from web.file_desk.pay_rules import (
    FAULTS_SHOWN,
    ROWS_SHOWN,
    ShownFaults,
    listed_columns,
    listed_rule,
    listed_rules,
    shown_answer,
    shown_faults,
)
from web.file_desk.refusals import NoFileTaken, told_by_name
from web.security.upload_refusals import UploadRefused
from web.security.uploads import checked_upload

CSV = "text/csv; charset=utf-8"
UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Computed:
    """What a rule made of a file: its answer and the name of it; or the faults of its rows, or why it was not read."""

    answer: Answer | None = None
    name: str = ""
    faults: ShownFaults | None = None
    refusal: str = ""


@require_GET
def pay_rules(request: HttpRequest) -> HttpResponse:
    """List the rules with the columns that each asks for."""
    context = {"rules": listed_rules(), "month": month_typed(request.GET.get("month", ""))}
    return render(request, "web/file_desk/pay_rules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def pay_rule(request: HttpRequest, rule: str) -> HttpResponse:
    """Show what a rule asks for; compute a file that is sent, to look at the answer or to take it away."""
    chosen = rule_at(rule)
    sent = request.method == "POST"
    computed = compute(request, rule) if sent else Computed()
    if computed.answer and request.POST.get("want") == "csv":
        return taken_away(computed.name, computed.answer.as_csv())
    typed = (request.POST if sent else request.GET).get("month", "")
    context = {
        "rule": listed_rule(rule),
        "columns": listed_columns(chosen.layout),
        "may_compute": not chosen.act or officer_of(request).has_perm(chosen.act),
        "posts": posts_of(chosen.act),
        "month": month_typed(typed),
        "typed": typed if sent else f"{month_typed(typed):%Y-%m}",
        "refusal": computed.refusal,
        "faults": computed.faults,
        "faults_shown": FAULTS_SHOWN,
        "answer": shown_answer(computed.answer) if computed.answer else None,
        "rows_shown": ROWS_SHOWN,
        "megabytes_max": settings.UPLOAD_BYTES_MAX >> 20,
    }
    is_refused = bool(computed.refusal or computed.faults)
    return render(request, "web/file_desk/pay_rule.html", context, status=UNPROCESSABLE if is_refused else 200)


@require_GET
def pay_rule_list(_request: HttpRequest, rule: str) -> HttpResponse:
    """Hand out an empty list with the headings that a rule asks for."""
    layout = rule_at(rule).layout
    return taken_away(f"{layout.title}.csv", empty_list(layout))


def compute(request: HttpRequest, rule: str) -> Computed:
    """Compute the file of a form; that payslips were read for it, or that it was refused, is in the trail."""
    officer, at, typed = officer_of(request), timezone.now(), request.POST.get("month", "")
    if not MONTH.fullmatch(typed):
        return Computed(refusal=_("{text} is no month; write it as 2026-11.").format(text=typed))
    month, chosen = month_in(typed), RULES[rule]
    name = f"{chosen.layout.title}_{month:%Y%m}_测算.csv"
    act, subject = "month.pay_rule", f"month/{month:%Y-%m}"
    try:
        with refusals_recorded(chain="", at=at, actor=officer.username, act=act, subject=subject):
            handed = request.FILES.getlist("file")
            if not handed:
                raise NoFileTaken("file_is_handed_in", {"rule": rule})
            upload = checked_upload(handed[0])
            answer = pay_by_rule(
                rule=rule,
                file=(upload.name, upload.content),
                month=month,
                taken_as=name,
                clerk=officer if chosen.act else None,
                at=at,
            )
    except FactsRefused as refused:
        return Computed(faults=shown_faults(refused))
    except UploadRefused as refusal:
        return Computed(refusal=told_by_name(refusal))
    except (UnableToPost, UnableToStage) as refusal:
        return Computed(refusal=str(refusal))
    except NoValue as missing:
        said = _("The policy {policy} has no value on {day}. Choose another month, or add the value.")
        return Computed(refusal=said.format(policy=missing.name, day=missing.on))
    return Computed(answer=answer, name=name)


def rule_at(rule: str) -> PayRule:
    """Return the rule of an address."""
    if rule not in RULES:
        raise Http404(rule)
    return RULES[rule]


def month_typed(text: str) -> date:
    """Return a month that was typed, or this one if the text is none."""
    return month_in(text) if MONTH.fullmatch(text) else timezone.localdate().replace(day=1)


def posts_of(act: str) -> str:
    """Return the posts that hold an act."""
    return _(", ").join(str(POST_NAMES[post]) for post, acts in POSTS.items() if act in acts)


def taken_away(name: str, content: bytes) -> HttpResponse:
    """Return a csv to be kept as a file."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(content, content_type=CSV, headers={"Content-Disposition": disposition})
