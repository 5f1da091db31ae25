"""Why a call of another system is refused, each with its status, its facts and what to do."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from ledger.refusals import OfficerMayNot, UnableToPost
from treasury.refusals import NothingThere


class ApiRefusal(UnableToPost):
    """A call that is refused before anything acts; ``status`` is that of the answer."""

    status: ClassVar[int] = 400

    def __init__(self, name: str, facts: Mapping[str, Any] | None = None, *, wait_seconds: int = 0) -> None:
        super().__init__(name, facts)
        self.wait_seconds = wait_seconds


class TokenRefused(ApiRefusal):
    status = 401
    message = _("The token is missing, wrong, expired or revoked.")
    remedy = _("Send it as Authorization: Bearer, or have an administrator make a new one.")


class ScopeMissing(ApiRefusal):
    status = 403
    message = _("The token does not have the scope of this operation.")
    remedy = _("Have an administrator make a token with the scope.")


class TooManyCalls(ApiRefusal):
    status = 429
    message = _("Too many calls.")
    remedy = _("Wait as many seconds as Retry-After says, then go on more slowly.")


class BodyUnreadable(ApiRefusal):
    status = 400
    message = _("The body is no JSON text that is taken.")
    remedy = _("Send one JSON object in UTF-8: no name twice, no NaN, no number of more than 18 digits.")


class BodyTooLarge(ApiRefusal):
    status = 413
    message = _("The body is too large.")
    remedy = _("Send it in several parts.")


class BodyNotJson(ApiRefusal):
    status = 415
    message = _("The body is not sent as JSON.")
    remedy = _("Send it with Content-Type: application/json.")


class RequestUnfit(ApiRefusal):
    status = 422
    message = _("The request does not fit the description of the operation.")
    remedy = _("Correct the places that are named; see openapi.json.")


class KeyUsedOtherwise(ApiRefusal):
    status = 422
    message = _("The idempotency key was used for another request.")
    remedy = _("Send a new request with a key of its own.")


class RequestUnderWay(ApiRefusal):
    status = 409
    message = _("A request with this idempotency key is under way.")
    remedy = _("Send the same request again after a while; it acts once.")


class NothingHere(ApiRefusal):
    status = 404
    message = _("There is nothing here for this token.")
    remedy = _("Check what the address names.")


class MethodRefused(ApiRefusal):
    status = 405
    message = _("The address does not take this method.")
    remedy = _("Use a method that Allow names.")


class DatabaseRefused(ApiRefusal):
    status = 422
    message = _("The database did not take this; nothing was changed.")
    remedy = _("Report it with the id of the request.")


class TokenUnfit(UnableToPost):
    message = _("A token cannot be made like this.")
    remedy = _("Give a system of small letters, at least one scope, at most 365 days, and one township or none.")


class TokenNotThere(UnableToPost):
    message = _("There is no such token, or it has been revoked.")
    remedy = _("Look at the tokens: manage.py api_token list.")


# An act that is refused leaves everything as it was.
CONFLICT = 409
STATUSES: Mapping[type[UnableToPost], int] = {OfficerMayNot: 403, NothingThere: 404}


def status_of(refusal: UnableToPost) -> int:
    """Return the status of the answer to a refusal."""
    if isinstance(refusal, ApiRefusal):
        return refusal.status
    return next((status for kind, status in STATUSES.items() if isinstance(refusal, kind)), CONFLICT)
