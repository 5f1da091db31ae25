"""Read whom a search finds among the beneficiaries, and what benefits became due for one of them, month by month."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from ledger.masking import masked_account, masked_id
from payouts.facts import RELEASED, rows_by_name
from payouts.models.words import PaymentStatus, RunStatus, Standing
from web.benefit_desk.asked import PAGE

MONTHS: Final = 60
FOUND: Final = """
SELECT e.id, p.id, p.name, p.id_number, e.scheme, t.name, f.village, f.certificate, f.starts_on, f.ended_on, f.died_on,
       f.met_on, f.standing, f.account_number
  FROM payouts_enrolment e JOIN payouts_person p ON p.id = e.person_id
  JOIN LATERAL (SELECT * FROM payouts_enrolmentfact x
                 WHERE x.enrolment_id = e.id ORDER BY x.version DESC LIMIT 1) f ON true
  JOIN treasury_township t ON t.id = f.township_id
 WHERE e.id > %(after)s
   AND (%(find)s = '' OR p.name LIKE %(like)s OR p.id_number LIKE %(ends)s OR f.certificate = %(find)s)
   AND (%(scheme)s = '' OR e.scheme = %(scheme)s) AND (%(township)s = '' OR t.code = %(township)s)
   AND (%(standing)s = '' OR f.standing = %(standing)s)
 ORDER BY e.id LIMIT %(limit)s
"""
WITH_NUMBER: Final = """
SELECT e.person_id FROM payouts_enrolment e JOIN payouts_person p ON p.id = e.person_id
 WHERE p.id_number = %(find)s
 UNION
SELECT e.person_id FROM payouts_enrolment e
  JOIN LATERAL (SELECT x.certificate FROM payouts_enrolmentfact x
                 WHERE x.enrolment_id = e.id ORDER BY x.version DESC LIMIT 1) f ON true
 WHERE f.certificate = %(find)s
 ORDER BY 1 LIMIT 1
"""
DUES: Final = """
SELECT d.id, d.scheme, d.period, d.amount, d."offset", to_char(r.month, 'YYYY-MM'), r.number, r.status,
       (SELECT y.status FROM payouts_obligation o JOIN payouts_paymentpart a ON a.obligation_id = o.id
          JOIN payouts_payment y ON y.id = a.payment_id
         WHERE o.source <> '' AND o.source = payouts_benefit_source(d.person_id, d.scheme, d.period, d.number)
         ORDER BY a.attempt DESC LIMIT 1)
  FROM payouts_benefitdue d JOIN payouts_run r ON r.id = d.run_id AND r.edition = d.edition
 WHERE d.enrolment_id = ANY(%(enrolments)s) AND (%(before)s = 0 OR d.id < %(before)s)
 ORDER BY d.id DESC LIMIT %(limit)s
"""
SUMS: Final = """
SELECT d.enrolment_id, count(DISTINCT d.period), min(d.period), max(d.period), sum(d.amount - d."offset")
  FROM payouts_benefitdue d JOIN payouts_run r ON r.id = d.run_id AND r.edition = d.edition
 WHERE d.enrolment_id = ANY(%(enrolments)s) AND r.status = ANY(%(released)s) GROUP BY d.enrolment_id
"""


class Search(NamedTuple):
    """What beneficiaries are looked for by; nothing looks for all."""

    find: str = ""
    scheme: str = ""
    township: str = ""
    standing: str = ""


class Row(NamedTuple):
    """An enrolment as the list shows it."""

    enrolment: int
    person: int
    name: str
    id_number: str
    scheme: str
    township: str
    village: str
    certificate: str
    starts_on: date
    ended_on: date | None
    died_on: date | None
    met_on: date | None
    standing: str
    account: str


class Due(NamedTuple):
    """What became due of a scheme for a month, by which run, and what came of its payment."""

    key: int
    scheme: str
    period: date
    amount: Decimal
    kept_back: Decimal
    run_month: str
    run_number: int
    run_state: str
    payment_state: str


class Sum(NamedTuple):
    """How many months of an enrolment were released, from which to which, and how much that was."""

    months: int
    first: date
    last: date
    amount: Decimal


def rows_found(search: Search, *, after: int, names: Mapping[str, str]) -> Sequence[Row]:
    """Return a page of the enrolments that a search finds."""
    plain = search.find.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    asked = {**search._asdict(), "like": f"%{plain}%", "ends": f"%{plain.upper()}", "after": after, "limit": PAGE}
    return [shown(row, names) for row in rows_by_name(FOUND, asked)]


def shown(row: tuple[Any, ...], names: Mapping[str, str]) -> Row:
    found = Row(*row)
    return found._replace(
        id_number=masked_id(found.id_number),
        scheme=names.get(found.scheme, found.scheme),
        standing=str(Standing(found.standing).label),
        account=masked_account(found.account),
    )


def person_with_number(number: str) -> int | None:
    """Return the beneficiary of an ID number or a certificate, written in full."""
    found = rows_by_name(WITH_NUMBER, {"find": number.upper()})
    return int(found[0][0]) if found else None


def dues_of(enrolments: Sequence[int], *, before: int, names: Mapping[str, str]) -> Sequence[Due]:
    """Return what became due for some enrolments, the latest first."""
    asked = {"enrolments": list(enrolments), "before": before, "limit": MONTHS}
    return [
        Due(
            key,
            names.get(scheme, scheme),
            period,
            amount,
            kept_back,
            month,
            number,
            str(RunStatus(status).label),
            str(PaymentStatus(payment).label) if payment else "",
        )
        for key, scheme, period, amount, kept_back, month, number, status, payment in rows_by_name(DUES, asked)
    ]


def sums_of(enrolments: Sequence[int]) -> Mapping[int, Sum]:
    """Return how much of each enrolment was released."""
    asked = {"enrolments": list(enrolments), "released": list(RELEASED)}
    return {key: Sum(*figures) for key, *figures in rows_by_name(SUMS, asked)}
