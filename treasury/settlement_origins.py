"""Look up where every figure of a settlement comes from: of those that are kept, or of a what-if."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q

from ledger.models import Account
from ledger.money import ZERO
from treasury.models import RevenuePlan, Settlement
from treasury.models.settlements import AMOUNTS
from treasury.models.words import SettlementStatus
from treasury.queries import rows_of
from treasury.refusals import NothingThere
from treasury.rules.settlements import pay_back
from treasury.scopes import district_wide
from treasury.settlement_figures import WorkedOut, end_of_month, unpaid_left, work_out
from treasury.settlement_readings import (
    PLAN_NAMED,
    BackPayMonth,
    Earlier,
    PostedVoucher,
    SettlementSheet,
    Signers,
    Source,
    collected_from,
    figures_of,
)

COUNTED = """
SELECT l.township_id, count(*), coalesce(sum(l.amount), 0.00)
  FROM unnest(%(townships)s::bigint[], %(starts)s::date[]) AS x (township, start)
  JOIN treasury_incomeline l ON l.township_id = x.township AND l.kind = '预算内' AND l.collection_id IS NOT NULL
   AND l.received_on >= x.start AND l.received_on <= %(day)s
 GROUP BY l.township_id
"""
BACK_PAY = """
SELECT left(r.source, strpos(r.source, '/back_pay/') - 1), u.month, count(*), sum(p.amount)
  FROM treasury_release r JOIN treasury_backpaypart p ON p.release_id = r.id
  JOIN treasury_unpaidsalary u ON u.id = p.unpaid_id
 WHERE r.kind = 'BACK_PAY' AND r.month = %(month)s GROUP BY 1, 2 ORDER BY 1, 2
"""
# What the vouchers of a settlement say: their numbers in both books, and what they took out of the treasury
# and off the old debt.
VOUCHERS = """
SELECT v.source, v.posting_date,
       coalesce(max(v.voucher_type || '-' || v.number) FILTER (WHERE k.kind = 'DISTRICT'), ''),
       coalesce(max(v.voucher_type || '-' || v.number) FILTER (WHERE k.kind <> 'DISTRICT'), ''),
       max(v.id) FILTER (WHERE k.kind = 'DISTRICT'), max(v.debit_total) FILTER (WHERE k.kind = 'DISTRICT'),
       sum(l.paid) FILTER (WHERE k.kind = 'DISTRICT'), sum(l.off_debt) FILTER (WHERE k.kind = 'DISTRICT')
  FROM ledger_voucher v JOIN ledger_book k ON k.id = v.book_id
  JOIN LATERAL (SELECT coalesce(sum(l.amount) FILTER (WHERE a.cash AND l.side = 'C'), 0) AS paid,
                       coalesce(sum(l.amount) FILTER (WHERE a.mirror = 'HISTORIC' AND l.side = 'C'), 0) AS off_debt
                  FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id WHERE l.voucher_id = v.id) l ON true
 WHERE v.source = ANY (%(sources)s) GROUP BY v.source, v.posting_date ORDER BY min(v.id)
"""
PARTS = ("ordinary", "rebate", "upper")


@district_wide()
def settlement_sheets(*, month: date, townships: Collection[int] | None = None) -> Sequence[SettlementSheet]:
    """Return the settlements of a month that stand, prepared and approved ones too, in the order of the townships.

    Of the townships of some keys, or of all.
    """
    some = Q() if townships is None else Q(township__in=townships)
    kept = list(
        Settlement.objects.filter(some, month=month)
        .exclude(status=SettlementStatus.WITHDRAWN)
        .select_related("township", "prepared_by", "approved_by", "posted_by")
        .order_by("township__number", "number")
    )
    posted = SettlementStatus.POSTED
    months: dict[str, list[BackPayMonth]] = {}
    for source, unpaid_month, people, amount in rows_of(BACK_PAY, {"month": month}):
        months.setdefault(source, []).append(BackPayMonth(unpaid_month, people, amount))
    planned = back_pay_planned({one.township_id: one.back_pay for one in kept if one.status != posted})
    return sheets_of(
        [
            Source(
                township=one.township,
                month=month,
                number=one.number,
                settled_on=one.settled_on,
                status=one.status,
                values={name: getattr(one, name) for name in AMOUNTS},
                local_share=one.local_share,
                rate=one.rate,
                references=one.basis,
                key=one.pk,
                back_pay_months=months.get(one.source, [])
                if one.status == posted
                else planned.get(one.township_id, []),
                signers=Signers(one.prepared_by, one.approved_by, one.posted_by),
            )
            for one in kept
        ],
        month,
    )


@district_wide()
def what_if_sheets(*, month: date, townships: Collection[int] | None = None) -> Sequence[SettlementSheet]:
    """Return what the settlement of a month would be as the books are now; it writes nothing.

    Of the townships of some keys, or of all.
    """
    found = [one for one in work_out(month=month) if townships is None or one.township.pk in townships]
    months = back_pay_planned({one.township.pk: one.figures.back_pay for one in found})
    return sheets_of(
        [
            Source(
                township=one.township,
                month=month,
                number=0,
                settled_on=one.settled_on,
                status="",
                values=values_of(one),
                local_share=one.year.local_share,
                rate=one.rate.percent,
                references=one.references,
                key=None,
                back_pay_months=months.get(one.township.pk, []),
                signers=Signers(None, None, None),
            )
            for one in found
        ],
        month,
    )


def values_of(found: WorkedOut) -> Mapping[str, Decimal]:
    figures, year, standing = found.figures, found.year, found.standing
    stated = {
        "planned": year.planned,
        "collected": year.collected,
        "settled_before": year.settled,
        "debt_before": standing.debt,
        "held_before": standing.held,
        "unpaid_before": standing.unpaid,
    }
    return stated | {name: getattr(figures, name) for name in AMOUNTS if name not in stated}


def back_pay_planned(amounts: Mapping[int, Decimal]) -> Mapping[int, Sequence[BackPayMonth]]:
    """Return which unpaid months amounts would pay, by township, as the settlement shares them out."""
    owed = unpaid_left() if any(amounts.values()) else {}
    found: dict[int, list[BackPayMonth]] = {}
    for township, amount in amounts.items():
        waiting = {one.key: one for one in owed.get(township, [])}
        paid = pay_back(amount=amount, owed=list(waiting.values()))
        for month in sorted({waiting[key].month for key in paid}):
            parts = [part for key, part in paid.items() if waiting[key].month == month]
            found.setdefault(township, []).append(BackPayMonth(month, len(parts), sum(parts, ZERO)))
    return found


def sheets_of(sources: Sequence[Source], month: date) -> Sequence[SettlementSheet]:
    plans = {
        (one.township_id, one.edition): one
        for one in RevenuePlan.objects.filter(year=month.year).select_related("prepared_by", "approved_by")
    }
    chosen = {one.township.pk: plan_of(one, plans) for one in sources}
    counted = {
        key: (lines, amount)
        for key, lines, amount in rows_of(
            COUNTED,
            {
                "townships": list(chosen),
                "starts": [plan.counted_from for plan in chosen.values()],
                "day": end_of_month(month),
            },
        )
    }
    before: dict[int, list[tuple[int, Earlier]]] = {}
    posted = Settlement.objects.filter(year=month.year, status=SettlementStatus.POSTED).order_by("pk")
    for one in posted:
        before.setdefault(one.township_id, []).append(
            (one.pk, Earlier(one.month, one.number, one.base, one.upper_part))
        )
    vouchers = vouchers_of(sources)
    accounts = {
        (book, mirror): code
        for book, mirror, code in Account.objects.filter(level="LOWER")
        .exclude(mirror="")
        .values_list("counterpart__code", "mirror", "code")
    }
    return [
        sheet_of(
            one,
            plan=chosen[one.township.pk],
            counted=counted.get(one.township.pk, (0, ZERO)),
            earlier=[found for key, found in before.get(one.township.pk, []) if one.key is None or key < one.key],
            vouchers=vouchers.get((one.township.pk, one.number), []),
            accounts=accounts,
        )
        for one in sources
    ]


def plan_of(source: Source, plans: Mapping[tuple[int, int], RevenuePlan]) -> RevenuePlan:
    """Return the edition of the plan that a settlement says it was worked out from.

    :raises NothingThere: if it names none that is known
    """
    named = PLAN_NAMED.search(source.references)
    plan = plans.get((source.township.pk, int(named[2]))) if named else None
    if plan is None:
        raise NothingThere("settlement_names_its_plan", {"township": source.township.name, "month": source.month})
    return plan


def vouchers_of(sources: Sequence[Source]) -> Mapping[tuple[int, int], Sequence[PostedVoucher]]:
    """Return the vouchers of the settlements that were posted, by township and number."""
    stems = {
        f"treasury.settlement/{one.township.code}/{one.month:%Y-%m}/{one.number}": (one.township.pk, one.number)
        for one in sources
        if one.status == SettlementStatus.POSTED
    }
    found: dict[tuple[int, int], list[PostedVoucher]] = {}
    for source, day, district, township, key, amount, paid, off_debt in rows_of(
        VOUCHERS, {"sources": [f"{stem}/{part}" for stem in stems for part in PARTS]}
    ):
        stem, _slash, part = source.rpartition("/")
        found.setdefault(stems[stem], []).append(
            PostedVoucher(part, day, district, township, key, amount, paid, off_debt)
        )
    return found


def sheet_of(
    source: Source,
    *,
    plan: RevenuePlan,
    counted: tuple[int, Decimal],
    earlier: Sequence[Earlier],
    vouchers: Sequence[PostedVoucher],
    accounts: Mapping[tuple[str, str], str],
) -> SettlementSheet:
    lines, income = counted
    later = plan.collected_before + income - source.values["collected"] if source.key else ZERO
    return SettlementSheet(
        township=source.township,
        month=source.month,
        number=source.number,
        settled_on=source.settled_on,
        status=source.status,
        values=source.values,
        local_share=source.local_share,
        rate=source.rate,
        income=income,
        collected_before=plan.collected_before,
        counted_later=later,
        earlier=earlier,
        back_pay_months=source.back_pay_months,
        vouchers=vouchers,
        signers=source.signers,
        figures=figures_of(
            source,
            plan=plan,
            collected=collected_from(source, plan, lines, income, later),
            earlier=earlier,
            accounts=accounts,
        ),
    )
