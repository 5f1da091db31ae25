"""Five failures of a user name from one address, and the sign-in waits 15 minutes (django-axes)."""

from typing import Any

from axes.backends import AxesStandaloneBackend
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from ledger.models import Officer

STARS = "***"


class LockOut(AxesStandaloneBackend):  # type: ignore[misc]
    """Refuse a locked-out user name before its password is looked at; commands come from no address."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Let an attempt through, or end it.

        :raises PermissionDenied: if the user name is locked out for this address
        """
        if request is not None:
            super().authenticate(request, **credentials)


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
