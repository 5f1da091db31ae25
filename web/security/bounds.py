"""What a request may hold before any page is made: no NUL in a text, and no large body from who is not signed in.

PostgreSQL takes no NUL in a text, and nobody types one. A form is read whole, files and all, before it is known who
sends it: strangers sign in, and that takes little. The API describes its own texts and bodies and refuses them itself.
"""

from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import page_not_found

from ledger.policies import NoValue

NUL = "\x00"
API = "api"
NOT_ALLOWED = 405


class BodyMiddleware:
    """Refuse a large body of a stranger unread (413); stands before whoever reads forms."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = self.get_response(request)
        return answer

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Let the request through, or refuse it."""
        if is_of_api(request) or request.user.is_authenticated:
            return None
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length[:18]) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return None
        return HttpResponse(status=413)


class TextMiddleware:
    """Refuse a NUL in an address, a question or a form (400); stands behind the check of forms of other sites."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = self.get_response(request)
        return answer

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> None:
        """Let the request through.

        :raises SuspiciousOperation: if it holds a NUL
        """
        if is_of_api(request):
            return
        asked = [request.GET] if request.method in ("GET", "HEAD") else [request.GET, request.POST]
        texts = (text for one in asked for name, values in one.lists() for text in (name, *values))
        if NUL in request.path_info or any(NUL in text for text in texts):
            raise SuspiciousOperation("a NUL in a request")


class MethodMiddleware:
    """Tell who came to an address by a method that it does not take (405) so, where only an empty page would stand."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = self.get_response(request)
        if answer.status_code != NOT_ALLOWED or answer.content or is_of_api(request):
            return answer
        page = render(request, "405.html", status=NOT_ALLOWED)
        page.headers["Allow"] = answer.headers.get("Allow", "")
        return page


class PolicyMiddleware:
    """Answer for a day of which the policies say nothing as for what is not there: nobody worked with them then."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = self.get_response(request)
        return answer

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page of what is not found, or nothing for any other error."""
        return page_not_found(request, exception) if isinstance(exception, NoValue) else None


def is_of_api(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.namespace == API
