"""The tables of paying people, by subject; what money depends on is kept by ``payouts/promises``."""

from payouts.models.declarations import (
    Declaration,
    DeclaredAmount,
    DeclaredChange,
    DeclaredDeath,
    DeclaredPay,
    DeclaredRefusal,
    DeclaredStaff,
    DeclaredYearToDate,
)
from payouts.models.payments import (
    AccountCorrection,
    BankFile,
    Batch,
    Obligation,
    Payment,
    PaymentPart,
    ResultFile,
    ResultRow,
)
from payouts.models.people import PayAccount, Person
from payouts.models.runs import (
    EmployerPart,
    NotPaid,
    PayrollRun,
    Payslip,
    PayslipItem,
    RunException,
    RunInput,
    RunMove,
)

__all__ = [
    "AccountCorrection",
    "BankFile",
    "Batch",
    "Declaration",
    "DeclaredAmount",
    "DeclaredChange",
    "DeclaredDeath",
    "DeclaredPay",
    "DeclaredRefusal",
    "DeclaredStaff",
    "DeclaredYearToDate",
    "EmployerPart",
    "NotPaid",
    "Obligation",
    "PayAccount",
    "Payment",
    "PaymentPart",
    "PayrollRun",
    "Payslip",
    "PayslipItem",
    "Person",
    "ResultFile",
    "ResultRow",
    "RunException",
    "RunInput",
    "RunMove",
]
