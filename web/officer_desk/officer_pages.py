"""Officers: who there are, one of them, and what is done with an officer's posts, password and access."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_otp.plugins.otp_totp.models import TOTPDevice

from ledger.models import AuditEvent, Officer
from ledger.models.words import OfficerKind
from month.appointing import (
    CONFIRMS,
    GIVES,
    Given,
    confirm_posts,
    give_posts,
    let_go,
    make_officer,
    refuse_posts,
    renew_password,
    take_posts_away,
)
from month.held_posts import conflict_held
from month.models import Appointment
from month.post_names import POST_NAMES
from month.posts import POSTS, conflict
from treasury.models import OfficerAccount, Secondment
from treasury.models.words import SecondmentStatus
from treasury.refusals import NothingThere
from web.access import officer_of
from web.acting import SEE_OTHER, Outcome, take, tell
from web.security.sessions import end_sessions

PAGE: Final = 50
EVENTS: Final = 20
SIGN_IN: Final = "officer.sign_in"
AT_WORK, LEFT, EVERYBODY = "at_work", "left", "all"


def subject_of(shown: Officer) -> str:
    return f"officer/{shown.username}"


def mark_of(shown: Officer) -> str:
    """Return the mark of what a page shows of an officer; signing in changes nothing of it."""
    events = AuditEvent.objects.filter(subject=subject_of(shown), refused="").exclude(act=SIGN_IN)
    return f"{shown.is_active}/{events.order_by('-pk').values_list('pk', flat=True).first() or 0}"


def post_names(posts: Sequence[str]) -> str:
    return ", ".join(str(POST_NAMES[post]) for post in posts if post in POST_NAMES)


def people() -> QuerySet[Officer]:
    """Return the officers who are persons, each with its posts and whether a second factor is set."""
    factor = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
    return (
        Officer.objects.filter(kind=OfficerKind.PERSON)
        .annotate(has_factor=Exists(factor))
        .prefetch_related(Prefetch("groups", Group.objects.order_by("name")))
    )


def held_of(shown: Officer) -> list[str]:
    held = {group.name for group in shown.groups.all()}
    return [post for post in POSTS if post in held]


@require_GET
def officers(request: HttpRequest) -> HttpResponse:
    """List the officers by user name; ``after`` is the last one of the page before."""
    state, text, after = (request.GET.get(name, "").strip()[:60] for name in ("state", "q", "after"))
    post = request.GET.get("post", "")
    found = people()
    if state != EVERYBODY:
        found = found.filter(is_active=state != LEFT)
    if text:
        found = found.filter(Q(username__icontains=text) | Q(full_name__icontains=text))
    if post in POSTS:
        found = found.filter(groups__name=post)
    shown = list(found.filter(username__gt=after).order_by("username")[:PAGE])
    townships: dict[str, int] = {}
    today = timezone.localdate()
    held = Secondment.objects.filter(
        status=SecondmentStatus.CONFIRMED, effective_from__lte=today, held_until__gt=today, holder__in=shown
    )
    for holder in held.values_list("holder_id", flat=True):
        townships[str(holder)] = townships.get(str(holder), 0) + 1
    waiting = Appointment.objects.filter(status=SecondmentStatus.GIVEN).select_related("holder")
    context = {
        "officers": [(one, post_names(held_of(one)), townships.get(one.username, 0)) for one in shown],
        "waiting": [(one, post_names(one.posts)) for one in waiting.order_by("given_at")],
        "state": state,
        "states": ((AT_WORK, _("at work")), (LEFT, _("have left")), (EVERYBODY, _("all"))),
        "q": text,
        "post": post,
        "posts": POST_NAMES.items(),
        "following": shown[-1].username if len(shown) == PAGE else "",
    }
    return render(request, "web/officer_desk/officers.html", context)


def new_officer(request: HttpRequest) -> HttpResponse:
    """Make an officer; the password for the first sign-in is shown once, in the answer."""
    if request.method != "POST":
        return render(request, "web/officer_desk/new_officer.html")
    sent = request.POST

    def act(officer: Officer, at: datetime) -> Given:
        return make_officer(
            username=sent.get("username", "").strip()[:150],
            full_name=sent.get("full_name", "")[:40],
            officer=officer,
            at=at,
        )

    outcome, given = with_password(request, act="officer.make", subject="officer", step=act, shown="")
    if given is not None:
        return render(request, "web/officer_desk/password_once.html", {"given": given})
    return render(request, "web/officer_desk/new_officer.html", {"refusal": outcome.refusal, "sent": sent}, status=422)


def with_password(
    request: HttpRequest, *, act: str, subject: str, step: Callable[[Officer, datetime], Given], shown: str
) -> tuple[Outcome, Given | None]:
    """Take an act that gives a password, confirmed; the password leaves no trace but in the answer."""
    kept: list[Given] = []

    def said(officer: Officer, at: datetime) -> str:
        kept.append(step(officer, at))
        return subject

    outcome = take(request, act=act, subject=subject, step=said, shown=shown, confirmed=True)
    return outcome, kept[0] if outcome.is_done else None


def officer(request: HttpRequest, username: str) -> HttpResponse:
    """Show an officer: posts here and in townships, sign-ins, what happened, and the forms that who looks may send."""
    return officer_page(request, username, "", {})


def officer_page(request: HttpRequest, username: str, refusal: str, sent: Any) -> HttpResponse:
    shown = get_object_or_404(people(), username=username)
    looks = officer_of(request)
    held = held_of(shown)
    waiting = Appointment.objects.filter(holder=shown, status=SecondmentStatus.GIVEN).first()
    events = AuditEvent.objects.filter(subject=subject_of(shown)).order_by("-at", "-pk")
    today = timezone.localdate()
    townships = (
        Secondment.objects.filter(holder=shown)
        .exclude(status=SecondmentStatus.REFUSED)
        .select_related("township")
        .order_by("-held_until", "pk")[:EVENTS]
    )
    excluded = [post for post in POSTS if post not in held and any(conflict(one, post) for one in held)]
    is_own = shown.pk == looks.pk
    gives, confirms = looks.has_perm(GIVES), looks.has_perm(CONFIRMS)
    context = {
        "shown": shown,
        "held": [(post, POST_NAMES[post]) for post in held],
        "conflict": post_names(conflict_held(held)),
        "others": [(post, POST_NAMES[post]) for post in POSTS if post not in (*held, *excluded)],
        "excluded": post_names(excluded),
        "waiting": waiting,
        "waiting_posts": post_names(waiting.posts) if waiting else "",
        "townships": [(one, one.effective_from <= today < one.held_until) for one in townships],
        "sign_ins": list(events.filter(act=SIGN_IN)[:EVENTS]),
        "events": list(events.exclude(act=SIGN_IN)[:EVENTS]),
        "accounts": OfficerAccount.objects.filter(officer=shown).count(),
        "mark": mark_of(shown),
        "refusal": refusal,
        "sent": sent,
        "chosen": sent.getlist("posts") if sent else [],
        "is_own": is_own,
        "may_give": gives and not is_own and shown.is_active and waiting is None,
        "may_take": (gives or confirms) and not is_own and bool(held),
        "may_decide": confirms and waiting is not None and looks.username not in (shown.username, waiting.given_by_id),
        "may_renew": gives and not is_own and not shown.is_superuser,
        "may_let_go": (gives or confirms) and not is_own and shown.is_active,
    }
    return render(request, "web/officer_desk/officer.html", context, status=422 if refusal else 200)


@require_POST
def officer_act(request: HttpRequest, username: str) -> HttpResponse:
    """Take one act with an officer: the act itself asks who may."""
    shown = get_object_or_404(people(), username=username)
    sent = request.POST
    act, reason = sent.get("act", ""), sent.get("reason", "")[:200]
    posts = sent.getlist("posts")[: len(POSTS)]
    subject, mark = subject_of(shown), mark_of(shown)
    if act == "password":
        outcome, given = with_password(
            request,
            act="officer.new_password",
            subject=subject,
            step=lambda officer, at: renewed(shown, reason, officer, at),
            shown=mark,
        )
        if given is not None:
            return render(request, "web/officer_desk/password_once.html", {"given": given, "is_renewed": True})
        return officer_page(request, username, outcome.refusal, sent)
    steps = steps_with(shown, posts, reason)
    if act not in steps:
        raise Http404(act)
    outcome = take(request, act=f"officer.{act}", subject=subject, step=steps[act], shown=mark, confirmed=True)
    if outcome.refusal and not outcome.was_sent:
        return officer_page(request, username, outcome.refusal, sent)
    tell(request, outcome)
    return HttpResponseRedirect(reverse("officer", args=[username]), status=SEE_OTHER)


def steps_with(shown: Officer, posts: Sequence[str], reason: str) -> dict[str, Callable[[Officer, datetime], str]]:
    """Return the acts with an officer that need no answer but a word, each with what is said when it is done."""

    def give(officer: Officer, at: datetime) -> str:
        given = give_posts(holder=shown, posts=posts, reason=reason, officer=officer, at=at)
        return _("Given: {posts}. Another officer confirms it.").format(posts=post_names(given.posts))

    def take_away(officer: Officer, at: datetime) -> str:
        take_posts_away(holder=shown, posts=posts, officer=officer, at=at)
        return _("Taken away: {posts}.").format(posts=post_names(posts))

    def confirm(officer: Officer, at: datetime) -> str:
        made = confirm_posts(appointment=waiting_for(shown), officer=officer, at=at)
        return _("Confirmed, and held from now on: {posts}.").format(posts=post_names(made.posts))

    def refuse(officer: Officer, at: datetime) -> str:
        made = refuse_posts(appointment=waiting_for(shown), reason=reason, officer=officer, at=at)
        return _("Refused: {posts}.").format(posts=post_names(made.posts))

    def end(officer: Officer, at: datetime) -> str:
        with transaction.atomic():
            end_sessions(officer=shown)
            let_go(holder=shown, officer=officer, at=at)
        return _("{name} has left: no posts, no password, no session.").format(name=shown.username)

    return {
        "give_posts": give,
        "take_posts": take_away,
        "confirm_posts": confirm,
        "refuse_posts": refuse,
        "let_go": end,
    }


def renewed(shown: Officer, reason: str, officer: Officer, at: datetime) -> Given:
    with transaction.atomic():
        end_sessions(officer=shown)
        return renew_password(holder=shown, reason=reason, officer=officer, at=at)


def waiting_for(shown: Officer) -> Appointment:
    """Return the posts of an officer that wait to be confirmed.

    :raises NothingThere: if there are none
    """
    found = Appointment.objects.filter(holder=shown, status=SecondmentStatus.GIVEN).first()
    if found is None:
        raise NothingThere("posts_wait_to_be_confirmed", {"officer": shown.username})
    return found
