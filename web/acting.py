"""Take the act of a form: once, for what was shown, as who sent it; tell what came of it.

A form is drawn with ``{% act_fields shown %}``: its token, and a mark of the state that the page showed. A form that is
sent twice acts once; one whose subject another officer has changed in between acts not at all and tells what changed.
That a form was sent is written down with its act or not at all: one whose act was refused, or that a process died with,
can be sent again as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import Final

from django.contrib import messages
from django.core import signing
from django.db import DatabaseError, IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from imports.refusals import UnableToStage
from ledger.models import AuditEvent, Officer
from ledger.policies import NoValue
from ledger.recording import refusals_recorded
from ledger.refusals import UnableToPost, database_words
from web.access import officer_of
from web.act_words import act_in_words, refusal_told
from web.models import SentForm
from web.officer_names import name_of
from web.security.confirming import require_fresh

SALT: Final = "tongfa.form"
FORM_HOURS_MAX: Final = 10
TOKEN, SHOWN = "form_token", "form_shown"
SEE_OTHER: Final = 303
CHANGES_TOLD: Final = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a form: what was done, or why it was not; and whether it had been done by the same form before."""

    said: str = ""
    refusal: str = ""
    was_sent: bool = False

    @property
    def is_done(self) -> bool:
        return not self.refusal


def new_token(*, officer: Officer) -> str:
    """Return the token of a form that is drawn for an officer now."""
    return signing.dumps([officer.pk, token_hex(12), timezone.now().timestamp()], salt=SALT)


def take(
    request: HttpRequest,
    *,
    act: str,
    subject: str,
    step: Callable[[Officer, datetime], str],
    shown: str = "",
    confirmed: bool = False,
) -> Outcome:
    """Take the act of a form that was sent, and return what came of it; whatever was refused is in the trail.

    The form and all that ``step`` does are one transaction: a second one of the same form waits for it. ``step``
    returns what is said when it is done. ``shown`` is the mark of the subject's state as it is now: a form that was
    drawn on another is refused. ``confirmed`` asks for the password or a code first.

    :raises NotFresh: by its kinds, for an act that is to be confirmed; ``FreshMiddleware`` draws that page
    """
    officer, at = officer_of(request), timezone.now()
    nonce, drawn_at = nonce_of(request.POST.get(TOKEN, ""), officer)
    if not nonce:
        return Outcome(refusal=_("This form is too old, or not yours. Look at it again, then send it again."))
    if SentForm.objects.filter(nonce=nonce).exists():
        return already_sent()
    if shown != request.POST.get(SHOWN, ""):
        return Outcome(refusal=what_changed(subject=subject, since=drawn_at))
    if confirmed:
        require_fresh(request, act=act, subject=subject, digest=shown[:64])
    form = SentForm(nonce=nonce, officer=officer, act=act, subject=subject[:200], sent_at=at)
    try:
        with (
            refusals_recorded(chain="", at=at, actor=officer.username, act=act[:60], subject=subject[:200]),
            transaction.atomic(),
        ):
            return Outcome(said=step(officer, at)) if is_first(form) else already_sent()
    except (UnableToPost, UnableToStage) as refusal:
        return Outcome(refusal=refusal_told(refusal))
    except NoValue as missing:
        said = _("The policy {policy} has no value on {day}. Choose another month, or add the value.")
        return Outcome(refusal=said.format(policy=missing.name, day=missing.on))
    except DatabaseError as error:
        return Outcome(refusal=database_words(error))


def is_first(form: SentForm) -> bool:
    """Write down that a form is taken, and return whether it was not before; waits for one that is being taken."""
    try:
        with transaction.atomic():
            form.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def take_and_go(
    request: HttpRequest,
    *,
    act: str,
    subject: str,
    step: Callable[[Officer, datetime], str],
    to: str,
    shown: str = "",
    confirmed: bool = False,
) -> HttpResponse:
    """Take the act of a form (see ``take``) and go to a page that tells what came of it."""
    outcome = take(request, act=act, subject=subject, step=step, shown=shown, confirmed=confirmed)
    tell(request, outcome)
    return HttpResponseRedirect(to, status=SEE_OTHER)


def tell(request: HttpRequest, outcome: Outcome) -> None:
    """Tell on the next page what came of a form."""
    if outcome.refusal:
        (messages.warning if outcome.was_sent else messages.error)(request, outcome.refusal)
    elif outcome.said:
        messages.success(request, outcome.said)


def nonce_of(token: str, officer: Officer) -> tuple[str, datetime]:
    """Return the nonce of a form's token and when it was drawn; an empty one if it is too old or of somebody else."""
    never = datetime.min.replace(tzinfo=UTC)
    try:
        owner, nonce, drawn = signing.loads(token, salt=SALT, max_age=FORM_HOURS_MAX * 3600)
    except signing.BadSignature:
        return "", never
    return (nonce, datetime.fromtimestamp(drawn, tz=UTC)) if owner == officer.pk else ("", never)


def already_sent() -> Outcome:
    return Outcome(refusal=_("This form was sent before, and acted then. What came of it stands below."), was_sent=True)


def what_changed(*, subject: str, since: datetime) -> str:
    """Return the refusal of a form whose subject has changed, with who changed it."""
    found = AuditEvent.objects.filter(subject=subject, at__gte=since, refused="").order_by("-pk")[:CHANGES_TOLD]
    told = "; ".join(
        f"{timezone.localtime(event.at):%H:%M:%S} {name_of(event.actor)} {act_in_words(event.act)}" for event in found
    )
    said = _("This has changed since you saw it; nothing was done. Look at it as it is now, then decide.")
    return f"{said} {told}".strip()
