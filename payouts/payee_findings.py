"""What the controls before payment find in the payees of releases and of payments issued again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from payouts.facts import rows_of
from payouts.policy import payout_policies
from payouts.rules.control_list import Place, severities
from payouts.rules.controls import Facts, Severity
from payouts.rules.payee_controls import PaidPayee, control_payee
from treasury.establishments import OwnAccount, own_accounts


class Payee(NamedTuple):
    """Who is to be paid: a person, the passbook of a unit, or somebody else."""

    person: int | None
    unit: int | None
    name: str
    account_number: str
    id_number: str


class PayeeFinding(NamedTuple):
    """What a control found in a payee; ``at`` is the place of the payee, from 0."""

    at: int
    control: str
    severity: Severity
    facts: Facts


class Holder(NamedTuple):
    """Somebody whose account a number is; the number of the person may not be known."""

    id_number: str
    name: str

    def is_other_than(self, other: "Holder") -> bool:
        if self.id_number and other.id_number:
            return self.id_number.upper() != other.id_number.upper()
        return self.name != other.name


class Surroundings(NamedTuple):
    """What is known of accounts and people that are to be paid."""

    holders: Mapping[str, str]
    refused: Mapping[str, str]
    owners: Mapping[str, set[Holder]]
    own_accounts: Mapping[str, Sequence[OwnAccount]]
    paid_before: Mapping[int, str]
    deaths: Mapping[str, date]


def findings_of(payees: Sequence[Payee], *, place: Place, on: date) -> list[PayeeFinding]:
    """Return what the controls of a place find in payees who are to be paid on a day."""
    asked = severities(policies=payout_policies(), on=on, place=place)
    beside = surroundings(payees)
    return [
        PayeeFinding(at, control, asked[control], facts)
        for at, payee in enumerate(payees)
        for control, facts in control_payee(payee=as_controlled(payee, beside, on))
        if control in asked
    ]


def places_blocked(payees: Sequence[Payee], *, place: Place, on: date) -> set[int]:
    """Return the places of the payees whom a control blocks, from 0."""
    return {found.at for found in findings_of(payees, place=place, on=on) if found.severity is Severity.BLOCK}


def as_controlled(payee: Payee, beside: Surroundings, on: date) -> PaidPayee:
    """Return a payee with what the controls look at beside it; the passbook of a unit is many people's."""
    number, self = payee.account_number, Holder(payee.id_number, payee.name)
    officers = (own.officer for own in beside.own_accounts.get(number, ()) if own.holder_number != payee.id_number)
    return PaidPayee(
        name=payee.name,
        account=number,
        pay_date=on,
        passbook=payee.unit is not None,
        holder=beside.holders.get(number, ""),
        account_before=beside.paid_before.get(payee.person, "") if payee.person else "",
        others=len({other for other in beside.owners[number] if other.is_other_than(self)}) if not payee.unit else 0,
        officer=next(officers, ""),
        refused=beside.refused.get(number, ""),
        died_on=beside.deaths.get(payee.id_number.upper()),
    )


def surroundings(payees: Sequence[Payee]) -> Surroundings:
    """Load what is known of payees and their accounts."""
    numbers = [payee.account_number for payee in payees]
    verdicts = rows_of(
        """SELECT DISTINCT ON (a.number, v.verdict) a.number, v.verdict, v.source, a.holder_name,
                  v.id = max(v.id) OVER (PARTITION BY a.number)
             FROM treasury_accountverification v JOIN treasury_bankaccount a ON a.id = v.account_id
            WHERE a.number = ANY(%s) ORDER BY a.number, v.verdict, v.id DESC""",
        numbers,
    )
    return Surroundings(
        holders={number: holder for number, verdict, _source, holder, _last in verdicts if verdict == "VERIFIED"},
        refused={
            number: source for number, verdict, source, _holder, last in verdicts if verdict == "REFUSED" and last
        },
        owners=owners_of(payees, numbers),
        own_accounts=own_accounts(numbers=numbers),
        paid_before=dict(
            rows_of(
                """SELECT DISTINCT ON (p.person_id) p.person_id, p.account_number
                     FROM payouts_payment p JOIN payouts_batch b ON b.id = p.batch_id
                     LEFT JOIN payouts_run r ON r.id = b.run_id
                    WHERE p.person_id = ANY(%s) AND r.purpose IS DISTINCT FROM 'BENEFITS'
                      AND b.status NOT IN ('DRAFT', 'BUILT', 'CANCELLED')
                    ORDER BY p.person_id, p.id DESC""",
                [payee.person for payee in payees if payee.person],
            )
        ),
        deaths=deaths_of([payee.id_number.upper() for payee in payees if payee.id_number]),
    )


def owners_of(payees: Sequence[Payee], numbers: Sequence[str]) -> Mapping[str, set[Holder]]:
    """Return whose each account is: of the people paid to it together, and of those who have it as theirs."""
    found: dict[str, set[Holder]] = defaultdict(set)
    for payee in payees:
        if not payee.unit:
            found[payee.account_number].add(Holder(payee.id_number, payee.name))
    for number, id_number, name in rows_of(
        """SELECT k.number, p.id_number, p.name
             FROM (SELECT DISTINCT ON (c.person_id) c.person_id, a.number
                     FROM payouts_payaccount c JOIN treasury_bankaccount a ON a.id = c.account_id
                    WHERE c.person_id IN (SELECT d.person_id FROM payouts_payaccount d
                                            JOIN treasury_bankaccount o ON o.id = d.account_id WHERE o.number = ANY(%s))
                    ORDER BY c.person_id, c.effective_from DESC, c.id DESC) k
             JOIN payouts_person p ON p.id = k.person_id WHERE k.number = ANY(%s)""",
        list(numbers),
        list(numbers),
    ):
        found[number].add(Holder(id_number, name))
    return found


def deaths_of(id_numbers: Sequence[str]) -> dict[str, date]:
    """Return when people died, by the death lists that stand and by what is known of their enrolments."""
    return dict(
        rows_of(
            """SELECT id_number, min(died_on) FROM (
                 SELECT x.id_number, x.died_on
                   FROM payouts_declareddeath x LEFT JOIN payouts_declaration n ON n.replaces_id = x.declaration_id
                  WHERE x.id_number = ANY(%s) AND n.id IS NULL
                 UNION ALL
                 SELECT p.id_number, f.died_on
                   FROM payouts_person p JOIN payouts_enrolment e ON e.person_id = p.id
                   JOIN LATERAL (SELECT died_on FROM payouts_enrolmentfact
                                  WHERE enrolment_id = e.id ORDER BY version DESC LIMIT 1) f ON f.died_on IS NOT NULL
                  WHERE p.id_number = ANY(%s)) d GROUP BY id_number""",
            list(id_numbers),
            list(id_numbers),
        )
    )
