"""What the pages of benefits read of addresses and forms, and how one of them takes its acts."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import AuditEvent, Officer
from ledger.money import InexactAmount, exact
from ledger.policies import NoValue
from ledger.refusals import UnableToPost
from payouts.applicants import schemes_on
from payouts.rules.schemes import NoSuchJurisdiction, Scheme
from treasury.refusals import NothingThere
from web.acting import SEE_OTHER, take, tell
from web.addresses import MONTH

PAGE: Final = 50
UNPROCESSABLE: Final = 422
CASHES: Final = "payouts.render_batch"
# As long as numbers of people and of accounts: such a text goes into no address.
LONG_NUMBER: Final = re.compile("[0-9]{9,}")
YEARS: Final = range(1900, 2201)


class FieldUnread(UnableToPost):
    message = gettext_lazy("A field of the form cannot be read.")
    remedy = gettext_lazy("Write days as 2026-11-05, amounts as 1234.50 and counts as whole numbers.")


class NoSchemesThen(UnableToPost):
    message = gettext_lazy("No schemes are known on that day.")
    remedy = gettext_lazy("Choose a later day, or have the policy of that time added.")


def text_in(sent: QueryDict | Mapping[str, str], name: str, longest: int = 200) -> str:
    """Return a field of a form as one line of at most so many places."""
    return " ".join(sent.get(name, "").replace("\0", "").split())[:longest]


def day_in(text: str) -> date:
    """Return a day as a form has it.

    :raises FieldUnread: if it is none of our time
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise FieldUnread("day_is_written", {"text": text[:10]}) from error
    if day.year not in YEARS:
        raise FieldUnread("day_is_of_our_time", {"text": text[:10]})
    return day


def day_or_none(text: str) -> date | None:
    """Return a day, nothing where none was written; raises as ``day_in``."""
    return day_in(text) if text.strip() else None


def month_of(text: str) -> date:
    """Return the first day of a month as a form has it.

    :raises FieldUnread: if it is none
    """
    if not MONTH.fullmatch(text.strip()):
        raise FieldUnread("month_is_written", {"text": text[:10]})
    return day_in(f"{text.strip()}-01")


def amount_in(text: str) -> Decimal:
    """Return an amount as a form has it.

    :raises FieldUnread: if it is none
    """
    try:
        return exact(text.strip().replace(",", "").replace("，", ""))
    except InexactAmount as error:
        raise FieldUnread("amount_is_written", {"text": text[:20]}) from error


def amount_or_none(text: str) -> Decimal | None:
    """Return an amount, nothing where none was written; raises as ``amount_in``."""
    return amount_in(text) if text.strip() else None


def key_in(text: str) -> int | None:
    """Return the key that an address or a form names, or nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


@contextmanager
def policies_known() -> Iterator[None]:
    """Refuse what no policy tells anything about, in the officer's words.

    :raises NoSchemesThen: if a policy has no value on a day that was typed
    """
    try:
        yield
    except NoValue as missing:
        raise NoSchemesThen("policy_has_a_value", {"policy": missing.name, "on": missing.on}) from missing
    except NoSuchJurisdiction as missing:
        raise NoSchemesThen("schemes_are_in_use", {"jurisdiction": missing.jurisdiction}) from missing


def schemes_then(on: date) -> Mapping[str, Scheme]:
    """Return the schemes as they stand in the month of a day.

    :raises NoSchemesThen: if there are none
    """
    with policies_known():
        return schemes_on(on=on)


def schemes_today() -> Mapping[str, Scheme]:
    """Return the schemes as they stand today, in the order of their names."""
    try:
        found = schemes_then(timezone.localdate())
    except NoSchemesThen:
        return {}
    return dict(sorted(found.items(), key=lambda item: item[1].name))


def mark_of(subject: str, *state: object) -> str:
    """Return the mark of what a page shows of a subject: its state, and the last act that was done on it."""
    done = AuditEvent.objects.filter(subject=subject, refused="").order_by("-pk").values_list("pk", flat=True)
    return "/".join(map(str, (*state, done.first() or 0)))


def cashiers() -> list[Officer]:
    """Return the officers who may sign as cashier."""
    app, codename = CASHES.split(".")
    held = Officer.objects.filter(
        groups__permissions__codename=codename, groups__permissions__content_type__app_label=app, is_active=True
    )
    return list(held.distinct().order_by("username"))


def cashier_in(sent: QueryDict) -> Officer:
    """Return the cashier whom a form names.

    :raises NothingThere: if there is none of the name
    """
    username = text_in(sent, "cashier", 150)
    found = Officer.objects.filter(username=username).first()
    if found is None:
        raise NothingThere("officer_is_appointed", {"officer": username})
    return found


@dataclass(frozen=True, slots=True)
class Deed:
    """An act of a page: its name and subject in the trail, its step, and whether it is confirmed anew."""

    act: str
    subject: str
    step: Callable[[Officer, datetime], str]
    is_confirmed: bool = False


def enter(
    request: HttpRequest, deed: Deed | None, *, shown: str, to: str, draw: Callable[[str], HttpResponse]
) -> HttpResponse:
    """Take a page's form and go on; one that is refused is drawn again with what was typed.

    :raises NotFresh: by its kinds, for an act that is to be confirmed
    """
    if deed is None:
        return draw(_("There is no such act."))
    outcome = take(
        request, act=deed.act, subject=deed.subject, step=deed.step, shown=shown, confirmed=deed.is_confirmed
    )
    if outcome.refusal and not outcome.was_sent:
        return draw(outcome.refusal)
    tell(request, outcome)
    return HttpResponseRedirect(to, status=SEE_OTHER)
