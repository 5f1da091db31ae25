"""Make and revoke the tokens of other systems; a token is told once, and kept as its hash alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex, token_urlsafe
from typing import Final

from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q, QuerySet

from ledger.models import Officer
from ledger.models.words import OfficerKind
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.models import Township
from web.api.refusals import TokenNotThere, TokenUnfit
from web.models import ApiScope, ApiToken

PREFIX: Final = "tongfa"
DAYS_MAX: Final = 365
SYSTEM: Final = re.compile(r"[a-z][a-z0-9-]{0,30}[a-z0-9]", re.ASCII)
# Who gives access makes tokens; who confirms it may take them away, too.
GIVING: Final = ("treasury.give_post", "treasury.confirm_post")
# A clerk's acts at most: what a system hands in is applied, accepted and paid by officers.
ACTS: Final[Mapping[ApiScope, tuple[str, ...]]] = {
    ApiScope.READ_BOOKS: ("ledger.view_voucher",),
    ApiScope.READ_MONTHS: ("ledger.view_voucher", "ledger.read_district"),
    ApiScope.READ_PAYMENTS: ("ledger.view_voucher", "ledger.read_district"),
    ApiScope.PUSH_CHANGES: ("payouts.stage_file",),
    ApiScope.READ_CHANGES: (),
    ApiScope.REGISTER_CLAIMS: ("treasury.register_claim",),
    ApiScope.READ_CLAIMS: (),
}
# What is not of one township alone.
OF_DISTRICT: Final = frozenset(
    {ApiScope.READ_MONTHS, ApiScope.READ_PAYMENTS, ApiScope.PUSH_CHANGES, ApiScope.READ_CHANGES}
)


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token that was made now; ``secret`` is told once and kept nowhere."""

    token: ApiToken
    secret: str


def make_token(
    *, system: str, scopes: Sequence[str], township: Township | None, days: int, officer: Officer, at: datetime
) -> MadeToken:
    """Make a token of a system, which acts as a service officer of its own.

    :raises OfficerMayNot: without the post that gives access
    :raises TokenUnfit: if name, scopes, township or days do not fit
    """
    require_post(officer, "treasury.give_post")
    wanted = wanted_scopes(system=system, scopes=scopes, township=township, days=days)
    with transaction.atomic():
        service = service_of(system)
        others = living_tokens(service, at).exclude(township=township)
        if others.exists():
            raise TokenUnfit("system_is_of_one_township", {"system": system})
        handle = token_hex(4)
        secret = f"{PREFIX}_{handle}_{token_urlsafe(32)}"
        made = ApiToken.objects.create(
            officer=service,
            handle=handle,
            sha256=digest_of(secret),
            scopes=wanted,
            township=township,
            made_by=officer,
            made_at=at,
            expires_at=at + timedelta(days=days),
        )
        give_acts(service, at)
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="api_token.make",
            subject=f"api_token/{handle}",
            after={
                "system": system,
                "scopes": " ".join(wanted),
                "township": township.name if township else "",
                "expires_at": made.expires_at.isoformat(),
            },
        )
    return MadeToken(token=made, secret=secret)


def wanted_scopes(*, system: str, scopes: Sequence[str], township: Township | None, days: int) -> list[str]:
    """Return the scopes in their order.

    :raises TokenUnfit: if what is asked for a token does not fit
    """
    wanted = [scope for scope in ApiScope if scope.value in scopes]
    told = {"system": system, "scopes": " ".join(scopes), "days": days}
    if not SYSTEM.fullmatch(system):
        raise TokenUnfit("system_has_a_plain_name", told)
    if not wanted or len(wanted) != len(set(scopes)):
        raise TokenUnfit("api_token_has_known_scopes", told | {"known": " ".join(ApiScope.values)})
    if not 1 <= days <= DAYS_MAX:
        raise TokenUnfit("api_token_ends_within_a_year", told)
    if township is not None and OF_DISTRICT & set(wanted):
        raise TokenUnfit("scope_is_of_the_whole_district", told | {"township": township.name})
    return [scope.value for scope in wanted]


def service_of(system: str) -> Officer:
    """Return the service officer of a system, which nobody signs in as; it is made the first time.

    :raises TokenUnfit: if somebody else has its name, or it has left
    """
    service = Officer.objects.select_for_update(no_key=True).filter(username=f"api-{system}").first()
    if service is None:
        service = Officer(username=f"api-{system}", full_name=system, kind=OfficerKind.SERVICE)
        service.set_unusable_password()
        service.save()
    if service.kind != OfficerKind.SERVICE or not service.is_active:
        raise TokenUnfit("api_token_acts_as_a_service", {"system": system})
    return service


def living_tokens(service: Officer, at: datetime) -> QuerySet[ApiToken]:
    """Return the tokens of a service officer that open something now."""
    return ApiToken.objects.filter(officer=service, revoked_at=None, expires_at__gt=at)


def give_acts(service: Officer, at: datetime) -> None:
    """Give a service officer the acts of its living tokens, and no other."""
    acts = {
        act for token in living_tokens(service, at) for scope in token.scopes for act in acts_of(ApiScope(scope), token)
    }
    wanted = Q(pk__in=[])
    for act in acts:
        app, _dot, codename = act.partition(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    service.user_permissions.set(Permission.objects.filter(wanted))


def acts_of(scope: ApiScope, token: ApiToken) -> Sequence[str]:
    more = ("ledger.read_district",) if scope is ApiScope.READ_BOOKS and token.township_id is None else ()
    return (*ACTS[scope], *more)


def revoke_token(*, handle: str, officer: Officer, at: datetime) -> ApiToken:
    """Take a token away for good.

    :raises OfficerMayNot: without a post that gives access or confirms it
    :raises TokenNotThere: if there is none, or it was revoked before
    """
    require_post(officer, next(filter(officer.has_perm, GIVING), GIVING[0]))
    with transaction.atomic():
        token = ApiToken.objects.select_for_update(no_key=True, of=("self",)).filter(handle=handle).first()
        if token is None or token.revoked_at is not None:
            raise TokenNotThere("api_token_is_there", {"token": handle})
        token.revoked_at, token.revoked_by = at, officer
        token.save(update_fields=["revoked_at", "revoked_by"])
        give_acts(token.officer, at)
        record_event(chain="", at=at, actor=officer.username, act="api_token.revoke", subject=f"api_token/{handle}")
        return token


def digest_of(secret: str) -> str:
    """Return what is kept of a token: it is random, so a plain hash cannot be guessed back."""
    return sha256(secret.encode()).hexdigest()
