"""What formats, papers, and the facts of an export are called."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

# The format, and after a dash its paper or encoding.
FORMAT_NAMES: Final[Mapping[str, Any]] = {
    "pdf-a5": _("PDF, a sheet on A5"),
    "pdf-a4": _("PDF, two sheets on A4"),
    "xlsx": _("xlsx, a list with its lines"),
    "gbt24589": _("GB/T 24589, the standard for accounting data"),
    "platform-utf8": _("csv of the supervision platform, UTF-8"),
    "platform-gb18030": _("csv of the supervision platform, GB 18030"),
}
BOOK_PAPER_NAMES: Final[Mapping[str, Any]] = {
    "general_ledger": _("General ledger"),
    "subsidiary_ledger": _("Subsidiary ledgers"),
    "bank_journal": _("Journals of bank accounts"),
    "trial_balance": _("Trial balance"),
    "balance_sheet": _("Balance sheet"),
    "income_statement": _("Income and expenditure"),
}
# What draws a sample: a method, or a test for what looks strange.
DRAWING_NAMES: Final[Mapping[str, Any]] = {
    "random": _("random sample"),
    "monetary": _("monetary unit sample"),
    "stratified": _("stratified sample"),
    "same_amount": _("same amount paid twice"),
    "split_payments": _("payments split under the limit"),
    "paid_again": _("paid again"),
    "shared_accounts": _("accounts of several payees"),
    "paid_officers": _("payments to officers"),
    "dead_payees": _("payees who had died"),
    "scheme_and_payroll": _("paid by scheme and payroll"),
    "round_sums": _("round sums"),
    "first_digit": _("first digits (Benford)"),
    "days_off_posted": _("posted on days off"),
    "at_night": _("recorded at night"),
    "back_dated": _("recorded long after"),
    "around_close": _("recorded round the close"),
    "many_roles": _("one person in several roles"),
    "rare_pairs": _("rare pairs of accounts"),
    "number_gaps": _("gaps of numbers"),
    "similar_invoices": _("similar invoices"),
}
POPULATION_NAMES: Final[Mapping[str, Any]] = {
    "vouchers": _("vouchers of the books"),
    "lines": _("lines of vouchers"),
    "payments": _("payments"),
    "claims": _("claims"),
    "dues": _("dues of benefits"),
}
# What was asked for, and what there is to say of what was made.
FACT_NAMES: Final[Mapping[str, Any]] = {
    "codes": _("Books"),
    "year": _("Year"),
    "months": _("Months"),
    "papers": _("Papers"),
    "since": _("From"),
    "until": _("To, included"),
    "format": _("Format"),
    "paper": _("Paper"),
    "encoding": _("Encoding"),
    "book": _("Book"),
    "wanted": _("Drawn"),
    "filters": _("Out of"),
    "manifest": _("SHA-256 of the manifest"),
    "vouchers": _("Vouchers"),
    "gaps": _("Missing numbers"),
    "rows": _("Rows"),
    "found": _("Found"),
    "seed": _("Seed"),
}


def named(facts: Mapping[str, object]) -> Mapping[str, object]:
    """Return facts under the names that people read."""
    return {str(FACT_NAMES.get(name, name)): value for name, value in facts.items()}
