"""Where a request comes from: the address of the client, behind a proxy of ours or not."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

FORWARDED = "HTTP_X_FORWARDED_FOR"


def address_of(request: HttpRequest) -> str | None:
    """Return the client's address, or nothing where none is known (a socket of this machine without a proxy).

    Behind our proxy (``TONGFA_BEHIND_PROXY``) the last address of X-Forwarded-For is the one that the proxy saw
    itself; those before it are the client's own words and are not believed. Without a proxy the header is not read.
    """
    if settings.BEHIND_PROXY:
        seen = request.META.get(FORWARDED, "").rsplit(",", 1)[-1]
    else:
        seen = request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(seen.strip()))
    except ValueError:
        return None


def is_this_machine(request: HttpRequest) -> bool:
    """Whether a request comes from this machine itself; one that was passed on by an unknown proxy does not."""
    if not settings.BEHIND_PROXY and FORWARDED in request.META:
        return False
    address = address_of(request)
    return address is not None and ip_address(address).is_loopback
