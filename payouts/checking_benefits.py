"""Find the exceptions of a computed benefit run: what blocks it, what wants a signed reason, what people should see.

Everything is asked of the database at once: a run may have a million dues, and few of them are exceptional.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from ledger.models import Officer
from ledger.money import ZERO, in_full
from ledger.posts import require_post
from payouts.benefit_facts import runs_before, schemes_in_use
from payouts.checking import BY_POLICY, Found, keep_exceptions, text_of
from payouts.facts import rows_of
from payouts.models import Run
from payouts.models.words import RunStatus, Severity
from payouts.refusals import WrongState, refusals_named
from payouts.rules.control_list import Place
from payouts.rules.month_windows import birthday
from payouts.rules.schemes import Scheme
from payouts.running import lock_run, move_run
from treasury.entries import Classes, SpendingLine
from treasury.establishments import own_accounts
from treasury.models import OfficerAccount, Township
from treasury.reserving import shortfalls, townships_without_budget

# Reasons that are the course of things; the others have to be looked at.
EXPECTED = ("not_started", "ended", "died", "closed_scheme", "not_due_this_month", "suspended_status")
SHARED = """
SELECT min(d.person_id), count(DISTINCT d.person_id), d.account_number
  FROM payouts_benefitdue d WHERE d.run_id = %s AND d.edition = %s
 GROUP BY d.account_number HAVING min(d.person_id) <> max(d.person_id) ORDER BY 1
"""
STAFF_ACCOUNTS = """
SELECT DISTINCT d.person_id FROM payouts_benefitdue d
  JOIN treasury_bankaccount a ON a.number = d.account_number
  JOIN payouts_payaccount k ON k.account_id = a.id AND k.person_id <> d.person_id
 WHERE d.run_id = %s AND d.edition = %s ORDER BY 1
"""
# Accounts that the bank refused when it was last asked.
REFUSED = """
SELECT d.person_id, v.code
  FROM (SELECT DISTINCT person_id, account_number FROM payouts_benefitdue WHERE run_id = %s AND edition = %s) d
  JOIN (SELECT DISTINCT ON (p.person_id, p.account_number) p.person_id, p.account_number, r.outcome, r.code
          FROM payouts_resultrow r JOIN payouts_payment p ON p.id = r.payment_id
         WHERE p.person_id IN (SELECT p.person_id FROM payouts_resultrow r JOIN payouts_payment p ON p.id = r.payment_id
                                WHERE r.outcome IN ('RETURNED', 'REJECTED'))
         ORDER BY p.person_id, p.account_number, r.id DESC) v
    ON (v.person_id, v.account_number) = (d.person_id, d.account_number)
       AND (v.outcome = 'RETURNED' OR (v.outcome = 'REJECTED' AND v.code ~ '^(AC|BE)'))
 ORDER BY 1
"""
# Accounts whose holder the bank knows by another name.
NAMES_DIFFER = """
SELECT DISTINCT d.person_id, d.holder_name, v.holder_name
  FROM payouts_benefitdue d
  JOIN (SELECT DISTINCT ON (a.number) a.number, a.holder_name
          FROM treasury_accountverification v JOIN treasury_bankaccount a ON a.id = v.account_id
         WHERE v.verdict = 'VERIFIED' ORDER BY a.number, v.id DESC) v ON v.number = d.account_number
 WHERE d.run_id = %s AND d.edition = %s AND d.holder_name <> v.holder_name ORDER BY 1, 2
"""
CHANGED_ACCOUNTS = """
SELECT count(*) FROM payouts_benefitdue d
  JOIN payouts_benefitdue b ON b.run_id = %s AND b.edition = %s AND (b.scheme, b.person_id) = (d.scheme, d.person_id)
 WHERE d.run_id = %s AND d.edition = %s AND d.account_number <> b.account_number AND d.number = 1 AND b.number = 1
"""
BY_SCHEME = """
SELECT scheme, count(*), sum(amount) FROM payouts_benefitdue
 WHERE run_id = %s AND edition = %s AND period = %s AND number = 1 GROUP BY scheme ORDER BY scheme
"""
REASONS = """
SELECT reason, count(*) FROM payouts_benefitunpaid WHERE run_id = %s AND edition = %s GROUP BY reason ORDER BY reason
"""
ARREARS = """
SELECT count(*), sum(amount) FROM payouts_benefitdue WHERE run_id = %s AND edition = %s AND (period < %s OR number > 1)
"""
OVERPAID = """
SELECT e.person_id, e.scheme, sum(v.amount) FROM payouts_overpayment v JOIN payouts_enrolment e ON e.id = v.enrolment_id
 WHERE v.run_id = %s AND v.edition = %s GROUP BY e.person_id, e.scheme ORDER BY 1, 2
"""
# Born after a day, so too young at the end of the month, or before the day from which a scheme pays.
TOO_YOUNG = """
SELECT count(DISTINCT d.person_id) FROM payouts_benefitdue d JOIN payouts_person p ON p.id = d.person_id
 WHERE d.run_id = %s AND d.edition = %s AND d.scheme = %s AND substr(p.id_number, 7, 8) > %s
   AND (substr(p.id_number, 17, 1)::int %% 2 = 0) = %s
"""
BORN_TOO_EARLY = """
SELECT count(DISTINCT d.person_id) FROM payouts_benefitdue d JOIN payouts_person p ON p.id = d.person_id
 WHERE d.run_id = %s AND d.edition = %s AND d.scheme = %s AND substr(p.id_number, 7, 8) < %s
"""
OF_TOWNSHIPS = """
SELECT township_id, scheme, sum(borne_by_township) FROM payouts_benefitdue
 WHERE run_id = %s AND edition = %s AND borne_by_township > 0 GROUP BY township_id, scheme ORDER BY 1, 2
"""


def check_benefits(*, run: Run, officer: Officer, at: datetime) -> Run:
    """Find the exceptions of a computed benefit run and move it to checked.

    :raises WrongState: if the run is not computed
    """
    require_post(officer, "payouts.compute_run")
    with refusals_named(), transaction.atomic():
        run = lock_run(run)
        if run.status != RunStatus.COMPUTED:
            raise WrongState("run_moves", {"run": str(run), "from": run.status, "to": RunStatus.CHECKED})
        schemes = schemes_in_use(month=run.month)
        found = [
            *account_exceptions(run),
            *people_exceptions(run),
            *change_exceptions(run, schemes),
            *age_exceptions(run, schemes),
            *budget_exceptions(run, schemes),
        ]
        keep_exceptions(run, found, Place.BENEFITS)
        return move_run(run, RunStatus.CHECKED, by=officer, at=at)


def account_exceptions(run: Run) -> Iterator[Found]:
    """Yield accounts that several people name, that are somebody else's or an officer's, or that the bank refuses."""
    for person, people, _account in rows_of(SHARED, run.pk, run.edition):
        yield Found("account_shared", BY_POLICY, person, None, text_of({"people": str(people)}))
    for (person,) in rows_of(STAFF_ACCOUNTS, run.pk, run.edition):
        yield Found("account_of_staff", BY_POLICY, person, None, "")
    for person, code in rows_of(REFUSED, run.pk, run.edition):
        yield Found("account_refused", BY_POLICY, person, None, text_of({"refused": code}))
    for person, name, holder in rows_of(NAMES_DIFFER, run.pk, run.edition):
        yield Found("name_differs", BY_POLICY, person, None, text_of({"name": name, "holder": holder}))
    yield from officer_exceptions(run)


def officer_exceptions(run: Run) -> Iterator[Found]:
    """Yield payees whose account is an officer's own."""
    owners = own_accounts(numbers=list(OfficerAccount.objects.values_list("number", flat=True)))
    for person, account in rows_of(
        """SELECT DISTINCT person_id, account_number FROM payouts_benefitdue
            WHERE run_id = %s AND edition = %s AND account_number = ANY(%s) ORDER BY 1""",
        run.pk,
        run.edition,
        list(owners),
    ):
        for own in owners[account]:
            yield Found("account_of_officer", BY_POLICY, person, None, text_of({"officer": own.officer}))


def people_exceptions(run: Run) -> Iterator[Found]:
    """Yield who is not paid by reason, what is paid of earlier months, and what was overpaid."""
    for reason, people in rows_of(REASONS, run.pk, run.edition):
        severity = Severity.INFO if reason in EXPECTED else BY_POLICY
        yield Found("people_not_paid", severity, None, None, text_of({"reason": reason, "people": str(people)}))
    [(dues, amount)] = rows_of(ARREARS, run.pk, run.edition, run.month)
    if dues:
        yield Found("arrears", BY_POLICY, None, None, text_of({"people": str(dues), "amount": in_full(amount)}))
    for person, scheme, overpaid in rows_of(OVERPAID, run.pk, run.edition):
        yield Found("overpaid", BY_POLICY, person, None, text_of({"scheme": scheme, "amount": in_full(overpaid)}))


def change_exceptions(run: Run, schemes: Mapping[str, Scheme]) -> Iterator[Found]:
    """Yield how each scheme differs from the month before: people, amount, accounts that changed."""
    before = [one for one in runs_before(run) if one.month < run.month and one.number == 1]
    if not before:
        return
    last = before[0]
    now = {scheme: figures for scheme, *figures in rows_of(BY_SCHEME, run.pk, run.edition, run.month)}
    then = {scheme: figures for scheme, *figures in rows_of(BY_SCHEME, last.pk, last.edition, last.month)}
    for code in sorted({*now, *then}):
        people, amount = now.get(code, (0, ZERO))
        had, had_amount = then.get(code, (0, ZERO))
        if (people, amount) != (had, had_amount):
            told = {
                "scheme": schemes[code].name,
                "before": f"{had}/{in_full(had_amount)}",
                "now": f"{people}/{in_full(amount)}",
            }
            yield Found("scheme_changed", BY_POLICY, None, None, text_of(told))
    [(changed,)] = rows_of(CHANGED_ACCOUNTS, last.pk, last.edition, run.pk, run.edition)
    if changed:
        yield Found("account_changed", BY_POLICY, None, None, text_of({"people": str(changed)}))


def age_exceptions(run: Run, schemes: Mapping[str, Scheme]) -> Iterator[Found]:
    """Yield how many on certified rosters are outside the age window of their scheme: told, and paid."""
    end = (run.month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    for code, scheme in schemes.items():
        outside = 0
        for age, women in ((scheme.ages.women, True), (scheme.ages.men, False)):
            if age is not None:
                born_by = f"{birthday_before(end, age):%Y%m%d}"
                outside += rows_of(TOO_YOUNG, run.pk, run.edition, code, born_by, women)[0][0]
        if scheme.ages.born_from is not None:
            outside += rows_of(BORN_TOO_EARLY, run.pk, run.edition, code, f"{scheme.ages.born_from:%Y%m%d}")[0][0]
        if outside:
            told = text_of({"scheme": scheme.name, "people": str(outside)})
            yield Found("age_outside", BY_POLICY, None, None, told)


def birthday_before(end: date, age: int) -> date:
    """Return the last date of birth that makes somebody so old by the end of a month."""
    return birthday(end, -age)


def budget_exceptions(run: Run, schemes: Mapping[str, Scheme]) -> Iterator[Found]:
    """Yield townships that bear a share without an approved budget, and lines that would be overrun."""
    year = run.pay_date.year
    lines: dict[int, list[SpendingLine]] = {}
    for township, code, amount in rows_of(OF_TOWNSHIPS, run.pk, run.edition):
        classes = Classes(functional=schemes[code].functional, economic=schemes[code].economic, project=code)
        lines.setdefault(township, []).append(SpendingLine(amount, classes))
    without = [one.name for one in townships_without_budget(year=year) if one.pk in lines]
    if without:
        told = text_of({"year": str(year), "townships": str(len(without)), "names": "、".join(without)})
        yield Found("no_approved_budget", BY_POLICY, None, None, told)
    for township in Township.objects.filter(pk__in=lines).order_by("number"):
        for short in shortfalls(township=township, year=year, on=run.pay_date, lines=lines[township.pk]):
            told = text_of(
                {"township": township.name, "line": short.line, "asked": str(short.asked), "left": str(short.left)}
            )
            yield Found("over_budget", BY_POLICY, None, None, told)
