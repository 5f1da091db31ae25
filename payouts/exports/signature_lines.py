"""How a payroll document ends: what is paid out in capital characters, and who signs."""

from typing import Final

from django.utils.translation import gettext as _

from ledger.capitals import capital_amount, fen_of
from ledger.exports.pages.flows import LINE, SIGNING
from payouts.exports.rows import Totals

CLOSING: Final = SIGNING + LINE * 2  # the height of both lines


def in_words(totals: Totals) -> str:
    """Return the line that says in capital characters what is paid out."""
    return _("Net in words: {words}").format(words=capital_amount(fen=fen_of(totals.net)))


def signing_roles() -> tuple[str, ...]:
    """Return who signs a payroll document."""
    return (
        _("Prepared by:"),
        _("Reviewed by:"),
        _("Paid out by:"),
        _("Chief accountant:"),
    )
