"""Post releases with their payments: out when the bank is told, in red when it sends them back, and out again."""

from collections.abc import Iterable, Sequence

from django.db import connection

from ledger.models import Officer
from payouts.models import Batch, Payment, ResultFile
from payouts.payees import lines_paid_by
from treasury.models import Release, Township
from treasury.releasing import pay_again, post_release, take_back


def post_releases_out(*, batch: Batch, cashier: Officer) -> None:
    """Post what a batch of releases pays: each release whole, or the lines of it that are issued again."""
    payments = list(Payment.objects.filter(batch=batch).values_list("pk", "reissues_id"))
    first = lines_paid_by([key for key, reissues in payments if reissues is None])
    again = lines_paid_by([key for key, reissues in payments if reissues is not None])
    for release in lock_releases({*first, *again}):
        if release.pk in first:
            post_release(release=release, on=batch.pay_date, cashier=cashier)
        if release.pk in again:
            pay_again(
                release=release,
                lines=again[release.pk],
                on=batch.pay_date,
                cashier=cashier,
                act=f"reissued/{batch.pk}",
            )


def take_releases_back(*, file: ResultFile, payments: Sequence[int], cashier: Officer) -> None:
    """Post what a result file returned of releases in red, into the accounts that it left."""
    lines = lines_paid_by(payments)
    for release in lock_releases(lines):
        take_back(
            release=release,
            lines=lines[release.pk],
            on=file.posting_date,
            cashier=cashier,
            act=f"returned/{file.pk}",
            paper=file.name,
        )


def lock_releases(keys: Iterable[int]) -> list[Release]:
    """Lock releases and the books that they are posted in, and return them by rank, then source.

    Townships come first, as whoever releases funds locks them. The books are locked together and in
    their order: each release posts by itself, and a payroll that is sent meanwhile locks them all.
    """
    wanted = list(keys)
    townships = list(
        Township.objects.select_for_update(no_key=True, of=("self",))
        .select_related("book")
        .filter(pk__in=Release.objects.filter(pk__in=wanted).values("township"))
        .order_by("pk")
    )
    locked = list(Release.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    books = {key for township in townships for key in (township.book.pk, township.book.parent_id)}
    if books:
        with connection.cursor() as cursor:
            cursor.execute("SELECT ledger_lock_books(%s::integer[])", [sorted(books)])
    return sorted(locked, key=lambda release: (release.rank, release.source))
