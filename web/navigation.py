"""What stands in the bar of every page: the desks and lists that are open to who is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from web.access import may_open


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the bar: the route it leads to, its name, and how the routes begin whose pages lie below it."""

    route: str
    name: Any
    below: tuple[str, ...]


ENTRIES: Final[Sequence[Entry]] = (
    Entry("tasks", _("My tasks"), ()),
    Entry(
        "month",
        _("Pay of the month"),
        (
            "month_",
            "files",
            "staged_",
            "sheet_",
            "pay_rule",
            "run",
            "money",
            "release",
            "special_",
            "batch",
            "result",
            "payment",
            "own_",
            "clos",
        ),
    ),
    Entry("books", _("Books"), ("balance", "account_", "voucher", "draft")),
    Entry("townships", _("Townships"), ("township", "statement", "income", "arrears", "settlement")),
    Entry("receipt_books", _("Receipt books"), ("receipt_",)),
    Entry("applications", _("Benefits"), ("application", "benefi", "enrolment", "scheme_rate", "overpayment")),
    Entry("budgets", _("Budgets"), ("budget", "purchase", "earmarked", "award", "revenue_plan", "passing")),
    Entry("officers", _("Officers and posts"), ("officer", "seconded_", "establishment")),
    Entry("archives", _("Archives"), ("archive_",)),
    Entry("audit", _("Audit"), ("audit_",)),
    Entry("api_tokens", _("Systems"), ()),
    Entry("jobs", _("Work in hand"), ("job",)),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as a page shows it."""

    address: str
    name: Any
    is_here: bool


def bar(request: HttpRequest) -> dict[str, object]:
    """Return the entries of the bar for a template (a context processor)."""
    match = getattr(request, "resolver_match", None)
    here = match.view_name if match else ""
    shown = [
        Shown(reverse(entry.route), entry.name, here == entry.route or here.startswith(entry.below))
        for entry in ENTRIES
        if may_open(request, entry.route)
    ]
    return {"bar": shown, "today": timezone.localdate()}
