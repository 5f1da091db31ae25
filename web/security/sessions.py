"""The sessions of officers: half an hour idle, ten hours in all, three at a time.

The session's data name a row of ``OfficerSession``. Whoever deletes the row ends the session, in any browser.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ledger.models import Officer
from web.models import OfficerSession

IDLE_MAX: Final = timedelta(minutes=30)
LENGTH_MAX: Final = timedelta(hours=10)
AT_ONCE_MAX: Final = 3
# A session that was seen so short a time ago is not written again.
SEEN_STEP: Final = timedelta(minutes=1)
SEAT: Final = "officer_session"
ENDED: Final = "session_has_ended"
# Routes that a page asks by itself (progress of jobs): nobody need sit before it.
UNATTENDED: Final = frozenset({"job_part"})


def begin_session(*, request: HttpRequest, officer: Officer, at: datetime) -> None:
    """Give a signed-in request its row, and end the oldest sessions of the officer beyond three."""
    own = OfficerSession.objects.create(officer=officer, begun_at=at, seen_at=at)
    request.session[SEAT] = own.pk
    newest = OfficerSession.objects.filter(officer=officer).order_by("-begun_at", "-pk")
    kept = list(newest.values_list("pk", flat=True)[:AT_ONCE_MAX])
    OfficerSession.objects.filter(officer=officer).exclude(pk__in=kept).delete()


def end_sessions(*, officer: Officer) -> None:
    """End all sessions of an officer."""
    OfficerSession.objects.filter(officer=officer).delete()


def end_other_sessions(*, request: HttpRequest, officer: Officer) -> None:
    """End all sessions of an officer but that of this request."""
    OfficerSession.objects.filter(officer=officer).exclude(pk=request.session.get(SEAT, 0)).delete()


def end_session(*, request: HttpRequest) -> None:
    """Sign the request out: its row, its data and its cookie."""
    OfficerSession.objects.filter(pk=request.session.get(SEAT, 0)).delete()
    logout(request)


def has_ended(*, session: OfficerSession, at: datetime) -> bool:
    return at - session.seen_at >= IDLE_MAX or at - session.begun_at >= LENGTH_MAX


class SessionLimitsMiddleware:
    """End sessions that were idle or have lasted too long, that were ended elsewhere, or whose officer has left."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            self.keep_or_end(request, at=timezone.now())
        return self.get_response(request)

    def keep_or_end(self, request: HttpRequest, *, at: datetime) -> None:
        """Keep the session of a request, or sign it out."""
        if not isinstance(request.user, Officer):
            end_session(request=request)
            return
        if SEAT not in request.session:
            begin_session(request=request, officer=request.user, at=at)
            return
        own = OfficerSession.objects.filter(pk=request.session[SEAT], officer=request.user).first()
        if own is None or has_ended(session=own, at=at):
            end_session(request=request)
            request.session[ENDED] = True
        else:
            request.officer_session = own  # type: ignore[attr-defined]

    def process_view(self, request: HttpRequest, _view: object, _args: object, _kwargs: object) -> None:
        """Note that the officer was seen, unless a page asked by itself."""
        own = getattr(request, "officer_session", None)
        match = request.resolver_match
        now = timezone.now()
        if own is not None and (match is None or match.view_name not in UNATTENDED) and now - own.seen_at >= SEEN_STEP:
            OfficerSession.objects.filter(pk=own.pk).update(seen_at=now)
