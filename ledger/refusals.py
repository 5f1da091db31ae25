"""Why the books say no: one class per kind of refusal, each with its facts and its remedy.

PostgreSQL keeps the rules and names the broken one; ``refusal_of`` turns that name into the
exception an officer reads. The database speaks English to an SQL tool, this module speaks the
officer's language. A fact that is itself a number of a person never appears here.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.db import DatabaseError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class UnableToPost(Exception):
    """The books refused; ``name`` is the rule, ``facts`` what was found, ``remedy`` what to do."""

    message: ClassVar[Any] = _("The books refuse this.")
    remedy: ClassVar[Any] = _("See the name of the rule in docs/architecture.md.")

    def __init__(self, name: str, facts: Mapping[str, Any] | None = None) -> None:
        super().__init__(name)
        self.name = name
        self.facts = dict(facts or {})

    def __str__(self) -> str:
        told = ", ".join(f"{key}={value}" for key, value in self.facts.items() if value not in (None, ""))
        return f"{self.message} [{self.name}] {told} {self.remedy}".replace("  ", " ")


class OfficerMayNot(UnableToPost):
    message = _("The officer does not hold the post for this act.")
    remedy = _("Have an officer with the post do it, or have the post given.")


class PostsTogether(OfficerMayNot):
    message = _(
        "The officer holds two posts that exclude each other, and by none of the posts an act as long as that lasts."
    )
    remedy = _("Have one of the two posts taken away.")


class VoucherNotBalanced(UnableToPost):
    message = _("Debits and credits of the voucher do not agree.")
    remedy = _("Give it at least two lines and correct the amounts until both sides agree to the fen.")


class AmountNotExact(UnableToPost):
    message = _("An amount is zero or has more than two decimals.")
    remedy = _("Give the amount in yuan with at most two decimals and not zero.")


class PostedStays(UnableToPost):
    message = _("What is posted cannot be changed or removed.")
    remedy = _("Reverse it in red or post a supplement.")


class PeriodClosed(UnableToPost):
    message = _("The period does not take this voucher.")
    remedy = _("Post into an open period, or have two officers reopen this one.")


class PeriodCannotMove(UnableToPost):
    message = _("The period cannot be opened, closed or reopened now.")
    remedy = _("Close earlier months and the townships first; reopen later months and the district first.")


class DateOutsideBook(UnableToPost):
    message = _("The book has no period for this date, or the date does not fit the kind of voucher.")
    remedy = _("Open the year of the book, or correct the book or the date.")


class FlowBroken(UnableToPost):
    message = _("The bank account does not allow this flow.")
    remedy = _("Receipts go through the receipt-only account and are swept; payments leave the disbursement-only one.")


class SourceConflict(UnableToPost):
    message = _("This source has been posted with other content.")
    remedy = _("Correct the posted voucher by a reversal or a supplement under a source of its own.")


class FourEyesMissing(UnableToPost):
    message = _("The signatures do not separate the duties.")
    remedy = _("Preparer and reviewer are two; people review; a cashier signs cash and signs nothing else.")


class ReversalRefused(UnableToPost):
    message = _("The correction does not fit the voucher it names.")
    remedy = _("Reverse a voucher once, whole, not before its date and never a reversal; or post a supplement.")


class RedLineUnexplained(UnableToPost):
    message = _("A negative line names neither the voucher it corrects nor the paper that orders it.")
    remedy = _("Fill in the corrected voucher or the paper.")


class AccountUnusable(UnableToPost):
    message = _("The account cannot be posted to.")
    remedy = _("Choose a leaf account of the book that is open on the date and admits the fund.")


class KeptByOthers(UnableToPost):
    message = _("This is not entered by hand: the acts that keep its figures post it.")
    remedy = _(
        "Take the act that it belongs to (collection, release, run, settlement, benefit), or choose another account."
    )


class DimensionUnknown(UnableToPost):
    message = _("A dimension of a line is not in its list.")
    remedy = _("Add the code to its list, or correct the line.")


class MirrorBroken(UnableToPost):
    message = _("The current accounts of the two books would no longer agree.")
    remedy = _("Post the vouchers of both books in one event, on one date.")


class CashShort(UnableToPost):
    message = _("A bank account that may not be overdrawn would go below zero.")
    remedy = _("Fund the account first, or pay less.")


class TextNotPlain(UnableToPost):
    message = _("A text of the voucher is missing or holds control characters such as tabs or line breaks.")
    remedy = _("Write the text in one plain line.")


class IsolationTooStrict(UnableToPost):
    message = _("The books are written under READ COMMITTED only, because they are locked and then read afresh.")
    remedy = _("Use the default isolation of the connection to post, close or sign.")


class TextTooLong(UnableToPost):
    message = _("A text is longer, or a number larger, than its column takes.")
    remedy = _("Shorten the summary or source to 200 characters and the reference to 100; attachments go up to 32,767.")


# The codes of PostgreSQL for a value that does not fit: string_data_right_truncation,
# numeric_value_out_of_range.
TOO_LONG = ("22001", "22003")

REFUSALS: dict[str, type[UnableToPost]] = {
    "voucher_is_balanced": VoucherNotBalanced,
    "line_amount_is_exact": AmountNotExact,
    "line_has_one_side": AmountNotExact,
    "period_is_open": PeriodClosed,
    "period_moves": PeriodCannotMove,
    "period_reopened_by_two": FourEyesMissing,
    "period_closes_in_order": PeriodCannotMove,
    "district_closes_last": PeriodCannotMove,
    "period_is_its_month": PeriodCannotMove,
    "year_is_carried": PeriodCannotMove,
    "year_is_carried_once": PeriodCannotMove,
    "year_is_closed": PeriodCannotMove,
    "income_is_transferred": PeriodCannotMove,
    "voucher_date_in_period": DateOutsideBook,
    "opening_precedes_business": DateOutsideBook,
    "account_flow_kept": FlowBroken,
    "voucher_source_is_unique": SourceConflict,
    "voucher_four_eyes": FourEyesMissing,
    "draft_four_eyes": FourEyesMissing,
    "draft_moves": FourEyesMissing,
    "draft_posts_its_voucher": FourEyesMissing,
    "draft_is_kept_under_review": FourEyesMissing,
    "voucher_signed_once_per_role": FourEyesMissing,
    "voucher_reversed_once": ReversalRefused,
    "voucher_reversal_is_exact": ReversalRefused,
    "voucher_reversal_names_its_voucher": ReversalRefused,
    "voucher_corrects_its_book": ReversalRefused,
    "voucher_supplement_names_its_reason": RedLineUnexplained,
    "event_is_reversed_whole": ReversalRefused,
    "red_line_names_its_reason": RedLineUnexplained,
    "line_account_usable": AccountUnusable,
    "account_parent_is_unused": AccountUnusable,
    "account_is_as_its_parent": AccountUnusable,
    "account_ends_after_its_lines": AccountUnusable,
    "account_mirrors_its_book": AccountUnusable,
    "account_is_of_known_kind": AccountUnusable,
    "signature_role_is_known": FourEyesMissing,
    "officer_name_is_plain": TextNotPlain,
    "isolation_is_read_committed": IsolationTooStrict,
    "line_dimension_exists": DimensionUnknown,
    "books_mirror": MirrorBroken,
    "cash_not_negative": CashShort,
    "voucher_text_is_plain": TextNotPlain,
    "line_text_is_plain": TextNotPlain,
    "voucher_header_is_complete": TextNotPlain,
}


def database_words(error: DatabaseError) -> str:
    """Return what the database did not take by the names of its rules alone."""
    diagnosis = getattr(error.__cause__, "diag", None)
    names = [getattr(diagnosis, name, None) for name in ("sqlstate", "table_name", "column_name", "constraint_name")]
    return gettext("The database did not take this ({names}). Nothing was changed; report it with the time.").format(
        names=", ".join(name for name in names if name) or type(error).__name__
    )


def refusal_of(error: DatabaseError, *, known: Mapping[str, type[UnableToPost]] = REFUSALS) -> UnableToPost:
    """Return the refusal behind a database error, or raise the error if it is none of the ``known``."""
    diagnosis = getattr(error.__cause__, "diag", None)
    if getattr(error.__cause__, "pgcode", "") in TOO_LONG:
        return TextTooLong("text_fits_its_column")
    name = getattr(diagnosis, "constraint_name", None)
    if name is None:
        raise error
    refusal = PostedStays if name.endswith("_is_append_only") else known.get(name)
    if refusal is None:
        raise error
    return refusal(name, facts_in(getattr(diagnosis, "message_detail", None)))


def facts_in(detail: str | None) -> dict[str, Any]:
    """Return the facts of our own refusals; a detail written by PostgreSQL quotes whole rows and is dropped."""
    if not detail or not detail.startswith("{"):
        return {}
    return dict(json.loads(detail, parse_float=Decimal))
