"""Post the money of a payroll out when the bank has its files (J3a, J3b), or that of returns issued again (J16a)."""

from collections.abc import Iterable, Iterator

from ledger.entries import Event, Signatures
from ledger.models import Book, Officer
from ledger.models.words import BookKind
from ledger.money import ZERO
from ledger.posting import post_events
from payouts import entries
from payouts.charges import employer_spending_of, spending_of
from payouts.facts import rows_of
from payouts.models import Batch, Run
from payouts.models.words import RunPurpose
from payouts.posting import post_releases_out
from payouts.posting_benefits import post_benefits_out
from treasury.entries import Mirrored, SpendingLine
from treasury.models import Township
from treasury.opening import codes_of
from treasury.posting import SERVICE, mirrored_event
from treasury.reserving import hold_budgets, spend_classified


def post_batch_out(batch: Batch, run: Run | None, *, cashier: Officer) -> None:
    """Post what a batch pays: releases, benefits, or a payroll.

    :raises ledger.refusals.CashShort: if the money is not there
    :raises ledger.refusals.PeriodClosed: if the pay date's period takes no voucher
    """
    if run is None:
        post_releases_out(batch=batch, cashier=cashier)
    elif run.purpose == RunPurpose.BENEFITS:
        post_benefits_out(batch=batch, run=run, cashier=cashier)
    else:
        post_out(batch, run, cashier=cashier)


def post_out(batch: Batch, run: Run, *, cashier: Officer) -> None:
    """Post the money of a run's batch out: its payroll, or held returns that are issued again."""
    signatures = Signatures(
        preparer=SERVICE,
        reviewer=str(batch.checked_by_id),
        poster=SERVICE,
        cashier=cashier.username,
    )
    if batch.source == f"payouts.run/{run.pk}/batch":
        hold_budgets(townships=Township.objects.all())
        post_events(run_events(run, signatures))
        spend_from_budgets(run)
    else:
        township = Township.objects.order_by("number")[0]
        district = Book.objects.get(kind=BookKind.DISTRICT, lower_books=township.book)
        post_events(
            [
                mirrored_event(
                    source=f"payouts.batch/{batch.pk}/sent",
                    district=district,
                    township=township.book,
                    entries=entries.reissue(codes_of(district=district, township=township.book), batch.total),
                    posting_date=batch.pay_date,
                    summary=f"{batch.month:%Y年%m月}退汇重发（第{batch.number}批）",
                    signatures=signatures,
                )
            ]
        )


def spend_from_budgets(run: Run) -> None:
    """Take what a run charges to townships from their budgets of the year; without an approved one nothing is taken.

    :raises BudgetExhausted: if a line of a budget has not that much left
    """
    charged = {"pay": spending_of(run), "employer": employer_spending_of(run)}
    for township in Township.objects.order_by("pk"):
        for name, lines in charged.items():
            if township.pk in lines:
                spend_classified(
                    township=township,
                    year=run.pay_date.year,
                    on=run.pay_date,
                    lines=[SpendingLine(line.gross, line.classes) for line in lines[township.pk]],
                    source=f"payouts.run/{run.pk}/{name}/{township.code}",
                )


def run_events(run: Run, signatures: Signatures) -> Iterator[Event]:
    """Yield the vouchers of a run by township: the payroll with what is withheld, and the employer's part."""
    spent, owed = spending_of(run), employer_spending_of(run)
    withheld = dict(
        rows_of(
            """SELECT u.township_id, sum(s.deductions + s.tax) FROM payouts_payslip s
                 JOIN treasury_unit u ON u.id = s.unit_id
                WHERE s.run_id = %s AND s.edition = %s GROUP BY u.township_id""",
            run.pk,
            run.edition,
        )
    )
    held = dict(
        rows_of(
            """SELECT u.township_id, sum(q.amount) FROM payouts_batch b
                 JOIN payouts_payment p ON p.batch_id = b.id JOIN payouts_paymentpart q ON q.payment_id = p.id
                 JOIN payouts_obligation o ON o.id = q.obligation_id JOIN treasury_unit u ON u.id = o.unit_id
                WHERE b.source = %s GROUP BY u.township_id""",
            f"payouts.run/{run.pk}/unwritable",
        )
    )
    title = f"{run.month:%Y年%m月}" + ("工资" if run.number == 1 else f"工资补发（第{run.number}次）")
    for township in Township.objects.select_related("book", "book__parent").order_by("number"):
        district = township.book.parent
        if district is None or township.pk not in spent:
            continue
        codes = codes_of(district=district, township=township.book)
        parts: Iterable[tuple[str, str, Mirrored]] = (
            (
                "pay",
                f"统一发放{title}",
                entries.pay_payroll(
                    codes,
                    spent[township.pk],
                    withheld=withheld[township.pk],
                    held=held.get(township.pk, ZERO),
                ),
            ),
            ("employer", f"计提{title}单位缴费", entries.charge_employer_part(codes, owed.get(township.pk, []))),
        )
        for name, summary, journal in parts:
            if journal.township:
                yield mirrored_event(
                    source=f"payouts.run/{run.pk}/{name}/{township.code}",
                    district=district,
                    township=township.book,
                    entries=journal,
                    posting_date=run.pay_date,
                    summary=f"{township.name}{summary}",
                    signatures=signatures,
                )
