"""Samples and tests: drawn by a worker from a seed, so that anybody draws the same again; the rows are taken away."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from audit.listed_tests import TESTS
from audit.populations import POPULATIONS
from audit.samples import METHOD_SAYS, Wanted, population_of
from audit.sampling import Filters, books_of
from ledger.models import Officer
from month.audit_work import sample_asked
from month.exporting import ask_for_export
from month.tasks import ring_for
from web.access import open_books
from web.acting import SEE_OTHER, Outcome, take, tell
from web.audit_desk import fields
from web.audit_desk.export_lists import PAGE, SAMPLE, jobs_of, page_of
from web.audit_desk.names import DRAWING_NAMES, POPULATION_NAMES

SIZE = (1, 100_000)
SEED_MAX = 64


@require_http_methods(["GET", "POST"])
def samples(request: HttpRequest) -> HttpResponse:
    """Show what was drawn and by whom, and the form that asks for more; ask for a sample or a test by it."""
    typed, outcome = request.POST, Outcome()
    if request.method == "POST":
        outcome = take(request, act="export.ask", subject="samples", step=partial(ask, typed))
        if outcome.is_done or outcome.was_sent:
            tell(request, outcome)
            return HttpResponseRedirect(reverse("audit_samples"), status=SEE_OTHER)
    found = page_of(jobs_of(SAMPLE), fields.key_in(request.GET, "before"))
    context = {
        "exports": found,
        "following": found[-1].told.pk if len(found) == PAGE else None,
        "refusal": outcome.refusal,
        "typed": typed,
        "chosen_books": typed.getlist("book"),
        "books": open_books(request),
        "methods": [(name, DRAWING_NAMES[name], says) for name, says in METHOD_SAYS.items()],
        "tests": [(DRAWING_NAMES[name], test, names_of(test.of)) for name, test in TESTS.items()],
        "populations": [(name, POPULATION_NAMES[name]) for name in POPULATIONS],
        "today": timezone.localdate(),
    }
    return render(request, "web/audit_desk/samples.html", context)


def names_of(populations: Iterable[str]) -> Sequence[str]:
    return [str(POPULATION_NAMES[name]) for name in populations]


def ask(typed: QueryDict, officer: Officer, at: datetime) -> str:
    """Ask for what the form says; what does not fit together is refused at once."""
    wanted, filters = wanted_in(typed), filters_in(typed)
    books_of(population_of(wanted), filters, officer, at)
    asked = sample_asked(wanted=wanted, filters=filters, officer=officer)
    job = ask_for_export(asked=asked, officer=officer, at=at)
    ring_for(job)
    return _("Job {job}: the sample is drawn. It goes on by itself; you may leave this page.").format(job=job.pk)


def wanted_in(typed: QueryDict) -> Wanted:
    bands = fields.text_in(typed, "bands")
    interval = fields.text_in(typed, "interval")
    return Wanted(
        method=fields.one_of(typed, "method", [*METHOD_SAYS, *TESTS]),
        of=fields.one_of(typed, "of", ["", *POPULATIONS]),
        seed=fields.text_in(typed, "seed")[:SEED_MAX],
        size=fields.whole_in(typed, "size", SIZE) if fields.text_in(typed, "size") else None,
        interval=fields.amount_in(interval, "interval") if interval else None,
        bands=tuple(fields.amount_in(part, "bands") for part in bands.split(" ") if part),
        numbers=dict(numbers_in(typed)),
    )


def numbers_in(typed: QueryDict) -> Iterator[tuple[str, str]]:
    """Yield the parameters of a test, typed as ``days=7 least=2``."""
    for part in fields.text_in(typed, "numbers").split():
        name, equals, value = part.partition("=")
        if not equals:
            raise fields.unreadable("numbers", part)
        yield name, value


def filters_in(typed: QueryDict) -> Filters:
    texts: Mapping[str, str] = {name: fields.text_in(typed, name) for name in ("account", "fund")}
    return Filters(
        since=fields.day_in(typed, "since"),
        until=fields.day_in(typed, "until"),
        books=tuple(typed.getlist("book")),
        **texts,
    )
