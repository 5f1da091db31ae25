"""Who may open which page. Every route has its line in ``ROUTES``; one that has none opens for nobody.

A line is a rule, or the acts of which who opens the page holds one: an act's own page, and where its form goes.

What a page then shows is narrowed to the books and townships that are open to the officer on the day
(``treasury.scopes``); what is not open is not found, like what is not there.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ledger.models import Book, Officer
from treasury.models import Township
from treasury.scopes import books_open_to, reads_district, townships_open_to


class Rule(Enum):
    """Who may open a page."""

    ANYBODY = "anybody, signed in or not"
    SIGNED_IN = "any officer who is signed in"
    MANAGES_ACCESS = "who gives posts or confirms them"
    READS_A_BOOK = "who may read a book: with a post of the bureau, or with one in a township"
    READS_DISTRICT = "who may read the books of the whole district"


@dataclass(frozen=True, slots=True)
class Holds:
    """Who holds a post with one of some acts may open a page; the act itself asks again."""

    acts: frozenset[str]


def holds(*acts: str) -> Holds:
    return Holds(frozenset(acts))


ROUTES: Final[Mapping[str, Rule | Holds]] = {
    "healthz": Rule.ANYBODY,
    "readyz": Rule.ANYBODY,
    "metrics": Rule.ANYBODY,  # the page itself asks for this machine or a token
    "sign_in": Rule.ANYBODY,
    "sign_in_code": Rule.ANYBODY,
    "sign_out": Rule.ANYBODY,
    "set_language": Rule.ANYBODY,
    "password": Rule.SIGNED_IN,
    "second_factor": Rule.SIGNED_IN,
    "second_factor_qr": Rule.SIGNED_IN,
    "factor_resets": Rule.MANAGES_ACCESS,
    "home": Rule.SIGNED_IN,
    "month": Rule.READS_DISTRICT,
    "month_of": Rule.READS_DISTRICT,
    "jobs": Rule.SIGNED_IN,  # the officer's own, all to who reads the district
    "job": Rule.SIGNED_IN,
    "job_part": Rule.SIGNED_IN,
    "job_act": Rule.SIGNED_IN,
    "books": Rule.READS_A_BOOK,
    "balance": Rule.READS_A_BOOK,
    "vouchers": Rule.READS_A_BOOK,
    "voucher": Rule.READS_A_BOOK,
    "townships": Rule.READS_A_BOOK,
    "township": Rule.READS_A_BOOK,
    "statement": Rule.READS_A_BOOK,
    "arrears": Rule.READS_A_BOOK,
    "incomes": Rule.READS_DISTRICT,
    "settlements": Rule.READS_DISTRICT,
    # The auditor's desk: it reads, and asks for what leaves the books.
    "audit": Rule.READS_DISTRICT,
    "audit_trace": Rule.READS_DISTRICT,
    "audit_exports": Rule.READS_DISTRICT,
    "audit_export": Rule.READS_DISTRICT,
    "audit_file": Rule.READS_DISTRICT,
    "audit_checks": Rule.READS_DISTRICT,
    "audit_trail": Rule.READS_DISTRICT,
    "audit_samples": Rule.READS_DISTRICT,
}


class AccessMiddleware:
    """Ask the table before any page is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Let a request through, send it to the sign-in page, or refuse it."""
        match = request.resolver_match
        rule = ROUTES.get(match.view_name) if match else None
        if rule is Rule.ANYBODY:
            return None
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if rule is None or not is_kept(request, rule):
            raise PermissionDenied
        return None


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Return the way to the sign-in page: htmx follows it with the whole page, not with a part of it."""
    answer = redirect_to_login(request.get_full_path())
    if "HX-Request" in request.headers:
        return HttpResponse(status=401, headers={"HX-Redirect": answer.url})
    return answer


def manages_access(officer: Officer) -> bool:
    return officer.has_perm("treasury.give_post") or officer.has_perm("treasury.confirm_post")


def may_open(request: HttpRequest, route: str) -> bool:
    """Return whether who asks may open the page of a route."""
    rule = ROUTES.get(route)
    if rule is None:
        return False
    if rule is Rule.ANYBODY:
        return True
    user = getattr(request, "user", None)  # a page of an error may have none
    return user is not None and user.is_authenticated and is_kept(request, rule)


def is_kept(request: HttpRequest, rule: Rule | Holds) -> bool:
    """Return whether who is signed in keeps a rule."""
    if isinstance(rule, Holds):
        return any(officer_of(request).has_perm(act) for act in rule.acts)
    return KEPT[rule](request)


def officer_of(request: HttpRequest) -> Officer:
    """Return who asks, on a page that asks for a sign-in."""
    if not isinstance(request.user, Officer):
        raise PermissionDenied
    return request.user


def open_books(request: HttpRequest) -> QuerySet[Book]:
    """Return the books that are open to who asks, today."""
    return books_open_to(officer=officer_of(request), on=timezone.localdate())


def open_townships(request: HttpRequest) -> QuerySet[Township]:
    """Return the townships that are open to who asks, today, in their order and with their books."""
    found = townships_open_to(officer=officer_of(request), on=timezone.localdate())
    return found.select_related("book").order_by("number")


KEPT: Final[Mapping[Rule, Callable[[HttpRequest], bool]]] = {
    Rule.SIGNED_IN: lambda _request: True,
    Rule.MANAGES_ACCESS: lambda request: manages_access(officer_of(request)),
    Rule.READS_A_BOOK: lambda request: open_books(request).exists(),
    Rule.READS_DISTRICT: lambda request: reads_district(officer_of(request)),
}
