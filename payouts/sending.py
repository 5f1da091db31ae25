"""Hand a batch over to the bank: its files are made and kept, its money is posted out.

The bytes, their hash and the message id are stored before anything leaves the house; the vouchers
are those of J3a and J3b for a payroll, of J20 for benefits, of J16a for what is issued again of them, and those of each
release.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate, pairwise

from django.db import transaction

from ledger.entries import Event, Signatures
from ledger.models import Book, Officer
from ledger.models.words import BookKind
from ledger.money import ZERO
from ledger.posting import post_events
from ledger.posts import require_post
from ledger.recording import record_event
from payouts import entries
from payouts.bank_files.instructions import Instruction
from payouts.bank_files.list_files import RenderedFile, TooFew, render_batch
from payouts.bank_files.proofs import declared
from payouts.bank_files.template_files import shipped_template
from payouts.charges import employer_spending_of, spending_of
from payouts.facts import rows_of
from payouts.models import BankFile, Batch, Payment, Run
from payouts.models.words import BatchStatus, RunPurpose, RunStatus
from payouts.posting import post_releases_out
from payouts.posting_benefits import post_benefits_out
from payouts.refusals import TooFewRows, TotalsDiffer, WrongState, refusals_named
from payouts.running import CHAIN, lock_run, move_run
from treasury.entries import Mirrored, SpendingLine
from treasury.models import Township
from treasury.opening import codes_of
from treasury.posting import SERVICE, mirrored_event
from treasury.reserving import hold_budgets, spend_classified


def send_batch(*, batch: Batch, officer: Officer, template: str, at: datetime) -> Batch:
    """Render an approved batch in a format of the bank, post its money out, and mark it as sent.

    The officer is the cashier of the vouchers.

    :raises TooFewRows: if the format takes no list so short
    :raises CashShort: if the treasury has not the money
    """
    require_post(officer, "payouts.render_batch")
    with refusals_named(), transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch.pk)
        if batch.status != BatchStatus.APPROVED:
            raise WrongState("batch_moves", {"batch": str(batch), "status": batch.status})
        run = lock_run(batch.run) if batch.run else None
        move_batch(batch, BatchStatus.FUNDED)
        render(batch, template)
        move_batch(batch, BatchStatus.RENDERED)
        move_batch(batch, BatchStatus.SENDING)
        if run is None:
            post_releases_out(batch=batch, cashier=officer)
        elif run.purpose == RunPurpose.BENEFITS:
            post_benefits_out(batch=batch, run=run, cashier=officer)
        else:
            post_out(batch, run, cashier=officer)
        Payment.objects.filter(batch=batch).update(status="SENT")
        move_batch(batch, BatchStatus.SENT)
        if run is not None and run.status != RunStatus.PAYING:
            move_run(run, RunStatus.PAYING, by=officer, at=at)
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="batch.send",
            subject=f"batch/{batch}",
            after={"payments": batch.payments_count, "total": batch.total, "digest": batch.digest},
        )
        return batch


def move_batch(batch: Batch, to: BatchStatus) -> None:
    """Move a locked batch one step; the database checks the move."""
    batch.status = to
    batch.save(update_fields=["status"])


def render(batch: Batch, template_name: str) -> None:
    """Make the files of a batch and prove that they say what was approved."""
    template = shipped_template(name=template_name)
    instructions = instructions_of(batch)
    try:
        rendered = list(
            render_batch(
                instructions=instructions, template=template, month=f"{batch.month:%Y-%m}", batch=str(batch.number)
            )
        )
    except TooFew as few:
        raise TooFewRows("bank_list_has_its_minimum", {"rows": few.rows, "minimum": few.minimum}) from few
    bounds = list(accumulate((file.rows for file in rendered), initial=0))
    for number, (file, (start, end)) in enumerate(zip(rendered, pairwise(bounds), strict=True), start=1):
        prove(file, instructions[start:end], template_name)
        BankFile.objects.create(
            batch=batch,
            number=number,
            name=file.name,
            template=template_name,
            message_id=f"{batch.month:%Y%m}-{batch.number}-{number}",
            content=file.content,
            sha256=file.sha256,
            first_serial=instructions[start].serial,
            last_serial=instructions[end - 1].serial,
            rows=file.rows,
            total=file.total,
        )


def prove(file: RenderedFile, told: Sequence[Instruction], template_name: str) -> None:
    """Read the rendered bytes back and hold them against what was built."""
    back = declared(content=file.content, template=shipped_template(name=template_name))
    total = sum((instruction.amount for instruction in told), ZERO)
    if (back.rows, back.total) != (len(told), total) or (file.rows, file.total) != (len(told), total):
        raise TotalsDiffer("batch_total_is_its_files", {"built": total, "rendered": back.total})


def instructions_of(batch: Batch) -> list[Instruction]:
    """Return the payments of a batch as the bank is told of them."""
    return [
        Instruction(*row)
        for row in rows_of(
            """SELECT serial, name, account_number, amount, id_number, bank FROM payouts_payment
                WHERE batch_id = %s ORDER BY serial""",
            batch.pk,
        )
    ]


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
