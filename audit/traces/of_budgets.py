"""Budgets: what a voucher or a release used of them, the line it stands on, and who approved it."""

from collections.abc import Sequence
from typing import Any

from audit.traces.forms import by_code, by_key
from audit.traces.kinds import Found, Kind, View, down, found, register, up
from ledger.models import Voucher
from treasury.models import Appropriation, Budget, BudgetPrinciples, BudgetUse


def vouchers_of_uses(uses: Sequence[Any], _view: View) -> list[Found]:
    """Return the vouchers of the event that used a budget."""
    keys = {use.source: use.pk for use in uses}
    vouchers = Voucher.objects.filter(source__in=keys).order_by("pk").values_list("pk", "source")
    return [Found(keys[source], "voucher", voucher) for voucher, source in vouchers]


register(
    Kind(
        "budget-use",
        BudgetUse,
        "budget-use:17",
        "act reserved spent functional economic source origin",
        ("appropriation__book__township",),
        (
            up("appropriation", "appropriation", unless_from=("appropriation",)),
            found(vouchers_of_uses, at_start=True),
        ),
        at="on",
        parse=by_key,
    ),
    Kind(
        "appropriation",
        Appropriation,
        "appropriation:17",
        "book year functional economic amount",
        ("book__township",),
        (
            up("budget", "budget", unless_from=("budget",)),
            down("budget-use", "appropriation", at_start=True),
        ),
        parse=by_key,
    ),
    Kind(
        "budget",
        Budget,
        "budget:BOOK/2026/1",
        "book year edition chain reason status prepared_on prepared_by submitted_by reviewed_by paper paper_on"
        " refused_by refusal",
        ("book__township",),
        (
            up("principles", "principles"),
            up("amends", "budget"),
            down("appropriation", "budget", at_start=True),
        ),
        by="approved_by",
        at="approved_on",
        refer=lambda budget: f"{budget.book_id}/{budget.year}/{budget.edition}",
        parse=by_code("book", "year", "edition"),
        subjects=lambda budget: [f"budget/{budget.book_id}/{budget.year}/{budget.edition}"],
    ),
    Kind(
        "principles",
        BudgetPrinciples,
        "principles:2026/1",
        "year edition",
        None,
        by="issued_by",
        at="issued_on",
        refer=lambda principles: f"{principles.year}/{principles.edition}",
        parse=by_code("year", "edition"),
        subjects=lambda principles: [f"principles/{principles.year}/{principles.edition}"],
    ),
)
