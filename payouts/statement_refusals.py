"""Why a statement of the bank, an explanation or a reconciliation is refused, as in ``payouts.refusals``."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost
from payouts import refusals
from payouts.refusals import KNOWN, ReasonMissing, ResultsStay, SameOfficer, UnableToPay, WrongState


class AccountNotOwn(UnableToPay):
    message = _("The account is none of the house's own accounts then.")
    remedy = _("Record it and have another officer confirm it: manage.py statement account.")


class OwnAccountRefused(UnableToPay):
    message = _("The own account cannot be recorded or ended so.")
    remedy = _("Name cash leaves of one book that lie on no other account, and a day before which both sides agree.")


class StatementRefused(UnableToPay):
    message = _("The statement of the bank does not prove itself; nothing of it was taken.")
    remedy = _("Ask the bank for the whole, unchanged statement.")


class StatementMissing(UnableToPay):
    message = _("A statement is missing before this one; nothing of it was taken.")
    remedy = _("Take the missing statement first, then this one again.")


class ExplanationRefused(UnableToPay):
    message = _("The entries and the cash lines are not the same money, or are explained already.")
    remedy = _("Look at what is left: manage.py statement list. Choose entries and lines whose sums are equal.")


class EntryUnexplained(UnableToPay):
    message = _("Entries of the bank are neither explained nor listed with a signed reason.")
    remedy = _("Explain them, or list them and have the reason signed: manage.py statement explain, entry, sign.")


class ReconciliationOutdated(UnableToPay):
    message = _("Books and statements do not say what the reconciliation says.")
    remedy = _("Make it anew: manage.py statement reconcile.")


class NotReconciled(UnableToPay):
    message = _("An own account of the month is not reconciled.")
    remedy = _("Have its reconciliation statement reviewed, or give a reason and have it signed: manage.py statement.")


class NoSuchEntry(UnableToPay):
    message = _("There is no such own account, statement, entry or explanation.")
    remedy = _("Look at what there is: manage.py statement list.")


STATEMENT_REFUSALS: dict[str, type[UnableToPost]] = {
    "bank_statement_is_of_an_own_account": AccountNotOwn,
    "own_account_is_recorded_once": OwnAccountRefused,
    "own_account_has_a_leaf": OwnAccountRefused,
    "own_account_has_its_paper": ReasonMissing,
    "own_account_text_is_plain": OwnAccountRefused,
    "own_account_opening_is_exact": OwnAccountRefused,
    "own_account_begins_in_agreement": OwnAccountRefused,
    "own_account_ends_after_it_begins": OwnAccountRefused,
    "own_account_ends_after_its_entries": OwnAccountRefused,
    "own_leaf_is_cash": OwnAccountRefused,
    "own_leaf_is_on_one_account": OwnAccountRefused,
    "own_leaf_is_named_once": OwnAccountRefused,
    "own_account_four_eyes": SameOfficer,
    "own_account_moves": WrongState,
    "own_account_is_fixed": ResultsStay,
    "bank_statement_follows_the_last": StatementMissing,
    "bank_statement_adds_up": StatementRefused,
    "bank_statement_has_its_entries": StatementRefused,
    "bank_file_is_debited_once": StatementRefused,
    "entry_origin_fits": StatementRefused,
    "statement_detail_fits": StatementRefused,
    "explanation_agrees": ExplanationRefused,
    "entry_is_explained_once": ExplanationRefused,
    "line_is_matched_once": ExplanationRefused,
    "explanation_text_is_plain": ExplanationRefused,
    "undone_text_is_plain": ExplanationRefused,
    "listing_text_is_plain": ExplanationRefused,
    "close_reason_text_is_plain": ExplanationRefused,
    "explanation_has_its_reason": ReasonMissing,
    "explanation_is_undone_with_a_reason": ReasonMissing,
    "entry_is_listed_with_a_reason": ReasonMissing,
    "close_reason_says_something": ReasonMissing,
    "entry_is_listed_once": WrongState,
    "listing_moves": WrongState,
    "close_reason_moves": WrongState,
    "close_reason_is_given_once": WrongState,
    "reconciliation_moves": WrongState,
    "listing_four_eyes": SameOfficer,
    "close_reason_four_eyes": SameOfficer,
    "reconciliation_four_eyes": SameOfficer,
    "listing_is_fixed": ResultsStay,
    "close_reason_is_fixed": ResultsStay,
    "reconciliation_is_fixed": ResultsStay,
    "reconciliation_adds_up": ReconciliationOutdated,
    "reconciliation_is_of_the_books": ReconciliationOutdated,
    "reconciliation_explains_every_entry": EntryUnexplained,
}
refusals_named = partial(refusals.refusals_named, known={**KNOWN, **STATEMENT_REFUSALS})
