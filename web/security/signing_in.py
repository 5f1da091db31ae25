"""Sign an officer in: password, then the code where there is a second factor; both in the trail."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from ledger.models import Officer
from ledger.recording import record_event, record_refusal
from ledger.refusals import UnableToPost
from web.security.factors import code_is_right
from web.security.lock_out import address_waits, is_locked_out, just_locked_out, told_name
from web.security.refusals import CodeRefused, SignInRefused, SignInWaits
from web.security.sessions import begin_session

PENDING: Final = "sign_in_pending"
INITIAL: Final = "password_is_initial"
CODE_WITHIN: Final = timedelta(minutes=5)
CODES_MAX: Final = 5
# The backend that knows the posts; the one before it only counts failures.
BACKEND: Final = "month.held_posts.HeldPosts"


@dataclass(slots=True)
class Pending:
    """A sign-in whose password was right and whose code is awaited."""

    officer: int
    begun_at: str
    initial: bool
    following: str
    wrong_codes: int = 0


def begin_sign_in(*, request: HttpRequest, officer: Officer, initial: bool, following: str, at: datetime) -> None:
    """Remember that the password was right, until the code comes; nothing is signed in yet."""
    request.session.cycle_key()
    keep(request, Pending(officer.pk, at.isoformat(), initial=initial, following=following))


def pending_sign_in(*, request: HttpRequest, at: datetime) -> Pending | None:
    """Return the sign-in that awaits its code; after five minutes it awaits nothing."""
    kept: dict[str, Any] | None = request.session.get(PENDING)
    if kept is None:
        return None
    pending = Pending(**kept)
    return pending if at - datetime.fromisoformat(pending.begun_at) < CODE_WITHIN else None


def finish_with_code(*, request: HttpRequest, pending: Pending, code: str, at: datetime) -> None:
    """Sign in with the code; after five wrong ones the password is asked for again.

    :raises CodeRefused: if the code is wrong, was used, or comes too soon after a wrong one
    """
    officer = Officer.objects.get(pk=pending.officer)
    if officer.is_active and code_is_right(officer=officer, code=code):
        sign_in(request=request, officer=officer, initial=pending.initial, at=at)
        return
    pending.wrong_codes += 1
    if pending.wrong_codes >= CODES_MAX:
        del request.session[PENDING]
    else:
        keep(request, pending)
    refusal = CodeRefused("code_is_right")
    record_refusal(
        chain="",
        at=at,
        actor=officer.username,
        act="officer.sign_in",
        subject=f"officer/{officer.username}",
        refusal=refusal,
    )
    raise refusal


@transaction.atomic
def sign_in(*, request: HttpRequest, officer: Officer, initial: bool, at: datetime) -> None:
    """Begin the officer's session."""
    login(request, officer, backend=BACKEND)
    request.session.pop(PENDING, None)
    request.session[INITIAL] = initial
    begin_session(request=request, officer=officer, at=at)
    record_event(chain="", at=at, actor=officer.username, act="officer.sign_in", subject=f"officer/{officer.username}")


def record_refused_sign_in(*, request: HttpRequest, name: str, at: datetime) -> None:
    """Leave a refused password in the trail, and the one that locks the name out; those after it leave nothing more."""
    if is_locked_out(request) and not just_locked_out(request):
        return
    told = told_name(name)
    refusal: UnableToPost = SignInRefused("password_is_right")
    if is_locked_out(request):
        refusal = SignInWaits("sign_in_waits")
    elif address_waits(request, at=at):  # from this failure on; those after it are refused unseen
        refusal = SignInWaits("sign_ins_of_the_address_wait")
    record_refusal(chain="", at=at, actor=told, act="officer.sign_in", subject=f"officer/{told}", refusal=refusal)


def keep(request: HttpRequest, pending: Pending) -> None:
    request.session[PENDING] = asdict(pending)
