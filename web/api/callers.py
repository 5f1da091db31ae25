"""Who calls: the system of a token, what is open to it, and how often it has called."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from ledger.models import Book, Officer
from ledger.posts import require_post
from treasury.models import Township
from treasury.scopes import READ, Rows, books_open_to, rows_of
from web.access_table import ROUTES, ByToken
from web.api.giving_tokens import PREFIX, digest_of
from web.api.refusals import NothingHere, ScopeMissing, TokenRefused, TooManyCalls
from web.models import ApiCalls, ApiToken
from web.rows import narrow
from web.security.addresses import address_of

TOKEN: Final = re.compile(rf"{PREFIX}_([0-9a-f]{{8}})_[A-Za-z0-9_-]{{43}}", re.ASCII)
NO_DIGEST: Final = "0" * 64
CALLS_MAX: Final = 600
CALLS_WINDOW: Final = timedelta(minutes=1)
# Of one address, with a token that is none: guesses would need more than a lifetime anyway.
FAILURES_MAX: Final = 10
FAILURES_WINDOW: Final = timedelta(minutes=15)
COUNT: Final = """
INSERT INTO web_apicalls (caller, begun_at, calls) VALUES (%s, %s, 1)
    ON CONFLICT (caller, begun_at) DO UPDATE SET calls = web_apicalls.calls + 1 RETURNING calls
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """A system that calls, with its token and the service officer that acts for it."""

    token: ApiToken
    officer: Officer
    at: datetime

    @property
    def system(self) -> str:
        return self.officer.full_name

    def open_books(self) -> QuerySet[Book]:
        """Return the books that are open to the system: all, or that of its township.

        :raises OfficerMayNot: without the act of reading
        """
        require_post(self.officer, READ)
        if self.token.township is not None:
            return Book.objects.filter(township=self.token.township).order_by("code")
        return books_open_to(officer=self.officer, on=timezone.localdate(self.at))

    def open_townships(self) -> QuerySet[Township]:
        """Return the townships whose claims are open to the system: all, or its own."""
        own = self.token.township_id
        return Township.objects.all() if own is None else Township.objects.filter(pk=own)

    def rows(self) -> Rows | None:
        """Return the rows that PostgreSQL shows the session of a call, or nothing where that is the whole district."""
        own = self.token.township
        return None if own is None else rows_of(Township.objects.filter(pk=own.pk))

    def township(self, code: str) -> Township:
        """Return a township that is open to the system; one that is not is not found, like one that is not there.

        :raises NothingHere: if it is not open
        """
        found = self.open_townships().filter(code=code).first()
        if found is None:
            raise NothingHere("township_is_open_to_the_token", {"township": code})
        return found


class Bearer(HttpBearer):
    """Ask the table for the scope of an operation, and the token for it."""

    def __call__(self, request: HttpRequest) -> Caller:
        """Return who calls.

        :raises TokenRefused: without a token that opens anything now
        :raises TooManyCalls: after too many calls, or too many wrong tokens from one address
        :raises ScopeMissing: if the token does not open this operation
        """
        scheme, _space, secret = request.headers.get(self.header, "").partition(" ")
        return self.authenticate(request, secret if scheme.lower() == self.openapi_scheme else "")

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        at = timezone.now()
        found = living_token(token, at)
        if found is None:
            count_calls(f"address/{address_of(request) or '-'}", FAILURES_WINDOW, FAILURES_MAX, at)
            raise TokenRefused("token_is_good")
        if count_calls(f"token/{found.handle}", CALLS_WINDOW, CALLS_MAX, at) == 1:
            ApiToken.objects.filter(pk=found.pk).update(used_at=at)
        match = request.resolver_match
        rule = ROUTES.get(match.view_name) if match else None
        if not isinstance(rule, ByToken) or rule.scope.value not in found.scopes:
            needed = rule.scope.value if isinstance(rule, ByToken) else ""
            raise ScopeMissing("token_has_the_scope", {"scope": needed, "scopes": " ".join(found.scopes)})
        caller = Caller(token=found, officer=found.officer, at=at)
        narrow(request, caller.rows())
        return caller


def living_token(secret: str, at: datetime) -> ApiToken | None:
    """Return the token of a secret if it opens something now; as long for a wrong secret as for a good one."""
    match = TOKEN.fullmatch(secret)
    found = ApiToken.objects.select_related("officer", "township").filter(handle=match[1] if match else "").first()
    is_right = compare_digest(found.sha256 if found else NO_DIGEST, digest_of(secret if match else ""))
    if found is None or not is_right or found.revoked_at is not None or found.expires_at <= at:
        return None
    return found if found.officer.is_active else None


def count_calls(caller: str, window: timedelta, calls_max: int, at: datetime) -> int:
    """Count a call, and return how many there were in this window.

    :raises TooManyCalls: if there were too many
    """
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    begun = at - (at - epoch) % window
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [caller, begun])
        row: tuple[Any, ...] = cursor.fetchone()
    calls = int(row[0])
    if calls == 1:
        ApiCalls.objects.filter(caller=caller, begun_at__lt=begun).delete()
        forget_addresses(at)
    if calls > calls_max:
        wait = int((begun + window - at).total_seconds()) + 1
        raise TooManyCalls("calls_are_within_the_rate", {"most": calls_max, "seconds": wait}, wait_seconds=wait)
    return calls


def forget_addresses(at: datetime) -> None:
    """Delete what was counted for addresses an hour ago."""
    ApiCalls.objects.filter(caller__startswith="address/", begun_at__lt=at - timedelta(hours=1)).delete()
