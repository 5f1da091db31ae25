"""What the pages of the budgets' desk share: what is typed, the acts of a page, and a page drawn again when refused."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import AuditEvent, Officer
from ledger.money import InexactAmount, exact
from ledger.policies import NoValue
from ledger.refusals import UnableToPost
from month.fact_sheets import FactsRefused
from treasury.models import Township
from treasury.rules.appraisals import NoSuchPlace
from web.access import open_townships
from web.acting import SEE_OTHER, take, tell
from web.security.uploads import Upload, checked_upload

PAGE: Final = 50
COUNT_MAX: Final = 9999
FAULTS_TOLD: Final = 20
UNPROCESSABLE: Final = 422


class NotWritten(UnableToPost):
    message = gettext_lazy("A field of the form cannot be read.")
    remedy = gettext_lazy("Write days as 2026-11-05, amounts as 1234.50 and counts as whole numbers.")


class FileNotTaken(UnableToPost):
    """A file whose rows do not stand; the fact ``faults`` tells which."""

    message = gettext_lazy("Nothing was taken from the file.")
    remedy = gettext_lazy("Correct the file and hand it in again.")

    def __str__(self) -> str:
        return f"{self.message}\n{self.facts['faults']}\n{self.remedy}"


class PlaceBringsNothing(UnableToPost):
    message = gettext_lazy("This place brings nothing by the policy.")
    remedy = gettext_lazy("Correct the place, or type the amount that the paper names.")


class PolicySaysNothing(UnableToPost):
    message = gettext_lazy("The policy has no value on this day.")
    remedy = gettext_lazy("Choose another day, or have the value added to the policy.")


class NoSuchAct(UnableToPost):
    message = gettext_lazy("There is no such act.")
    remedy = gettext_lazy("Look at the page again and use one of its buttons.")


@dataclass(frozen=True, slots=True)
class Deed:
    """An act of a page's form: its name in the trail, its step, and whether it is confirmed with a password."""

    act: str
    step: Callable[[Officer, datetime], str]
    is_confirmed: bool = False


Draw = Callable[[str], HttpResponse]


def enter(
    request: HttpRequest,
    deeds: Mapping[str, Deed],
    *,
    subject: str,
    shown: str,
    to: Callable[[], str],
    draw: Draw,
) -> HttpResponse:
    """Take the act that a form names and go on to a page that tells it; ``draw`` draws the page with a refusal.

    :raises NotFresh: by its kinds, for an act that is to be confirmed
    """
    deed = deeds.get(request.POST.get("act", ""))
    if deed is None:
        return draw(str(NoSuchAct("act_is_known")))

    def step(officer: Officer, at: datetime) -> str:
        with refusals_of_sheets_and_policies():
            return deed.step(officer, at)

    outcome = take(request, act=deed.act, subject=subject, step=step, shown=shown, confirmed=deed.is_confirmed)
    if outcome.refusal and not outcome.was_sent:
        return draw(outcome.refusal)
    tell(request, outcome)
    return HttpResponseRedirect(to(), status=SEE_OTHER)


@contextmanager
def refusals_of_sheets_and_policies() -> Iterator[None]:
    """Let what refuses a file, a place or a day be told like every other refusal.

    :raises FileNotTaken: with the rows that stand in the way
    :raises PlaceBringsNothing: if a place of an appraisal brings nothing
    :raises PolicySaysNothing: if a policy has no value on the day
    """
    try:
        yield
    except FactsRefused as refused:
        told = [str(fault) for fault in refused.faults[:FAULTS_TOLD]]
        if len(refused.faults) > FAULTS_TOLD:
            told.append(_("… and {count} more").format(count=len(refused.faults) - FAULTS_TOLD))
        raise FileNotTaken("file_is_taken_whole", {"faults": "\n".join(told)}) from refused
    except NoSuchPlace as nothing:
        facts = {"place": nothing.place, "places": nothing.known}
        raise PlaceBringsNothing("place_brings_something", facts) from nothing
    except NoValue as missing:
        raise PolicySaysNothing("policy_has_a_value", {"policy": missing.name, "day": missing.on}) from missing


def mark_of(state: object, *subjects: str) -> str:
    """Return the mark of what a page shows: its state and the last thing that happened to it."""
    happened = AuditEvent.objects.filter(subject__in=subjects, refused="").order_by("-pk")
    return f"{state}/{happened.values_list('pk', flat=True).first() or 0}"


def township_here(request: HttpRequest, code: str) -> Township:
    """Return a township that is open to who asks; another is not found, as if there were none."""
    found: QuerySet[Township] = open_townships(request).select_related("book__parent")
    return get_object_or_404(found, code=code)


def township_chosen(request: HttpRequest) -> Township | None:
    """Return the township that a list is narrowed to, or nothing."""
    return open_townships(request).filter(code=request.GET.get("township", "")[:40]).first()


# What is typed


def text_in(request: HttpRequest, name: str, longest: int = 200) -> str:
    """Return a line of text as a form has it."""
    return request.POST.get(name, "").replace("\0", "").strip()[:longest]


def day_in(request: HttpRequest, name: str) -> date:
    """Return a day as a form has it; none is today.

    :raises NotWritten: if it is no day
    """
    text = text_in(request, name)
    try:
        return date.fromisoformat(text) if text else timezone.localdate()
    except ValueError as error:
        raise NotWritten("day_is_written", {"text": text[:20]}) from error


def amount_in(request: HttpRequest, name: str) -> Decimal:
    """Return an amount as a form has it.

    :raises NotWritten: if it is none
    """
    return amount_of(text_in(request, name))


def amount_of(text: str) -> Decimal:
    """Return an amount that was typed.

    :raises NotWritten: if it is none
    """
    try:
        return exact(text.replace(",", "").replace("，", ""))
    except InexactAmount as error:
        raise NotWritten("amount_is_written", {"text": text[:20]}) from error


def count_in(request: HttpRequest, name: str) -> int:
    """Return a whole number as a form has it.

    :raises NotWritten: if it is none
    """
    text = text_in(request, name)
    found = key_in(text)
    if found is None or found > COUNT_MAX:
        raise NotWritten("count_is_written", {"text": text[:20]})
    return found


def key_in(text: str) -> int | None:
    """Return the key of the last row of the page before, or nothing."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def upload_in(request: HttpRequest) -> Upload:
    """Return the file of a form.

    :raises UploadRefused: by its kinds
    :raises NotWritten: if none was chosen
    """
    file = request.FILES.get("file")
    if file is None:
        raise NotWritten("file_is_chosen")
    return checked_upload(file)
