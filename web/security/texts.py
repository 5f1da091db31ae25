"""No address, question or form of a page holds a NUL: PostgreSQL takes none in a text, and nobody types one."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

NUL = "\x00"


class TextMiddleware:
    """Refuse such a request (400) before any page is made; the API describes its own texts and refuses them itself."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = self.get_response(request)
        return answer

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> None:
        """Let the request through.

        :raises SuspiciousOperation: if it holds a NUL
        """
        if request.resolver_match is not None and request.resolver_match.namespace == "api":
            return
        asked = [request.GET] if request.method in ("GET", "HEAD") else [request.GET, request.POST]
        texts = (text for one in asked for name, values in one.lists() for text in (name, *values))
        if NUL in request.path_info or any(NUL in text for text in texts):
            raise SuspiciousOperation("a NUL in a request")
