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
