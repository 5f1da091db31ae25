"""Asking the table of ``web.access_table`` who may open a page, before any page is made.

What a page then shows is narrowed to the books and townships that are open to the officer on the day
(``treasury.scopes``); what is not open is not found, like what is not there.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Book, Officer
from month.post_names import POST_NAMES
from month.posts import POSTS
from treasury.models import Township
from treasury.scopes import books_open_to, reads_district, townships_open_to
from web.access_table import NAMESPACES, ROUTES, ByToken, Holds, Rule


class AccessMiddleware:
    """Ask the table before any page is made."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> HttpResponse | None:
        """Let a request through, send it to the sign-in page, or refuse it."""
        match = request.resolver_match
        rule = ROUTES.get(match.view_name, NAMESPACES.get(match.namespace)) if match else None
        if rule is Rule.ANYBODY or isinstance(rule, ByToken):
            return None
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if rule is None or not is_kept(request, rule):
            raise PermissionDenied(f"{what_is_missing(rule)} {what_conflicts(officer_of(request))}".strip())
        return None


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Return the way to the sign-in page: htmx follows it with the whole page, not with a part of it.

    Afterwards it leads back to the page that was asked for; a form that was sent has none of its own.
    """
    is_page = request.method in ("GET", "HEAD")
    answer = redirect_to_login(request.get_full_path() if is_page else reverse("home"))
    if "HX-Request" in request.headers:
        return HttpResponse(status=401, headers={"HX-Redirect": answer.url})
    return answer


def what_is_missing(rule: Rule | Holds | None) -> str:
    """Return what an officer lacks for a page: posts, never whose township or book the page is about."""
    if isinstance(rule, Holds):
        posts = [str(POST_NAMES[post]) for post, acts in POSTS.items() if rule.acts.intersection(acts)]
        return _("It is for these posts: {posts}.").format(posts=", ".join(posts) or "-")
    return str(MISSING[rule]) if rule in MISSING else ""


def what_conflicts(officer: Officer) -> str:
    """Return which two posts of an officer exclude each other, so that none of them opens anything, or nothing."""
    if not officer.conflicting_posts:
        return ""
    named = ", ".join(str(POST_NAMES[post]) for post in officer.conflicting_posts)
    return _("You hold two posts that exclude each other, and none of them opens anything: {posts}.").format(
        posts=named
    )


MISSING: Final[Mapping[Rule | None, Any]] = {
    Rule.MANAGES_ACCESS: gettext_lazy("It is for the administrator and the head of the bureau."),
    Rule.READS_A_BOOK: gettext_lazy(
        "It is for who has a post of the bureau that reads the books, or a post in a township on this day."
    ),
    Rule.READS_DISTRICT: gettext_lazy(
        "It is for who has a post of the bureau that reads the books of the whole district."
    ),
    Rule.SUPERUSER: gettext_lazy("It is for the superuser who keeps reference data."),
}


def manages_access(officer: Officer) -> bool:
    return officer.has_perm("treasury.give_post") or officer.has_perm("treasury.confirm_post")


def may_open(request: HttpRequest, route: str) -> bool:
    """Return whether who asks may open the page of a route."""
    rule = ROUTES.get(route, NAMESPACES.get(route.rpartition(":")[0]))
    if rule is None:
        return False
    if rule is Rule.ANYBODY:
        return True
    user = getattr(request, "user", None)  # a page of an error may have none
    return user is not None and user.is_authenticated and is_kept(request, rule)


def is_kept(request: HttpRequest, rule: Rule | Holds | ByToken) -> bool:
    """Return whether who is signed in keeps a rule."""
    if isinstance(rule, ByToken):
        return False
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
    Rule.SUPERUSER: lambda request: officer_of(request).is_superuser,
}
