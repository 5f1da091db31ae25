"""The names of officers: pages tell people, the records tell user names."""

from collections import Counter
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Final

from django.http import HttpRequest, HttpResponse

from ledger.models import Officer

# The names as they were when the page in the making first asked for one; outside of a request nothing is kept.
KNOWN: Final[ContextVar[dict[str, str] | None]] = ContextVar("officer_names", default=None)


class NamesMiddleware:
    """Let a page ask for the names of its officers once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = KNOWN.set({})
        try:
            return self.get_response(request)
        finally:
            KNOWN.reset(token)


def name_of(username: str) -> str:
    """Return the name of an officer, with the user name where it is another's too; a name that is nobody's stands."""
    return names().get(username, username)


def username_of(typed: str) -> str:
    """Return the user name of the officer whose name, as pages tell it, was typed; user names and others stand."""
    known = names()
    return typed if typed in known else next((user for user, name in known.items() if name == typed), typed)


def names() -> Mapping[str, str]:
    """Return the names of all officers by user name."""
    known = KNOWN.get()
    if known:
        return known
    found = {user: name or user for user, name in Officer.objects.values_list("username", "full_name")}
    others = Counter([*found.values(), *(user for user, name in found.items() if name != user)])
    told = {user: f"{name} ({user})" if name != user and others[name] > 1 else name for user, name in found.items()}
    if known is not None:
        known.update(told)
    return told
