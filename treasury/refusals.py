"""Why district and township money is refused: one class per kind of refusal, each with its facts and its remedy.

As in ``ledger.refusals``: PostgreSQL names the broken rule, this module says it in the officer's language.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from ledger.refusals import REFUSALS, PostedStays, UnableToPost, refusal_of


class UnableToFund(UnableToPost):
    """A release, a claim, a settlement or a plan refuses an act."""

    message = _("The money cannot be moved so.")


class OneOfficerTwice(UnableToFund):
    message = _("One person would act twice where two are asked for.")
    remedy = _("Have another officer take this step.")


class StateRefuses(UnableToFund):
    message = _("It is not in the state for this act.")
    remedy = _("Look at its state and take the steps in their order.")


class FundExhausted(UnableToFund):
    message = _("There is less money left than is asked for.")
    remedy = _("Fund the account first, or ask for no more than what is left.")


class RankOutOfOrder(UnableToFund):
    message = _("Spending of a higher rank waits for this money.")
    remedy = _("Release salaries first, then stability, then operations, then the rest.")


class SalariesUnpaid(UnableToFund):
    message = _("Money given back to a township pays its unpaid salaries before anything else.")
    remedy = _("Pay the unpaid salaries first.")


class InvoiceUsed(UnableToFund):
    message = _("The invoice or receipt was used before; it can be used once, ever.")
    remedy = _("Take the line out, or hand in the right paper.")


class ClaimPaid(UnableToFund):
    message = _("The claim has been paid, or is on its way.")
    remedy = _("Look at the release that pays it.")


class ClaimRefused(UnableToFund):
    message = _("The claim cannot be accepted.")
    remedy = _("Correct what the reason names and hand it in as a new claim.")


class WrongSigner(UnableToFund):
    message = _("Who signed does not hold the post of the township's head on that day.")
    remedy = _("Have the head (乡镇长, 主任) sign, or record the post first.")


class FiguresMoved(UnableToFund):
    message = _("The books have moved since this was worked out.")
    remedy = _("Withdraw it and prepare it anew.")


class SumsDiffer(UnableToFund):
    message = _("A total is not the sum of its lines.")
    remedy = _("Prepare it anew.")


class MoneyStays(UnableToFund):
    message = _("What was registered, released or settled cannot be changed.")
    remedy = _("Correct it by something new.")


class NothingThere(UnableToFund):
    message = _("There is no such thing.")
    remedy = _("Check the number, the township and the month.")


class StatementOutdated(UnableToFund):
    message = _("The books do not say what the statement of account says: the month has moved since.")
    remedy = _("Make the statement anew and confirm that one.")


class TreasuryReasonMissing(UnableToFund):
    message = _("A reason is missing.")
    remedy = _("Say why in one line.")


TREASURY_REFUSALS: dict[str, type[UnableToPost]] = {
    "applied_file_four_eyes": OneOfficerTwice,
    "applied_file_is_first_once": StateRefuses,
    "release_four_eyes": OneOfficerTwice,
    "claim_four_eyes": OneOfficerTwice,
    "settlement_four_eyes": OneOfficerTwice,
    "collection_four_eyes": OneOfficerTwice,
    "revenue_plan_four_eyes": OneOfficerTwice,
    "release_moves": StateRefuses,
    "claim_moves": StateRefuses,
    "settlement_moves": StateRefuses,
    "release_is_signed_for_its_state": StateRefuses,
    "claim_is_signed_for_its_state": StateRefuses,
    "settlement_is_signed_for_its_state": StateRefuses,
    "settlement_is_one_at_a_time": StateRefuses,
    "release_is_funded": FundExhausted,
    "release_keeps_rank": RankOutOfOrder,
    "salaries_come_first": SalariesUnpaid,
    "release_is_its_lines": SumsDiffer,
    "claim_is_its_lines": SumsDiffer,
    "settlement_adds_up": SumsDiffer,
    "invoice_is_used_once": InvoiceUsed,
    "treasury_usedinvoice_pkey": InvoiceUsed,
    "income_receipt_is_used_once": InvoiceUsed,
    "claim_is_paid_once": ClaimPaid,
    "claim_is_paid_if_accepted": ClaimRefused,
    "back_pay_is_owed": FundExhausted,
    "settlement_is_cumulative": FiguresMoved,
    "release_is_fixed": MoneyStays,
    "claim_is_fixed": MoneyStays,
    "settlement_is_fixed": MoneyStays,
    "income_line_is_fixed": MoneyStays,
    "opening_figure_is_taken_once": MoneyStays,
    "unpaid_salary_is_owed_once": MoneyStays,
    "revenue_plan_growth_has_its_reason": TreasuryReasonMissing,
    "statement_four_eyes": OneOfficerTwice,
    "statement_moves": StateRefuses,
    "statement_is_one_at_a_time": StateRefuses,
    "statement_edition_is_unique": StateRefuses,
    "statement_is_confirmed_by_both": StateRefuses,
    "statement_is_fixed": MoneyStays,
    "statement_is_of_the_books": StatementOutdated,
    "statement_is_disagreed_with_a_reason": TreasuryReasonMissing,
}
KNOWN = {**REFUSALS, **TREASURY_REFUSALS}


@contextmanager
def refusals_named() -> Iterator[None]:
    """Turn the database's refusal of an act into the exception an officer reads; put it round the transaction."""
    try:
        yield
    except DatabaseError as error:
        refusal = refusal_of(error, known=KNOWN)
        raise (MoneyStays(refusal.name, refusal.facts) if type(refusal) is PostedStays else refusal) from error
