"""Forms that are sent without leaving their page, so that what was entered stays where no answer comes.

The script of every page (static/web/tongfa.js) sends them and says so in a header. Without scripts they are sent as
ever.
"""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

KEPT: Final = "X-Tongfa-Form"
TO: Final = "X-Tongfa-To"
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
NO_CONTENT: Final = 204


class KeptFormMiddleware:
    """Tell the script where to go: it could follow a redirect only unseen, and what was done is told but once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if KEPT in request.headers and request.method == "POST" and answer.status_code in REDIRECTS:
            answer.headers[TO] = answer.headers["Location"]
            del answer.headers["Location"]
            del answer.headers["Content-Type"]
            answer.status_code = NO_CONTENT
        return answer
