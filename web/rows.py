"""Narrow the database session of a request to the rows that are open to who asks: the second keeper of townships.

The first is what each page asks of ``web.access``; should a page forget it, PostgreSQL shows nothing foreign. The
session is wide again when the request ends, so that a connection that lives on leaks nothing to the next one.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ledger.models import Officer
from treasury.scopes import Rows, acts_in_townships_only, narrowed_to, rows_open_to


class RowsMiddleware:
    """Narrow a request before any page is made; one that cannot be narrowed fails."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with ExitStack() as narrowing:
            request.narrowing = narrowing  # type: ignore[attr-defined]
            return self.answer(request)

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the answer to who is signed in; a call is narrowed when its token is known (``narrow``)."""
        if not isinstance(request.user, Officer) or not acts_in_townships_only(request.user):
            return self.get_response(request)
        rows = rows_open_to(officer=request.user, on=timezone.localdate())
        with narrowed_to(rows):
            answer: Any = self.get_response(request)
        if answer.streaming:
            answer.streaming_content = narrowed_parts(answer.streaming_content, rows)
        return answer  # type: ignore[no-any-return]


def narrow(request: HttpRequest, rows: Rows | None) -> None:
    """Narrow the rest of a request, whose answer is made at once; nothing is the whole district."""
    if rows is not None:
        request.narrowing.enter_context(narrowed_to(rows))  # type: ignore[attr-defined]


def narrowed_parts(parts: Iterator[bytes], rows: Rows) -> Iterator[bytes]:
    """Yield what is sent piece by piece, each piece made as narrowly as a page that is made at once."""
    iterator = iter(parts)
    while True:
        with narrowed_to(rows):
            part = next(iterator, None)
        if part is None:
            return
        yield part
