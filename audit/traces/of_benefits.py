"""Benefits: what is due and why, enrolments and how they were certified, rates, what was overpaid and recovered."""

from collections.abc import Sequence
from typing import Any, Final

from audit.traces.forms import by_key
from audit.traces.kinds import Found, Kind, View, down, found, register, up
from audit.traces.of_files import staged_rows_of
from audit.traces.of_policies import values_of_dues
from audit.traces.sources import vouchers_under
from payouts.facts import rows_of
from payouts.models import (
    Application,
    ApplicationStep,
    BenefitDue,
    BenefitFunding,
    DeclaredBeneficiary,
    Enrolment,
    EnrolmentFact,
    Objection,
    ObjectionDecision,
    Overpayment,
    PublicNotice,
    Recovery,
    RecoveryPlan,
    RecoveryPlanDecision,
    RefundTakenBack,
    SchemeValue,
    SchemeValueApproval,
    WriteOff,
    WriteOffDecision,
)

FACT: Final = (
    "version standing cause suspended_from starts_on ended_on died_on met_on grade own_amount certificate village"
    " household_kind residence relation account_kind holder_name bank account_number account_reason paper"
)


def facts_used(dues: Sequence[Any], _view: View) -> list[Found]:
    """Return what was known of the enrolments of dues when their runs read it: the latest version up to then."""
    return [
        Found(due, "enrolment-fact", fact)
        for due, fact in rows_of(
            """SELECT d.id, f.id FROM payouts_benefitdue d JOIN payouts_run r ON r.id = d.run_id
                 JOIN LATERAL (SELECT id FROM payouts_enrolmentfact
                                WHERE enrolment_id = d.enrolment_id AND id <= r.facts_until
                                ORDER BY version DESC LIMIT 1) f ON true
                WHERE d.id = ANY(%s)""",
            [due.pk for due in dues],
        )
    ]


def rates_added(dues: Sequence[Any], _view: View) -> list[Found]:
    """Return the rates that officers added to the schemes of dues, which hold by the month of their runs."""
    return [
        Found(due, "rate", value)
        for due, value in rows_of(
            """SELECT d.id, v.id FROM payouts_benefitdue d JOIN payouts_run r ON r.id = d.run_id
                 JOIN payouts_schemevalue v ON v.scheme = d.scheme AND v.effective_from <= r.month
                 JOIN payouts_schemevalueapproval a ON a.value_id = v.id AND a.is_approved
                WHERE d.id = ANY(%s) ORDER BY v.id""",
            [due.pk for due in dues],
        )
    ]


def exceptions_of_dues(dues: Sequence[Any], _view: View) -> list[Found]:
    """Return what the checks of a run found of the people of dues, and who signed it."""
    return [
        Found(due, "run-exception", key)
        for due, key in rows_of(
            """SELECT d.id, e.id FROM payouts_benefitdue d JOIN payouts_runexception e
                 ON e.run_id = d.run_id AND e.edition = d.edition AND e.person_id = d.person_id
                WHERE d.id = ANY(%s) ORDER BY e.id""",
            [due.pk for due in dues],
        )
    ]


def rows_declared(facts: Sequence[Any], _view: View) -> list[Found]:
    """Return the rows of certified rosters that facts were taken from."""
    return [
        Found(fact, "declared-beneficiary", key)
        for fact, key in rows_of(
            """SELECT f.id, d.id FROM payouts_enrolmentfact f JOIN payouts_enrolment e ON e.id = f.enrolment_id
                 JOIN payouts_declaredbeneficiary d ON d.declaration_id = f.declaration_id
                  AND d.person_id = e.person_id AND d.scheme = e.scheme
                WHERE f.id = ANY(%s) ORDER BY d.row""",
            [fact.pk for fact in facts],
        )
    ]


def about_overpayment(field: str) -> Any:
    """Return the subjects of audit events about something of an overpayment."""
    return lambda row: [f"overpayment/{getattr(row, field)}"]


register(
    Kind(
        "due",
        BenefitDue,
        "due:17",
        "scheme period number amount offset borne_by_central borne_by_province borne_by_city borne_by_district"
        " borne_by_township township holder_name bank account_number",
        ("township",),
        (
            up("run", "run"),
            found(facts_used),
            up("enrolment", "enrolment", unless_from=("enrolment",)),
            found(rates_added),
            down("recovery", "due", unless_from=("recovery",)),
            found(exceptions_of_dues),
            down("obligation", "benefit", at_start=True),
            up("person", "person"),
        ),
        select=("run",),
        parse=by_key,
        leaves=values_of_dues,
    ),
    Kind(
        "enrolment",
        Enrolment,
        "enrolment:17",
        "scheme number paper",
        ("facts__township",),
        (
            down("application", "enrolment", unless_from=("application",)),
            up("declaration", "declaration"),
            down("enrolment-fact", "enrolment", order="version", at_start=True),
            down("due", "enrolment", at_start=True),
            down("overpayment", "enrolment", at_start=True),
            up("person", "person", at_start=True),
        ),
        by="certified_by",
        at="certified_at",
        parse=by_key,
        subjects=lambda enrolment: [f"enrolment/{enrolment.pk}"],
    ),
    Kind(
        "enrolment-fact",
        EnrolmentFact,
        "enrolment-fact:17",
        FACT,
        ("township",),
        (
            found(rows_declared),
            up("declaration", "declaration"),
            up("enrolment", "enrolment", at_start=True),
        ),
        by="recorded_by",
        at="recorded_at",
        parse=by_key,
    ),
    Kind(
        "declared-beneficiary",
        DeclaredBeneficiary,
        "declared-beneficiary:17",
        "row scheme name village residence relation starts_on ended_on died_on certificate met_on bank"
        " account_number status",
        ("township",),
        (found(staged_rows_of()), up("declaration", "declaration")),
        parse=by_key,
    ),
    Kind(
        "application",
        Application,
        "application:17",
        "scheme status village certificate claimed_from ended_on grade own_amount account_kind holder_name bank"
        " account_number account_reason account_by paper applied_on",
        ("township",),
        (
            down("application-step", "application"),
            down("notice", "application"),
            up("enrolment", "enrolment", unless_from=("enrolment",)),
            up("person", "person", at_start=True),
        ),
        by="registered_by",
        at="registered_at",
        parse=by_key,
        subjects=lambda application: [f"application/{application.pk}"],
    ),
    Kind(
        "application-step",
        ApplicationStep,
        "application-step:17",
        "level decision reason decided_on",
        ("application__township",),
        by="decided_by",
        at="decided_at",
        parse=by_key,
    ),
    Kind(
        "notice",
        PublicNotice,
        "notice:17",
        "level starts_on ends_on place",
        ("application__township",),
        (down("objection", "notice"),),
        by="posted_by",
        at="posted_at",
        parse=by_key,
    ),
    Kind(
        "objection",
        Objection,
        "objection:17",
        "raised_on text",
        ("notice__application__township",),
        (down("objection-decision", "objection"),),
        by="registered_by",
        at="registered_at",
        parse=by_key,
    ),
    Kind(
        "objection-decision",
        ObjectionDecision,
        "objection-decision:17",
        "outcome reason decided_on",
        ("objection__notice__application__township",),
        by="decided_by",
        at="decided_at",
        parse=by_key,
    ),
    Kind(
        "rate",
        SchemeValue,
        "rate:17",
        "scheme grade effective_from amount reference",
        None,
        (down("rate-approval", "value"),),
        by="proposed_by",
        at="proposed_at",
        parse=by_key,
        subjects=lambda value: [f"scheme/{value.scheme}"],
    ),
    Kind(
        "rate-approval",
        SchemeValueApproval,
        "rate-approval:17",
        "is_approved",
        None,
        by="decided_by",
        at="decided_at",
        parse=by_key,
    ),
    Kind(
        "overpayment",
        Overpayment,
        "overpayment:17",
        "period number amount reason township",
        ("township",),
        (
            up("run", "run"),
            up("enrolment", "enrolment", unless_from=("enrolment",)),
            down("recovery-plan", "overpayment"),
            down("recovery", "overpayment", unless_from=("recovery",)),
            down("write-off", "overpayment"),
        ),
        parse=by_key,
        subjects=about_overpayment("pk"),
    ),
    Kind(
        "recovery",
        Recovery,
        "recovery:17",
        "kind amount paid_on booking paper",
        ("overpayment__township",),
        (
            up("overpayment", "overpayment", unless_from=("overpayment",)),
            up("due", "due", unless_from=("due",)),
            down("refund-taken-back", "recovery"),
            vouchers_under(lambda recovery: [f"payouts.recovery/{recovery.pk}"]),
        ),
        by="recorded_by",
        parse=by_key,
        subjects=about_overpayment("overpayment_id"),
    ),
    Kind(
        "recovery-plan",
        RecoveryPlan,
        "recovery-plan:17",
        "instalment share from_month paper",
        ("overpayment__township",),
        (down("recovery-plan-decision", "plan"),),
        by="agreed_by",
        at="agreed_at",
        parse=by_key,
    ),
    Kind(
        "recovery-plan-decision",
        RecoveryPlanDecision,
        "recovery-plan-decision:17",
        "is_approved",
        ("plan__overpayment__township",),
        by="decided_by",
        at="decided_at",
        parse=by_key,
    ),
    Kind(
        "refund-taken-back",
        RefundTakenBack,
        "refund-taken-back:17",
        "reason taken_back_on",
        ("recovery__overpayment__township",),
        (up("recovery", "recovery"),),
        by="taken_back_by",
        at="taken_back_at",
        parse=by_key,
    ),
    Kind(
        "write-off",
        WriteOff,
        "write-off:17",
        "amount reason paper",
        ("overpayment__township",),
        (
            down("write-off-decision", "write_off"),
            up("overpayment", "overpayment", unless_from=("overpayment",)),
            vouchers_under(lambda write_off: [f"payouts.write_off/{write_off.pk}"]),
        ),
        by="proposed_by",
        at="proposed_at",
        parse=by_key,
        subjects=about_overpayment("overpayment_id"),
    ),
    Kind(
        "write-off-decision",
        WriteOffDecision,
        "write-off-decision:17",
        "is_approved posting_date",
        ("write_off__overpayment__township",),
        by="decided_by",
        at="decided_at",
        parse=by_key,
    ),
    Kind(
        "funding",
        BenefitFunding,
        "funding:17",
        "funder kind amount funded_on paper",
        None,
        (
            up("run", "run", unless_from=("run",)),
            vouchers_under(lambda funding: [f"payouts.funding/{funding.pk}"]),
        ),
        by="funded_by",
        parse=by_key,
        subjects=lambda funding: [f"funding/{funding.pk}"],
    ),
)
