"""The sources of vouchers: which act each form of them names, and which of them the acts behind a payment have.

``Voucher.source`` is written by the acts of payouts, treasury, imports, month and the ledger; a form that is missing
here is found by the tests, which trace every voucher of their districts.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from django.db.models import Q

from audit.traces.kinds import KINDS, Found, Link, View
from ledger.models import Voucher
from payouts.facts import rows_by_name
from payouts.models import Payment
from payouts.models.words import Outcome

# What the bank refused comes back like what it returned.
BACK: Final = (Outcome.RETURNED, Outcome.REJECTED)
REVERSED: Final = "/reversed"
Said = Mapping[str, str]


class Form(NamedTuple):
    """A form of sources: the kind of the act that it names, which act that is, and which payments it is about."""

    pattern: re.Pattern[str]
    kind: str
    act: Callable[[Said], Q]
    payments: Callable[[Said], Q] | None = None


def by_key(name: str) -> Callable[[Said], Q]:
    return lambda said: Q(pk=int(said[name]))


def of_payroll(said: Said) -> Q:
    """Return the payments of a payroll to a township's units; those that no list could carry among them."""
    run = said["run"]
    owed = Q(parts__obligation__unit__township__code=said["town"])
    return owed & Q(batch__source__in=[f"payouts.run/{run}/batch", f"payouts.run/{run}/unwritable"])


def of_benefits(said: Said) -> Q:
    paid = (
        Q(batch=int(said["batch"])) if said.get("batch") else Q(batch__source=f"payouts.run/{said['run']}/unwritable")
    )
    return paid & Q(parts__obligation__benefit__township__code=said["town"])


def of_release(said: Said) -> Q:
    """Return the payments of a release: all, or those that one file of the bank returned, or one batch paid again."""
    paid = Q(parts__obligation__release__source=said["release"])
    if said["act"] == "paid":
        return paid & Q(reissues=None)
    if said["act"] == "returned":
        return paid & Q(results__file=int(said["by"]), results__outcome__in=BACK)
    return paid & Q(batch=int(said["by"]))


def of_result(said: Said) -> Q:
    back = Q(results__file=int(said["file"]), results__outcome__in=BACK, batch__run__isnull=False)
    return back & Q(batch__run__purpose="BENEFITS" if said.get("benefits") else "PAYROLL")


def form(pattern: str, kind: str, act: Callable[[Said], Q], payments: Callable[[Said], Q] | None = None) -> Form:
    return Form(re.compile(pattern), kind, act, payments)


FORMS: Final = (
    form(r"payouts\.run/(?P<run>\d+)/pay/(?P<town>.+)", "run", by_key("run"), of_payroll),
    form(r"payouts\.run/(?P<run>\d+)/(employer/.+|remitted)", "run", by_key("run")),
    form(r"payouts\.batch/(?P<batch>\d+)/sent", "batch", by_key("batch"), lambda said: Q(batch=int(said["batch"]))),
    form(
        r"payouts\.benefits/(?P<run>\d+)/(batch/(?P<batch>\d+)|unwritable)/(?P<town>.+)",
        "run",
        by_key("run"),
        of_benefits,
    ),
    form(r"payouts\.benefits/(?P<run>\d+)/(kept_back|overpaid)/.+", "run", by_key("run")),
    form(r"payouts\.result/(?P<file>\d+)/returned(?P<benefits>/benefits)?", "result", by_key("file"), of_result),
    form(r"payouts\.recovery/(?P<key>\d+)", "recovery", by_key("key")),
    form(r"payouts\.write_off/(?P<key>\d+)", "write-off", by_key("key")),
    form(r"payouts\.funding/(?P<key>\d+)", "funding", by_key("key")),
    form(
        r"payouts\.giving_up/(?P<key>\d+)/.+",
        "giving-up",
        by_key("key"),
        lambda said: Q(givings_up=int(said["key"])),
    ),
    form(
        r"(?P<release>.+)/(?P<act>paid|returned|reissued)(/(?P<by>\d+))?",
        "release",
        lambda said: Q(source=said["release"]),
        of_release,
    ),
    form(
        r"treasury\.settlement/(?P<town>.+)/(?P<month>\d{4}-\d\d)/(?P<number>\d+)/(ordinary|rebate|upper)",
        "settlement",
        lambda said: Q(township__code=said["town"], month=f"{said['month']}-01", number=int(said["number"])),
    ),
    form(
        r"treasury\.income/(?P<town>[^/]+)/(?P<day>\d{4}-\d\d-\d\d)/(?P<number>\d+)(/.+)?",
        "collection",
        lambda said: Q(township__code=said["town"], day=said["day"], number=int(said["number"])),
    ),
    form(
        r"treasury\.opening/(?P<town>[^/]+)/(?P<item>.+)",
        "opening-figure",
        lambda said: Q(township__code=said["town"], item=said["item"]),
    ),
    form(r"treasury\.receipt/(?P<key>\d+)", "receipt", by_key("key")),
    form(r"treasury\.passed_on/(?P<key>\d+)", "passed-on", by_key("key")),
    form(r"treasury\.prize/(?P<key>\d+)", "prize", by_key("key")),
    form(
        r"treasury\.fine/(?P<fine>\d+)/(?P<number>\d+)",
        "set-off",
        lambda said: Q(fine=int(said["fine"]), number=int(said["number"])),
    ),
    form(r"treasury\.allocation/(?P<key>\d+)", "allocation", by_key("key")),
    form(
        r"treasury\.year_end/.+/(?P<year>\d{4})/[^/]+",
        "event",
        lambda said: Q(act="advances.turn", subject=f"year/{said['year']}"),
    ),
    form(
        r"ledger\.year/(?P<book>[^/]+)/(?P<year>\d{4})/transfer/\d+",
        "period",
        lambda said: Q(book__code=said["book"], year=int(said["year"]), month__gte=12),
    ),
    form(r"ledger\.draft/(?P<key>\d+)", "draft", by_key("key")),
    form(
        r"(?P<source>imports\.vouchers/[0-9a-f]{64})",
        "event",
        lambda said: Q(act="vouchers.import", subject=said["source"]),
    ),
    form(r"month\.opening/.+/cash", "book", lambda _said: Q(kind="DISTRICT")),
)


class Named(NamedTuple):
    """The act that a source names."""

    form: Form
    said: Said


def named_by(source: str) -> Named | None:
    """Return what a source names, or None where it has no form that is known."""
    stem = source.removesuffix(REVERSED)
    for one in FORMS:
        match = one.pattern.fullmatch(stem)
        if match:
            return Named(one, {name: text for name, text in match.groupdict().items() if text is not None})
    return None


def acts_of(vouchers: Sequence[Any], _view: View) -> list[Found]:
    """Return the act behind each voucher: one query for each source."""
    by_source: dict[str, list[Any]] = defaultdict(list)
    for voucher in vouchers:
        by_source[voucher.source].append(voucher.pk)
    found = []
    for source, keys in by_source.items():
        named = named_by(source)
        if named is not None:
            kind = named.form.kind
            acts = KINDS[kind].model._default_manager.filter(named.form.act(named.said)).order_by("pk")
            found += [Found(key, kind, act) for act in acts.values_list("pk", flat=True) for key in keys]
    return found


def payments_behind(vouchers: Sequence[Any], view: View) -> list[Found]:
    """Return a page of the payments that each voucher is about: two queries for each source."""
    found = []
    for source, key in {voucher.source: voucher.pk for voucher in vouchers}.items():
        named = named_by(source)
        if named is not None and named.form.payments is not None:
            about = Payment.objects.filter(named.form.payments(named.said)).values("pk")
            rows = KINDS["payment"].open_to(view.townships).filter(pk__in=about)
            whole = rows.count()
            keys = rows.order_by("month", "serial").values_list("pk", flat=True)[view.skipped : view.end]
            found += [Found(key, "payment", one, whole) for one in keys]
    return found


# The sources of the vouchers that a payment is in: out, back, out again, given up.
SOURCES_OF_PAYMENTS: Final = """
WITH paid AS (
  SELECT DISTINCT p.id, p.batch_id, b.source AS batch, b.run_id, r.purpose, coalesce(t.code, '') AS town,
         coalesce(f.source, '') AS release, p.reissues_id IS NOT NULL AS again
    FROM payouts_payment p JOIN payouts_batch b ON b.id = p.batch_id LEFT JOIN payouts_run r ON r.id = b.run_id
    JOIN payouts_paymentpart q ON q.payment_id = p.id JOIN payouts_obligation o ON o.id = q.obligation_id
    LEFT JOIN treasury_unit u ON u.id = o.unit_id LEFT JOIN payouts_benefitdue d ON d.id = o.benefit_id
    LEFT JOIN treasury_release f ON f.id = o.release_id
    LEFT JOIN treasury_township t ON t.id = coalesce(u.township_id, d.township_id)
   WHERE p.id = ANY(%(payments)s))
SELECT id, CASE WHEN release <> '' AND again THEN release || '/reissued/' || batch_id
                WHEN release <> '' THEN release || '/paid'
                WHEN again THEN 'payouts.batch/' || batch_id || '/sent'
                WHEN purpose = 'PAYROLL' THEN 'payouts.run/' || run_id || '/pay/' || town
                WHEN batch LIKE '%%/unwritable' THEN 'payouts.benefits/' || run_id || '/unwritable/' || town
                ELSE 'payouts.benefits/' || run_id || '/batch/' || batch_id || '/' || town END
  FROM paid
UNION ALL
SELECT paid.id, CASE WHEN release <> '' THEN release || '/returned/' || w.file_id
                     WHEN purpose = 'PAYROLL' THEN 'payouts.result/' || w.file_id || '/returned'
                     ELSE 'payouts.result/' || w.file_id || '/returned/benefits' END
  FROM paid JOIN payouts_resultrow w ON w.payment_id = paid.id AND w.outcome IN ('RETURNED', 'REJECTED')
UNION ALL
SELECT paid.id, 'payouts.giving_up/' || g.id || '/' || town FROM paid JOIN payouts_givingup g ON g.payment_id = paid.id
"""


def vouchers_of_payments(payments: Sequence[Any], _view: View) -> list[Found]:
    """Return the vouchers that payments are in, in the order in which they were posted."""
    rows = rows_by_name(SOURCES_OF_PAYMENTS, {"payments": [payment.pk for payment in payments]})
    by_source: dict[str, set[Any]] = defaultdict(set)
    for payment, source in rows:
        by_source[source].add(payment)
    vouchers = Voucher.objects.filter(source__in=by_source).order_by("pk").values_list("pk", "source")
    return [Found(payment, "voucher", key) for key, source in vouchers for payment in sorted(by_source[source])]


def vouchers_under(stems: Callable[[Any], Sequence[str]]) -> Link:
    """Return the link to the vouchers whose source is one of the stems of a row, or begins with it."""

    def find(rows: Sequence[Any], view: View) -> list[Found]:
        found = []
        for row in rows:
            under = Q(pk__in=[])
            for stem in stems(row):
                under |= Q(source=stem) | Q(source__startswith=f"{stem}/")
            vouchers = KINDS["voucher"].open_to(view.townships).filter(under)
            keys = vouchers.order_by("pk").values_list("pk", flat=True)
            whole = vouchers.count()
            found += [Found(row.pk, "voucher", key, whole) for key in keys[view.skipped : view.end]]
        return found

    return Link(find, at_start=True)
