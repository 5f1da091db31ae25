"""The tables of paying people, by subject; what money depends on is kept by ``payouts/promises``."""

from payouts.models.applications import Application, ApplicationStep, Objection, ObjectionDecision, PublicNotice
from payouts.models.approvals import BatchApproval, BatchCheck, BatchException
from payouts.models.benefits import Enrolment, EnrolmentFact, Household
from payouts.models.declarations import (
    Declaration,
    DeclaredAmount,
    DeclaredBeneficiary,
    DeclaredChange,
    DeclaredDeath,
    DeclaredPay,
    DeclaredRefusal,
    DeclaredStaff,
    DeclaredYearToDate,
)
from payouts.models.entitlements import (
    BenefitDue,
    BenefitUnpaid,
    Overpayment,
    Recovery,
    RecoveryPlan,
)
from payouts.models.handovers import FateDecision, Handover, HandoverFate
from payouts.models.payments import (
    BankFile,
    Batch,
    Obligation,
    Payment,
    PaymentPart,
    ResultFile,
    ResultRow,
)
from payouts.models.people import PayAccount, Person
from payouts.models.recoveries import RecoveryPlanDecision, RefundTakenBack, WriteOff, WriteOffDecision
from payouts.models.returns import AccountCorrection, GivingUp, GivingUpDecision
from payouts.models.runs import (
    EmployerPart,
    NotPaid,
    Payslip,
    PayslipItem,
    Run,
    RunException,
    RunInput,
    RunMove,
)
from payouts.models.schemes import BenefitFunding, SchemeValue, SchemeValueApproval

__all__ = [
    "AccountCorrection",
    "Application",
    "ApplicationStep",
    "BankFile",
    "Batch",
    "BatchApproval",
    "BatchCheck",
    "BatchException",
    "BenefitDue",
    "BenefitFunding",
    "BenefitUnpaid",
    "Declaration",
    "DeclaredAmount",
    "DeclaredBeneficiary",
    "DeclaredChange",
    "DeclaredDeath",
    "DeclaredPay",
    "DeclaredRefusal",
    "DeclaredStaff",
    "DeclaredYearToDate",
    "EmployerPart",
    "Enrolment",
    "EnrolmentFact",
    "FateDecision",
    "GivingUp",
    "GivingUpDecision",
    "Handover",
    "HandoverFate",
    "Household",
    "NotPaid",
    "Objection",
    "ObjectionDecision",
    "Obligation",
    "Overpayment",
    "PayAccount",
    "Payment",
    "PaymentPart",
    "Payslip",
    "PayslipItem",
    "Person",
    "PublicNotice",
    "Recovery",
    "RecoveryPlan",
    "RecoveryPlanDecision",
    "RefundTakenBack",
    "ResultFile",
    "ResultRow",
    "Run",
    "RunException",
    "RunInput",
    "RunMove",
    "SchemeValue",
    "SchemeValueApproval",
    "WriteOff",
    "WriteOffDecision",
]
