"""Around every request: an id, one line in the log, its measurements, and where its acts come from."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from ledger.recording import acting_from
from web.security.addresses import address_of
from web.security.logs import REQUEST_ID, route_of
from web.security.measurements import measure_request

LOG: Final = logging.getLogger("tongfa.request")
HEADER: Final = "X-Request-ID"
# Taken from the proxy in front; anything else could write into our log.
GOOD_ID: Final = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestMiddleware:
    """The outermost of all: what it measures is what the officer waits for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if GOOD_ID.fullmatch(given) else secrets.token_hex(16)
        token = REQUEST_ID.set(request_id)
        begun = time.monotonic()
        try:
            with acting_from(f"web {address_of(request) or '-'} {request_id}"):
                answer = self.get_response(request)
            answer.headers[HEADER] = request_id
            seconds = time.monotonic() - begun
            route = route_of(request)
            measure_request(route=route, method=request.method or "", status=answer.status_code, seconds=seconds)
            told = {
                "route": route,
                "method": request.method,
                "status": answer.status_code,
                "milliseconds": int(seconds * 1000),
            }
            LOG.info("request", extra=told)
            return answer
        finally:
            REQUEST_ID.reset(token)
