"""Five failures of a user name from one address, and the sign-in waits 15 minutes (django-axes).

So it does after thirty failures from one address over whatever names: one password tried on many officers. Who has
signed in there goes on working, and a sign-in takes the officer's own failures back.
"""

from datetime import datetime
from typing import Any, Final

from axes.backends import AxesStandaloneBackend
from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ledger.models import Officer
from web.security.addresses import address_of

STARS = "***"
FAILURES_OF_ADDRESS_MAX: Final = 30


class LockOut(AxesStandaloneBackend):  # type: ignore[misc]
    """Refuse a locked-out user name before its password is looked at; commands come from no address."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Let an attempt through, or end it.

        :raises PermissionDenied: if the user name is locked out for this address, or the address for every name
        """
        if request is not None:
            is_signing_in = hasattr(request, "user")  # who confirms an act has signed in before
            if is_signing_in and not request.user.is_authenticated and address_waits(request, at=timezone.now()):
                request.axes_locked_out = True  # type: ignore[attr-defined]
                raise PermissionDenied
            super().authenticate(request, **credentials)


def address_waits(request: HttpRequest, *, at: datetime) -> bool:
    """Whether so many sign-ins have failed from an address lately that it waits; one that is not known does not."""
    address = address_of(request)
    if address is None:
        return False
    lately = AccessAttempt.objects.filter(ip_address=address, attempt_time__gt=at - settings.AXES_COOLOFF_TIME)
    failures: int = lately.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
    return failures >= FAILURES_OF_ADDRESS_MAX


def counted_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the name under which failures are counted: a name that no officer has is kept as a digest only.

    Such a name is often a password typed into the wrong field.
    """
    name = str((credentials or {}).get("username") or request.POST.get("username", ""))
    if Officer.objects.filter(username=name).exists():
        return name
    return "?" + salted_hmac("tongfa.lock_out", name).hexdigest()[:16]


def told_name(name: str) -> str:
    """Return a user name for the trail: in full if an officer has it, else its first character."""
    return name if Officer.objects.filter(username=name).exists() else name[:1] + STARS


def is_locked_out(request: HttpRequest) -> bool:
    return bool(getattr(request, "axes_locked_out", False))


def just_locked_out(request: HttpRequest) -> bool:
    """Whether the attempt of this request is the one that locks out; those after it are refused unseen."""
    return is_locked_out(request) and getattr(request, "axes_failures_since_start", None) is not None


def locked_out_page(
    request: HttpRequest, _original: HttpResponse | None = None, _credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """Tell that the sign-in waits; the same for names that there are and are not."""
    answer = render(request, "429.html", status=429)
    answer.headers["Retry-After"] = "900"
    return answer
