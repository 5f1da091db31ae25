"""Releases of the townships' money: their lines, the claims and plans that asked for them, the budget they used."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from audit.traces.forms import by_code, by_key, by_place
from audit.traces.kinds import KINDS, Found, Kind, View, down, found, page_of, register, up
from audit.traces.of_files import staged_rows_of
from audit.traces.sources import vouchers_under
from treasury.models import BudgetUse, Claim, ClaimLine, Release, ReleaseLine, UsedInvoice

CLAIM_ROWS = staged_rows_of(files="treasury_appliedfile", field="file")


def claim_named(text: str) -> Q | None:
    """Read ``BZ17`` or ``BZ17/2``: the number of a claim as its township wrote it, and its attempt; ``#5`` is a row."""
    if text.startswith("#"):
        return by_key(text[1:])
    number, slash, attempt = text.rpartition("/")
    if slash and attempt.isdecimal():
        return Q(number=number, attempt=int(attempt)) | Q(number=text)
    return Q(number=text) if text else None


def release_named(text: str) -> Q | None:
    """Read the number of a release, or its source."""
    return by_key(text) or (Q(source=text) if text else None)


def settlements_behind(releases: Sequence[Any], _view: View) -> list[Found]:
    """Return the settlements that ordered back pay."""
    codes: dict[str, list[Any]] = {}
    for release in releases:
        stem, ordered, _payee = release.source.partition("/back_pay/")
        if ordered:
            codes[stem.removeprefix("treasury.settlement/")] = [*codes.get(stem, []), release.pk]
    found = []
    parse = by_code("township__code", "month", "number")
    for code, keys in codes.items():
        named = parse(code)
        if named is not None:
            for settlement in KINDS["settlement"].model._default_manager.filter(named).values_list("pk", flat=True):
                found += [Found(key, "settlement", settlement) for key in keys]
    return found


def uses_of_releases(releases: Sequence[Any], _view: View) -> list[Found]:
    """Return what releases set aside and spent of the budgets."""
    keys = {}
    used = Q(pk__in=[])
    for release in releases:
        keys[release.source] = release.pk
        used |= Q(source=release.source) | Q(source__startswith=f"{release.source}/")
    uses = BudgetUse.objects.filter(used).order_by("pk").values_list("pk", "source")
    return [
        Found(key, "budget-use", use)
        for use, source in uses
        for stem, key in keys.items()
        if source == stem or source.startswith(f"{stem}/")
    ]


def payments_of_releases(releases: Sequence[Any], view: View) -> list[Found]:
    """Return a page of the payments of each release."""
    paid = KINDS["payment"].open_to(view.townships).filter(parts__obligation__release__in=releases)
    return page_of(paid, "payment", "parts__obligation__release", view)


def rows_of_claim_lines(lines: Sequence[Any], view: View) -> list[Found]:
    """Return the rows of the applied file that lines of claims were read from."""
    for line in lines:
        line.file_id = line.claim.file_id
    return list(CLAIM_ROWS(lines, view))


register(
    Kind(
        "release",
        Release,
        "release:17",
        "kind status township rank account_code fund_code amount returned summary requested_on prepared_by"
        " checked_by source",
        ("township",),
        (
            down("release-line", "release", order="number"),
            down("claim", "release", unless_from=("claim",)),
            down("special-plan", "release", unless_from=("special-plan",)),
            down("instalment", "release", unless_from=("instalment",)),
            down("back-pay-part", "release", unless_from=("back-pay-part",)),
            found(settlements_behind, unless_from=("settlement",)),
            found(uses_of_releases, unless_from=("budget-use",)),
            found(payments_of_releases, at_start=True),
            vouchers_under(lambda release: [release.source]),
        ),
        by="released_by",
        at="released_at",
        parse=release_named,
        subjects=lambda release: [f"release/{release.pk}"],
    ),
    Kind(
        "release-line",
        ReleaseLine,
        "release-line:5/1",
        "number payee_reference payee_name bank account_number payee_number amount functional economic project unit",
        ("release__township",),
        (up("release", "release", at_start=True),),
        refer=lambda line: f"{line.release_id}/{line.number}",
        parse=by_place("release", "number"),
    ),
    Kind(
        "claim",
        Claim,
        "claim:BZ17/1",
        "month township unit sub_account claimed_on total handler signer signed_on status reason balance_after"
        " reviewed_by",
        ("township",),
        (
            down("claim-line", "claim", order="number"),
            down("invoice", "claim"),
            up("file", "applied-file"),
            up("corrects", "claim"),
            down("claim", "corrects"),
            up("release", "release", unless_from=("release",)),
        ),
        by="registered_by",
        at="decided_at",
        refer=lambda claim: f"{claim.number}/{claim.attempt}",
        parse=claim_named,
        subjects=lambda claim: [f"claim/{claim}"],
    ),
    Kind(
        "claim-line",
        ClaimLine,
        "claim-line:5/1",
        "number row economic summary invoice amount payee_name account_number attachments",
        ("claim__township",),
        (
            found(rows_of_claim_lines),
            up("claim", "claim", at_start=True),
        ),
        select=("claim",),
        refer=lambda line: f"{line.claim_id}/{line.number}",
        parse=by_place("claim", "number"),
    ),
    Kind(
        "invoice",
        UsedInvoice,
        "invoice:NUMBER",
        "number",
        ("claim__township",),
        (up("claim", "claim", unless_from=("claim",)),),
        refer=lambda invoice: str(invoice.number),
        parse=lambda text: Q(number=text) if text else None,
    ),
)
