"""Beneficiaries: found by name or number, one person with what was paid, one enrolment with what is known and its acts.

An ID number that is looked for goes by the form's body, never into an address.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ledger.masking import masked_account, masked_id
from ledger.models import Officer
from ledger.recording import record_event
from payouts.models import Enrolment, EnrolmentFact, Overpayment, Person
from payouts.models.words import AccountKind, Standing
from payouts.verifying import (
    RECORDS,
    VERIFIES,
    OtherAccount,
    change_account,
    end,
    latest,
    record_death,
    resume,
    suspend,
    verify,
)
from treasury.models import Township
from web.access import may_open, officer_of
from web.acting import SEE_OTHER, Outcome, take, tell
from web.benefit_desk.asked import (
    LONG_NUMBER,
    PAGE,
    UNPROCESSABLE,
    Deed,
    day_in,
    enter,
    key_in,
    mark_of,
    month_of,
    schemes_today,
    text_in,
)
from web.benefit_desk.people_found import MONTHS, Search, dues_of, person_with_number, rows_found, sums_of

FACTS_SHOWN = 40


def names_of_schemes() -> Mapping[str, str]:
    return {code: scheme.name for code, scheme in schemes_today().items()}


# Search


def beneficiaries(request: HttpRequest) -> HttpResponse:
    """List the enrolments that a search finds; a long number leads to its person without standing in an address."""
    if request.method == "POST":
        return look_for(request)
    if LONG_NUMBER.search(request.GET.get("find", "")):
        tell(request, Outcome(refusal=_("Look for a whole number by the form, not by the address.")))
        return HttpResponseRedirect(reverse("beneficiaries"), status=SEE_OTHER)
    return draw_found(request)


def look_for(request: HttpRequest) -> HttpResponse:
    """Go to whom a form looks for: by a number in full to the person, by anything else to a list."""
    find = text_in(request.POST, "find", 60)
    if not LONG_NUMBER.search(find):
        asked = QueryDict(mutable=True)
        asked.update({name: text_in(request.POST, name, 60) for name in Search._fields})
        return HttpResponseRedirect(f"{reverse('beneficiaries')}?{asked.urlencode()}", status=SEE_OTHER)
    person = person_with_number(find)
    if person is None:
        return draw_found(request, refusal=_("Nobody is found by this number."))
    return HttpResponseRedirect(reverse("beneficiary", args=[person]), status=SEE_OTHER)


def draw_found(request: HttpRequest, refusal: str = "") -> HttpResponse:
    search = Search(*(text_in(request.GET, name, 60) for name in Search._fields))
    names = names_of_schemes()
    after = key_in(request.GET.get("after", "")) or 0
    found = [] if refusal else rows_found(search, after=after, names=names)
    context = {
        "rows": found,
        "search": search,
        "refusal": refusal,
        "schemes": names.items(),
        "townships": Township.objects.order_by("number"),
        "standings": Standing.choices,
        "following": found[-1].enrolment if len(found) == PAGE else "",
    }
    return render(request, "web/benefit_desk/beneficiaries.html", context, status=UNPROCESSABLE if refusal else None)


# One person


@require_GET
def beneficiary(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person with the enrolments, and what was paid of them; numbers are masked."""
    return person_page(request, person_in(pk), in_full=False)


@require_POST
def beneficiary_numbers(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a person with the numbers in full, and record that they were read."""
    whom = person_in(pk)

    def step(officer: Officer, at: datetime) -> str:
        record_event(
            chain="",
            at=at,
            actor=officer.username,
            act="person.read",
            subject=f"person/{whom.pk}",
            after={"enrolments": whom.enrolments.count()},
        )
        return _("That you read these numbers in full is in the trail.")

    outcome = take(request, act="person.read", subject=f"person/{whom.pk}", step=step)
    if outcome.is_done:
        return person_page(request, whom, in_full=True)
    tell(request, outcome)
    return HttpResponseRedirect(reverse("beneficiary", args=[pk]), status=SEE_OTHER)


def person_in(pk: int) -> Person:
    return get_object_or_404(Person.objects.filter(pk__in=Enrolment.objects.values("person")), pk=pk)


def person_page(request: HttpRequest, whom: Person, *, in_full: bool) -> HttpResponse:
    enrolments = list(whom.enrolments.order_by("pk"))
    keys, names = [one.pk for one in enrolments], names_of_schemes()
    facts = EnrolmentFact.objects.filter(enrolment__in=keys).select_related("township")
    known = {fact.enrolment_id: fact for fact in facts.order_by("version")}
    sums = sums_of(keys)
    dues = dues_of(keys, before=key_in(request.GET.get("before", "")) or 0, names=names)
    overpaid = Overpayment.objects.filter(enrolment__in=keys).select_related("enrolment").order_by("pk")[:PAGE]
    context = {
        "person": whom,
        "id_number": whom.id_number if in_full else masked_id(whom.id_number),
        "enrolments": [
            (
                one,
                names.get(one.scheme, one.scheme),
                known[one.pk],
                account_of(known[one.pk], in_full),
                sums.get(one.pk),
            )
            for one in enrolments
        ],
        "dues": dues,
        "overpaid": [(one, names.get(one.enrolment.scheme, one.enrolment.scheme)) for one in overpaid],
        "in_full": in_full,
        "reads": may_open(request, "beneficiary_numbers"),
        "following": dues[-1].key if len(dues) == MONTHS else "",
        "subject": f"person/{whom.pk}",
    }
    return render(request, "web/benefit_desk/beneficiary.html", context)


def account_of(fact: EnrolmentFact, in_full: bool) -> str:  # noqa: FBT001 - one of two ways to show it
    return fact.account_number if in_full else masked_account(fact.account_number)


# One enrolment


def enrolment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is known of an enrolment, version by version; record what becomes known."""
    shown = get_object_or_404(Enrolment.objects.select_related("person"), pk=pk)
    if request.method != "POST":
        return draw(request, shown)
    word = request.POST.get("act", "")
    deed = None
    if word in STEPS:
        act, step, is_confirmed = STEPS[word]
        deed = Deed(act, subject_of(shown), lambda officer, at: step(shown, request.POST, officer, at), is_confirmed)
    return enter(
        request,
        deed,
        shown=marks_of(shown),
        to=reverse("enrolment", args=[pk]),
        draw=lambda refusal: draw(request, shown, refusal),
    )


def draw(request: HttpRequest, shown: Enrolment, refusal: str = "") -> HttpResponse:
    officer, mark = officer_of(request), marks_of(shown)
    facts = list(shown.facts.select_related("township", "household").order_by("-version")[:FACTS_SHOWN])
    records, verifies = officer.has_perm(RECORDS), officer.has_perm(VERIFIES)
    context = {
        "enrolment": shown,
        "scheme": names_of_schemes().get(shown.scheme, shown.scheme),
        "id_number": masked_id(shown.person.id_number),
        "facts": [(fact, masked_account(fact.account_number)) for fact in facts],
        "now": facts[0],
        "account": masked_account(facts[0].account_number),
        "mark": mark,
        "refusal": refusal,
        "sent": request.POST if refusal else {},
        "today": timezone.localdate(),
        "records": records,
        "verifies": verifies,
        "is_suspended": facts[0].standing == Standing.SUSPENDED,
        "subject": subject_of(shown),
    }
    status = UNPROCESSABLE if refusal else None
    return render(request, "web/benefit_desk/enrolment.html", context, status=status)


def subject_of(enrolment: Enrolment) -> str:
    return f"enrolment/{enrolment.pk}"


def marks_of(enrolment: Enrolment) -> str:
    return mark_of(subject_of(enrolment), latest(enrolment).version)


def meet(shown: Enrolment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    day = day_in(sent.get("day", ""))
    fact = verify(enrolment=shown, met_on=day, paper=text_in(sent, "paper"), officer=officer, at=at)
    return said(fact)


def die(shown: Enrolment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    day = day_in(sent.get("day", ""))
    return said(record_death(enrolment=shown, died_on=day, paper=text_in(sent, "paper"), officer=officer, at=at))


def stop(shown: Enrolment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    day = day_in(sent.get("day", ""))
    return said(end(enrolment=shown, ended_on=day, paper=text_in(sent, "paper"), officer=officer, at=at))


def hold(shown: Enrolment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    month = month_of(sent.get("month", ""))
    return said(suspend(enrolment=shown, from_month=month, paper=text_in(sent, "paper"), officer=officer, at=at))


def go_on(shown: Enrolment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    return said(resume(enrolment=shown, paper=text_in(sent, "paper"), officer=officer, at=at))


def other_account(shown: Enrolment, sent: QueryDict, officer: Officer, at: datetime) -> str:
    name, holder = shown.person.name, text_in(sent, "holder", 80)
    own = holder in ("", name)
    account = OtherAccount(
        kind=AccountKind.OWN if own else AccountKind.GUARDIAN,
        holder=name if own else holder,
        bank=text_in(sent, "bank", 80),
        number=text_in(sent, "account", 40).replace(" ", ""),
        reason="" if own else text_in(sent, "why"),
    )
    fact = change_account(enrolment=shown, account=account, paper=text_in(sent, "paper"), officer=officer, at=at)
    return said(fact)


def said(fact: EnrolmentFact) -> str:
    return _("Recorded as version {version}; the next benefit run knows it.").format(version=fact.version)


Step = Callable[[Enrolment, QueryDict, Officer, datetime], str]
# The acts by their words: the name in the trail, the step, and whether it is confirmed anew.
STEPS: Mapping[str, tuple[str, Step, bool]] = {
    "verify": ("enrolment.verify", meet, False),
    "died": ("enrolment.die", die, False),
    "end": ("enrolment.end", stop, False),
    "suspend": ("enrolment.suspend", hold, False),
    "resume": ("enrolment.resume", go_on, False),
    "account": ("enrolment.account", other_account, True),
}
