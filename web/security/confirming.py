"""An act that matters is confirmed with the password or a code, once, within two minutes, for what was shown.

A page asks for it at the beginning of its POST, before its act:

    require_fresh(request, act="payouts.release_run", subject=f"run/{run.pk}", digest=run.digest)

The first time there is no confirmation, and the officer gets a page that asks for one (``FreshMiddleware`` draws it)
and sends the same form again with it. What is confirmed is the officer, the act, the subject and the digest of what
was shown: if the object has changed in between, or anybody else sends it, or it is sent twice, it is asked anew.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.auth import authenticate
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.models import Officer
from ledger.recording import record_refusal
from ledger.refusals import UnableToPost
from web.access import officer_of
from web.act_names import FACTS
from web.models import Confirmation
from web.security.factors import code_is_right, has_factor, looks_like_code
from web.security.lock_out import is_locked_out, just_locked_out, locked_out_page

WITHIN: Final = timedelta(minutes=2)
SALT: Final = "tongfa.confirmation"
# The fields of the page that asks; no page of ours uses these names for anything else.
QUESTION, PROOF = "confirmation", "confirmation_proof"


class NotFresh(UnableToPost):
    message = _("This act is confirmed with your password, or a code of your device.")
    remedy = _("Enter it within two minutes.")


class ProofWrong(NotFresh):
    message = _("Password or code is wrong.")
    remedy = _("Try again; a code that was used or came too soon is refused too.")


class QuestionVoid(NotFresh):
    message = _("What you confirmed has changed meanwhile, was confirmed already, or two minutes have passed.")
    remedy = _("Look at it again, then confirm it again.")


def require_fresh(request: HttpRequest, *, act: str, subject: str, digest: str) -> None:
    """Let an act go on that its officer confirms in this very request; the confirmation is used up.

    :raises NotFresh: if there is no confirmation yet, with what the page then asks for
    :raises ProofWrong: if password or code is wrong
    :raises QuestionVoid: if it was for something else, was used, or is older than two minutes
    """
    officer = officer_of(request)
    wanted = {"officer": officer.pk, "act": act, "subject": subject, "digest": digest}
    if QUESTION not in request.POST:
        raise NotFresh("act_is_confirmed", wanted)
    nonce = nonce_of(request.POST[QUESTION], wanted)
    at = timezone.now()
    if not proof_is_right(request=request, officer=officer, proof=request.POST.get(PROOF, "")):
        refusal = ProofWrong("confirmation_is_right", wanted)
        if not is_locked_out(request) or just_locked_out(request):
            record(refusal, officer=officer, act=act, subject=subject, at=at)
        raise refusal
    try:
        use_up(nonce=nonce, officer=officer, act=act, subject=subject, digest=digest, at=at)
    except IntegrityError as error:
        raise QuestionVoid("confirmation_is_used_once", wanted) from error


@transaction.atomic
def use_up(*, nonce: str, officer: Officer, act: str, subject: str, digest: str, at: datetime) -> None:
    Confirmation.objects.create(nonce=nonce, officer=officer, act=act, subject=subject, digest=digest, confirmed_at=at)


def question_for(wanted: Mapping[str, Any]) -> str:
    """Return the signed question that a confirmation answers."""
    return signing.dumps({**wanted, "nonce": secrets.token_hex(16)}, salt=SALT)


def nonce_of(question: str, wanted: Mapping[str, Any]) -> str:
    """Return the nonce of a question that was asked for just this.

    :raises QuestionVoid: if it was not, or too long ago
    """
    try:
        asked = signing.loads(question, salt=SALT, max_age=WITHIN)
    except signing.BadSignature as error:  # too old ones are a kind of these
        raise QuestionVoid("confirmation_is_for_this", wanted) from error
    nonce = str(asked.pop("nonce"))
    if asked != dict(wanted):
        raise QuestionVoid("confirmation_is_for_this", wanted)
    return nonce


def proof_is_right(*, request: HttpRequest, officer: Officer, proof: str) -> bool:
    """Whether a proof is a code of the officer's device or the password; failures lock out as at the sign-in."""
    if looks_like_code(proof) and has_factor(officer) and code_is_right(officer=officer, code=proof):
        return True
    return password_is_right(request=request, officer=officer, password=proof)


def password_is_right(*, request: HttpRequest, officer: Officer, password: str) -> bool:
    """Whether a password is that of who is signed in; failures lock out as at the sign-in."""
    # What the officer has filled into the page's form is none of the lock-out's business.
    bare = HttpRequest()
    bare.META, bare.method, bare.path, bare.path_info = request.META, "POST", "/", "/"
    found = authenticate(bare, username=officer.username, password=password)
    for name in ("axes_locked_out", "axes_failures_since_start"):
        setattr(request, name, getattr(bare, name, None))
    return found is not None and found.pk == officer.pk


def own_password_is_right(*, request: HttpRequest, officer: Officer, password: str, act: str) -> bool:
    """Whether a password is that of who is signed in, before something about access is changed; a wrong one is told.

    A session that was left open opens nothing more than it has.
    """
    if password_is_right(request=request, officer=officer, password=password):
        return True
    if not is_locked_out(request) or just_locked_out(request):
        refusal = ProofWrong("confirmation_is_right")
        record(refusal, officer=officer, act=act, subject=f"officer/{officer.username}", at=timezone.now())
    return False


def record(refusal: UnableToPost, *, officer: Officer, act: str, subject: str, at: datetime) -> None:
    told = type(refusal)(refusal.name)
    record_refusal(chain="", at=at, actor=officer.username, act=act, subject=subject, refusal=told)


class FreshMiddleware:
    """Draw the page that asks for a confirmation, with the fields of the form that is to be sent again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for a confirmation that is missing, or nothing for any other error."""
        if not isinstance(exception, NotFresh):
            return None
        if is_locked_out(request):
            return locked_out_page(request)
        carried = [
            (name, value)
            for name, values in request.POST.lists()
            if name not in (QUESTION, PROOF, "csrfmiddlewaretoken")
            for value in values
        ]
        context = {
            "refusal": exception,
            "is_first": type(exception) is NotFresh,
            "act": exception.facts["act"],
            "subject": exception.facts["subject"],
            "typed": [(FACTS[name], value) for name, value in carried if name in FACTS and value],
            "question": question_for(exception.facts),
            "carried": carried,
            "has_factor": has_factor(officer_of(request)),
        }
        return render(request, "web/confirm.html", context, status=403)
