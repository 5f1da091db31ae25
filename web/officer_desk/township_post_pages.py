"""Posts in townships: which there are, give one, ask the party committee, confirm, refuse and end one."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import AuditEvent, Officer
from treasury.models import Secondment, Township
from treasury.models.words import CommitteeAnswer, PostKind, SecondmentStatus
from treasury.refusals import NothingThere
from treasury.seconding import Term, confirm_post, end_post, give_post, record_consultation, refuse_post
from web.access import officer_of
from web.acting import SEE_OTHER, take, tell
from web.officer_desk.typed import day_typed, holder_named

PAGE: Final = 50
GIVES, CONFIRMS = "treasury.give_post", "treasury.confirm_post"


def subject_of(shown: Secondment) -> str:
    return f"secondment/{shown.pk}"


def mark_of(shown: Secondment) -> str:
    events = AuditEvent.objects.filter(subject=subject_of(shown), refused="").order_by("-pk")
    return f"{shown.status}/{shown.held_until}/{events.values_list('pk', flat=True).first() or 0}"


def township_posts(request: HttpRequest) -> HttpResponse:
    """List posts in townships, the newest first; give one."""
    refusal, sent = "", QueryDict()
    if request.method == "POST":
        outcome = take(request, act="post.give", subject="secondment", step=giving(request), confirmed=True)
        if outcome.is_done or outcome.was_sent:
            tell(request, outcome)
            return HttpResponseRedirect(reverse("seconded_posts"), status=SEE_OTHER)
        refusal, sent = outcome.refusal, request.POST
    code, status, before = (request.GET.get(name, "").strip()[:20] for name in ("township", "status", "before"))
    found = Secondment.objects.select_related("township", "consultation")
    if code:
        found = found.filter(township__code=code)
    if status in SecondmentStatus.values:
        found = found.filter(status=status)
    if before.isascii() and before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    shown = list(found.order_by("-pk")[:PAGE])
    today = timezone.localdate()
    context = {
        "posts": [(one, is_held(one, today), getattr(one, "consultation", None)) for one in shown],
        "following": shown[-1].pk if len(shown) == PAGE else "",
        "townships": Township.objects.order_by("number"),
        "code": code,
        "status": status,
        "states": SecondmentStatus.choices,
        "kinds": PostKind.choices,
        "may_give": officer_of(request).has_perm(GIVES),
        "refusal": refusal,
        "sent": sent,
    }
    return render(request, "web/officer_desk/township_posts.html", context, status=422 if refusal else 200)


def is_held(one: Secondment, on: date) -> bool:
    return one.status == SecondmentStatus.CONFIRMED and one.effective_from <= on < one.held_until


def giving(request: HttpRequest) -> Callable[[Officer, datetime], str]:
    sent = request.POST

    def step(officer: Officer, at: datetime) -> str:
        township = Township.objects.filter(code=sent.get("township", "")[:20]).first()
        if township is None:
            raise NothingThere("township_is_registered", {"township": sent.get("township", "")[:20]})
        if sent.get("post", "") not in PostKind.values:
            raise NothingThere("post_is_known", {"post": sent.get("post", "")[:20]})
        holder, name = sent.get("holder", "").strip(), sent.get("name", "").strip()
        if bool(holder) == bool(name):
            raise NothingThere("post_has_one_holder")
        given = give_post(
            township=township,
            post=PostKind(sent["post"]),
            holder=holder_named(holder) if holder else None,
            name=name[:40],
            term=Term(day_typed(sent.get("from", "")), day_typed(sent.get("to", ""))),
            officer=officer,
            at=at,
        )
        return _("Given: {post} of {township} to {name}. Another officer confirms it.").format(
            post=given.get_post_display(), township=township.name, name=given.name
        )

    return step


def township_post(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a post in a township with its forms; take one act with it."""
    shown = get_object_or_404(Secondment.objects.select_related("township", "consultation", "holder"), pk=pk)
    refusal, sent = "", QueryDict()
    if request.method == "POST":
        act = request.POST.get("act", "")
        steps = steps_with(shown, request.POST)
        if act not in steps:
            raise Http404(act)
        outcome = take(
            request,
            act=f"post.{act}",
            subject=subject_of(shown),
            step=steps[act],
            shown=mark_of(shown),
            confirmed=act != "consult",
        )
        if outcome.is_done or outcome.was_sent:
            tell(request, outcome)
            return HttpResponseRedirect(reverse("seconded_post", args=[pk]), status=SEE_OTHER)
        refusal, sent = outcome.refusal, request.POST
    looks, today = officer_of(request), timezone.localdate()
    consultation = getattr(shown, "consultation", None)
    waits = shown.status == SecondmentStatus.GIVEN
    decides = looks.has_perm(CONFIRMS) and waits and looks.username not in (shown.given_by_id, shown.holder_id)
    context = {
        "shown": shown,
        "is_held": is_held(shown, today),
        "consultation": consultation,
        "answers": CommitteeAnswer.choices,
        "subject": subject_of(shown),
        "mark": mark_of(shown),
        "may_consult": looks.has_perm(GIVES) and waits and consultation is None,
        "may_decide": decides,
        "may_end": looks.has_perm(GIVES) and shown.status == SecondmentStatus.CONFIRMED and today < shown.held_until,
        "refusal": refusal,
        "sent": sent,
    }
    return render(request, "web/officer_desk/township_post.html", context, status=422 if refusal else 200)


def steps_with(shown: Secondment, sent: Any) -> dict[str, Callable[[Officer, datetime], str]]:
    """Return the acts with a post in a township, each with what is said when it is done."""
    reason = sent.get("reason", "").strip()[:200]

    def consult(officer: Officer, at: datetime) -> str:
        if sent.get("answer", "") not in CommitteeAnswer.values:
            raise NothingThere("answer_is_known", {"answer": sent.get("answer", "")[:20]})
        record_consultation(
            secondment=shown,
            asked_on=day_typed(sent.get("asked", "")),
            answered_on=day_typed(sent.get("answered", "")),
            answer=CommitteeAnswer(sent["answer"]),
            paper=sent.get("paper", "").strip()[:200],
            officer=officer,
            at=at,
        )
        return _("The answer of the party committee is recorded.")

    def confirm(officer: Officer, at: datetime) -> str:
        made = confirm_post(secondment=shown, officer=officer, reason=reason, at=at)
        return _("Confirmed: held from {begin}.").format(begin=made.effective_from)

    def refuse(officer: Officer, at: datetime) -> str:
        refuse_post(secondment=shown, officer=officer, reason=reason, at=at)
        return _("Refused: {posts}.").format(posts=shown.get_post_display())

    def end(officer: Officer, at: datetime) -> str:
        made = end_post(secondment=shown, ends_on=day_typed(sent.get("on", "")), reason=reason, officer=officer, at=at)
        return _("The post ends: from {day} on it is no longer held.").format(day=made.held_until)

    return {"consult": consult, "confirm": confirm, "refuse": refuse, "end": end}
