"""What an officer does before anything else: change a password that others gave, take a second factor into use."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ledger.models import Officer
from web.security.factors import has_factor, needs_factor
from web.security.signing_in import INITIAL

# Open before the gates are passed.
ALWAYS: Final = frozenset({"sign_in", "sign_out", "set_language", "healthz", "readyz", "metrics"})
PASSWORD: Final = frozenset({"password"})
FACTOR: Final = frozenset({"password", "second_factor", "second_factor_qr"})


class GateMiddleware:
    """Lead an officer to the page that comes first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Redirect to the page that comes first, or let the request through."""
        route = request.resolver_match.view_name if request.resolver_match else ""
        if route in ALWAYS or not isinstance(request.user, Officer):
            return None
        if request.session.get(INITIAL):
            return None if route in PASSWORD else redirect("password")
        if route not in FACTOR and needs_factor(request.user) and not has_factor(request.user):
            return redirect("second_factor")
        return None
