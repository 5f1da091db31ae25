"""Forms that are sent without leaving their page, so that what was entered stays where no answer comes.

The script of every page (static/web/tongfa.js) sends them and says so in a header. Without scripts they are sent as
ever.
"""

from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

KEPT: Final = "X-Tongfa-Form"
TO: Final = "X-Tongfa-To"
SIGN_IN: Final = "X-Tongfa-Sign-In"
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
NO_CONTENT: Final = 204
NOT_SIGNED_IN: Final = 401


class KeptFormMiddleware:
    """Tell the script where to go: it could follow a redirect only unseen, and what was done is told but once.

    Where the session has ended meanwhile it is not led away: the page stays, and says where to sign in beside it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if KEPT in request.headers and request.method == "POST" and answer.status_code in REDIRECTS:
            to, sign_in = answer.headers["Location"], reverse("sign_in")
            del answer.headers["Location"]
            del answer.headers["Content-Type"]
            if urlsplit(to).path == sign_in and request.path != sign_in:
                answer.headers[SIGN_IN] = sign_in
                answer.status_code = NOT_SIGNED_IN
            else:
                answer.headers[TO] = to
                answer.status_code = NO_CONTENT
        return answer
