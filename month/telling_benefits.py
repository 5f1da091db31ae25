"""What officers read of the benefits of a month: what each scheme pays and who bears it, and who is not paid."""

from datetime import date

from django.utils.translation import gettext as _
from rich.console import RenderableType

from imports.fault_names import FAULT_NAMES
from ledger.money import ZERO, in_full
from month.tables import table
from payouts.benefit_facts import schemes_in_use
from payouts.facts import rows_of
from payouts.labels import reason_label

BY_SCHEME = """
SELECT d.scheme, count(DISTINCT d.person_id), sum(d.borne_by_central + d.borne_by_province + d.borne_by_city),
       sum(d.borne_by_district), sum(d.borne_by_township), sum(d.amount)
  FROM payouts_run r JOIN payouts_benefitdue d ON d.run_id = r.id AND d.edition = r.edition
 WHERE r.month = %s AND r.purpose = 'BENEFITS' GROUP BY d.scheme ORDER BY d.scheme
"""
UNPAID = """
SELECT u.reason, count(*) FROM payouts_run r JOIN payouts_benefitunpaid u ON u.run_id = r.id AND u.edition = r.edition
 WHERE r.month = %s AND r.purpose = 'BENEFITS' AND r.number = 1 GROUP BY u.reason ORDER BY u.reason
"""


def benefit_tables(month: date) -> list[RenderableType]:
    """Return the benefits of a month by scheme and who is not paid by reason; nothing if it has none."""
    rows = rows_of(BY_SCHEME, month)
    unpaid = rows_of(UNPAID, month)
    if not rows and not unpaid:
        return []
    schemes = schemes_in_use(month=month)
    made = table(
        _("Benefits {month}").format(month=f"{month:%Y-%m}"),
        _("Scheme"),
        _("People"),
        _("Borne above"),
        _("Borne by the district"),
        _("Borne by townships"),
        _("Benefits due"),
        right=(1, 2, 3, 4, 5),
    )
    totals = [ZERO] * 4
    for code, people, *amounts in rows:
        made.add_row(schemes[code].name, str(people), *map(in_full, amounts))
        totals = [total + amount for total, amount in zip(totals, amounts, strict=True)]
    made.add_section()
    made.add_row(_("Total"), "", *map(in_full, totals))
    not_paid = table(_("Enrolments not paid"), _("Reason"), _("People"), right=(1,))
    for reason, count in unpaid:
        not_paid.add_row(reason_with_cause(reason), str(count))
    return [made, not_paid]


def reason_with_cause(reason: str) -> str:
    """Return a reason not to pay with the fault of the refused row, such as 花名册行被拒收（银行卡号校验位不符）."""
    cause = reason.partition(":")[2]
    if not cause:
        return reason_label(reason)
    return _("{reason} ({cause})").format(reason=reason_label(reason), cause=FAULT_NAMES.get(cause, cause))
