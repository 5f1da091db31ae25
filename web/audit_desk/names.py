"""What formats and papers are called."""

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
