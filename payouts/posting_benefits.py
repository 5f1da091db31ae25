"""Post benefits: out of the special accounts of their funders when the bank is told, back into them when it returns.

A voucher holds what one batch pays to the people of one township (J20), with what is kept back for overpaid
benefits (J22). What no list can carry is owed with the returned payments (J16a).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from ledger.entries import Event, Signatures
from ledger.models import Book, Officer, Project
from ledger.models.words import BookKind
from ledger.money import ZERO, allocate
from ledger.posting import post_event, post_events
from payouts import entries
from payouts.benefit_facts import schemes_in_use, streamed
from payouts.entries import BenefitLine
from payouts.facts import RELEASED, rows_of
from payouts.models import Batch, Payment, ResultFile, Run
from payouts.rules.schemes import Scheme
from treasury.entries import Classes, Codes, Mirrored, SpendingLine
from treasury.models import Township
from treasury.opening import DISTRICT_SPECIAL, add_special_accounts, codes_of, roles_of
from treasury.posting import SERVICE, mirrored_event
from treasury.reserving import hold_budgets, spend_classified

# The accounts of the funders in the order of the columns of payouts_batch_benefits.
ACCOUNTS = tuple(role for role in DISTRICT_SPECIAL if role.startswith("BENEFITS_"))
PAID = "SELECT * FROM payouts_batch_benefits(%s)"
# Dues that are kept back whole are in no payment: they are posted with the run.
KEPT_BACK_WHOLE = """
SELECT d.township_id, d.scheme, sum(d.amount - d.borne_by_township), sum(d.borne_by_township), sum(d.offset),
       0.00, 0.00, 0.00, 0.00
  FROM payouts_benefitdue d WHERE d.run_id = %s AND d.edition = %s AND d.offset = d.amount
 GROUP BY d.township_id, d.scheme ORDER BY d.township_id, d.scheme
"""
CASH_OF_PAYMENTS = """
SELECT coalesce(sum(c.central), 0), coalesce(sum(c.province), 0), coalesce(sum(c.city), 0), coalesce(sum(c.district), 0)
  FROM payouts_paymentpart q
 CROSS JOIN LATERAL (SELECT o.benefit_id FROM payouts_obligation o WHERE o.id = q.obligation_id LIMIT 1) o
 CROSS JOIN LATERAL (SELECT c.* FROM payouts_benefit_cash c WHERE c.id = o.benefit_id LIMIT 1) c
 WHERE q.payment_id = ANY(%s)
"""
# What a run found overpaid, with what was overpaid of the same before it and how the dues of it were borne.
OVERPAID = """
SELECT v.id, e.scheme, v.amount, b.amount, d.township_id, sum(d.amount - d.borne_by_township), sum(d.borne_by_township)
  FROM payouts_overpayment v JOIN payouts_enrolment e ON e.id = v.enrolment_id
  JOIN payouts_benefitdue d ON (d.enrolment_id, d.period) = (v.enrolment_id, v.period)
  JOIN payouts_run r ON r.id = d.run_id AND r.edition = d.edition AND r.status = ANY(%s)
 CROSS JOIN LATERAL (SELECT coalesce(sum(o.amount), 0) AS amount
                       FROM payouts_overpayment o
                       JOIN payouts_run q ON q.id = o.run_id AND q.edition = o.edition AND q.status = ANY(%s)
                      WHERE (o.enrolment_id, o.period) = (v.enrolment_id, v.period) AND o.number < v.number) b
 WHERE v.run_id = %s AND v.edition = %s
 GROUP BY v.id, e.scheme, b.amount, d.township_id ORDER BY v.id, d.township_id
"""


def district_book() -> Book:
    """Return the district's book, with the special accounts that benefits are paid from."""
    book = Book.objects.get(kind=BookKind.DISTRICT)
    if any(role not in roles_of(book) for role in ACCOUNTS):
        add_special_accounts(book=book)
    return book


def accounts_of(book: Book) -> list[str]:
    """Return the special accounts of the funders, in the order of ``ACCOUNTS``."""
    roles = roles_of(book)
    return [roles[role] for role in ACCOUNTS]


def post_benefits_out(*, batch: Batch, run: Run, cashier: Officer) -> None:
    """Post what a batch of a benefit run pays, or what it issues again.

    :raises CashShort: if a special account has not the money: fund it first
    """
    signatures = Signatures(
        preparer=SERVICE, reviewer=str(batch.checked_by_id), poster=SERVICE, cashier=cashier.username
    )
    if batch.source.startswith("payouts.correction/"):
        reissued = list(Payment.objects.filter(batch=batch).values_list("pk", flat=True))
        post_of_district(
            entries.reissue_benefits(codes_of_any(), cash_of(reissued)),
            source=f"payouts.batch/{batch.pk}/sent",
            posting_date=batch.pay_date,
            summary=f"{batch.month:%Y年%m月}惠民补贴退汇重发（第{batch.number}批）",
            signatures=signatures,
        )
        return
    paid = rows_of(PAID, batch.pk)
    post_paid(
        paid,
        run=run,
        name=f"batch/{batch.pk}",
        day=batch.pay_date,
        signatures=signatures,
        number=batch.number,
        held=False,
    )


def post_unwritable(*, run: Run, reviewer: str) -> None:
    """Post what no list of the bank can carry: it is owed with the returned payments until it is corrected."""
    batch = Batch.objects.get(source=f"payouts.run/{run.pk}/unwritable")
    signatures = Signatures(preparer=SERVICE, reviewer=reviewer, poster=SERVICE)
    post_paid(
        rows_of(PAID, batch.pk),
        run=run,
        name="unwritable",
        day=batch.pay_date,
        signatures=signatures,
        number=batch.number,
        held=True,
    )


def post_run(*, run: Run, reviewer: str) -> None:
    """Post what a released run found beside its payments: overpaid benefits (J22), and dues kept back whole."""
    signatures = Signatures(preparer=SERVICE, reviewer=reviewer, poster=SERVICE)
    overpaid = overpaid_by(run)
    if overpaid:
        post_events(overpaid_events(run, overpaid, signatures))
    kept = rows_of(KEPT_BACK_WHOLE, run.pk, run.edition)
    if kept:
        post_paid(kept, run=run, name="kept_back", day=run.pay_date, signatures=signatures, number=0, held=False)


def overpaid_by(run: Run) -> Mapping[tuple[int, str], tuple[Decimal, Decimal]]:
    """Return what a run found overpaid by township and scheme: the part of the district, and of the township."""
    found: dict[tuple[int, str], tuple[Decimal, Decimal]] = {}
    rows = streamed(OVERPAID, [list(RELEASED), list(RELEASED), run.pk, run.edition])
    for (_key, scheme, amount, before), group in groupby(rows, key=lambda row: row[:4]):
        dues = [row[4:] for row in group]
        weights = [part for _township, *parts in dues for part in parts]
        # As a difference, so that the parts of all that was overpaid of a period add up to what was borne of it.
        until, since = allocate(before + amount, weights), allocate(before, weights)
        parts = [one - other for one, other in zip(until, since, strict=True)]
        for (township, *_borne), own, theirs in zip(dues, parts[::2], parts[1::2], strict=True):
            if own or theirs:
                so_far = found.get((township, scheme), (ZERO, ZERO))
                found[township, scheme] = (so_far[0] + own, so_far[1] + theirs)
    return found


def overpaid_events(
    run: Run, overpaid: Mapping[tuple[int, str], tuple[Decimal, Decimal]], signatures: Signatures
) -> Iterator[Event]:
    """Yield the vouchers that recognise what was overpaid, by township: the spending is red."""
    schemes = schemes_in_use(month=run.month)
    district = district_book()
    ensure_projects(schemes, [scheme for _township, scheme in overpaid])
    for township in townships_of(key for key, _scheme in overpaid):
        lines = [
            BenefitLine(own, theirs, classes=classes_of(schemes[scheme]))
            for (key, scheme), (own, theirs) in sorted(overpaid.items())
            if key == township.pk
        ]
        yield mirrored_event(
            source=f"payouts.benefits/{run.pk}/overpaid/{township.code}",
            district=district,
            township=township.book,
            entries=entries.recognise_overpayment(codes_of(district=district, township=township.book), lines),
            posting_date=run.pay_date,
            summary=f"{township.name}{run.month:%Y年%m月}惠民补贴多发款应收回",
            signatures=signatures,
            paper=f"统发批次 {run}",
        )


def post_paid(
    paid: Sequence[tuple],  # type: ignore[type-arg]
    *,
    run: Run,
    name: str,
    day: date,
    signatures: Signatures,
    number: int,
    held: bool,
) -> None:
    """Post rows of township, scheme, shares and cash: a voucher pair for each township, and its budget."""
    schemes = schemes_in_use(month=run.month)
    ensure_projects(schemes, [row[1] for row in paid])
    townships = townships_of(row[0] for row in paid)
    hold_budgets(townships=townships)
    district = district_book()
    accounts = accounts_of(district)
    events: list[Event] = []
    spent: dict[Township, list[SpendingLine]] = {}
    for township in townships:
        lines, cash = [], dict.fromkeys(accounts, ZERO)
        for key, scheme, own, theirs, offset, *parts in paid:
            if key == township.pk:
                lines.append(BenefitLine(own, theirs, offset, classes_of(schemes[scheme])))
                for account, part in zip(accounts, parts, strict=True):
                    cash[account] += part
        total = sum(cash.values(), ZERO)
        spent[township] = [SpendingLine(line.township, line.classes) for line in lines if line.township]
        events.append(
            mirrored_event(
                source=f"payouts.benefits/{run.pk}/{name}/{township.code}",
                district=district,
                township=township.book,
                entries=entries.pay_benefits(
                    codes_of(district=district, township=township.book),
                    lines,
                    cash={} if held else cash,
                    held=total if held else ZERO,
                ),
                posting_date=day,
                summary=f"{township.name}{run.month:%Y年%m月}惠民补贴" + (f"（第{number}批）" if number else ""),
                signatures=signatures,
            )
        )
    post_events(events)
    for township, spending in spent.items():
        if spending:
            spend_classified(
                township=township,
                year=run.pay_date.year,
                on=run.pay_date,
                lines=spending,
                source=f"payouts.benefits/{run.pk}/{name}/{township.code}",
            )


def post_of_district(
    journal: Mirrored, *, source: str, posting_date: date, summary: str, signatures: Signatures
) -> None:
    """Post a journal that has entries in the district's book alone."""
    post_event(
        mirrored_event(
            source=source,
            district=district_book(),
            township=Township.objects.select_related("book").order_by("number")[0].book,
            entries=journal,
            posting_date=posting_date,
            summary=summary,
            signatures=signatures,
        )
    )


def codes_of_any() -> Codes:
    """Return the codes of the district's book; those of a township do not matter to its caller."""
    return codes_of(
        district=district_book(), township=Township.objects.select_related("book").order_by("number")[0].book
    )


def townships_of(keys: Iterable[int]) -> list[Township]:
    found = Township.objects.select_related("book", "book__parent").filter(pk__in=set(keys))
    return list(found.order_by("number"))


def classes_of(scheme: Scheme) -> Classes:
    """Return what a line of a scheme is for; the scheme is the project."""
    return Classes(functional=scheme.functional, economic=scheme.economic, project=scheme.code)


def ensure_projects(schemes: Mapping[str, Scheme], codes: Iterable[str]) -> None:
    """Let lines name schemes: each is a project of the books."""
    wanted = sorted(set(codes))
    known = set(Project.objects.filter(code__in=wanted).values_list("code", flat=True))
    for code in wanted:
        if code not in known:
            Project.objects.get_or_create(code=code, defaults={"name": schemes[code].name})


def cash_of(payments: Sequence[int]) -> Mapping[str, Decimal]:
    """Return what payments took from each special account."""
    [parts] = rows_of(CASH_OF_PAYMENTS, list(payments))
    return dict(zip(accounts_of(district_book()), parts, strict=True))


def take_benefits_back(*, file: ResultFile, payments: Sequence[int], reviewer: str, cashier: Officer) -> None:
    """Post what a result file returned of benefits into the special accounts that it left (J16a)."""
    post_of_district(
        entries.hold_returned_benefits(codes_of_any(), cash_of(payments)),
        source=f"payouts.result/{file.pk}/returned/benefits",
        posting_date=file.posting_date,
        summary=f"{file.month:%Y年%m月}惠民补贴退汇{len(payments)}笔，待更正后重发",
        signatures=Signatures(preparer=SERVICE, reviewer=reviewer, poster=SERVICE, cashier=cashier.username),
    )
