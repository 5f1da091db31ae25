"""Why district and township money is refused: one class per kind of refusal, each with its facts and its remedy.

As in ``ledger.refusals``: PostgreSQL names the broken rule, this module says it in the officer's language.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from ledger.refusals import REFUSALS, AmountNotExact, PostedStays, UnableToPost, refusal_of


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


class TreasuryReasonMissing(UnableToFund):
    message = _("A reason is missing.")
    remedy = _("Say why in one line.")


class BudgetExhausted(UnableToFund):
    message = _("The line of the budget has less left than is asked for, by its plan or by its appropriation.")
    remedy = _("Ask for no more than what is left, have a further spending plan approved, or amend the budget.")


class BudgetLineMissing(UnableToFund):
    message = _("The approved budget has no line for this spending.")
    remedy = _("Correct the functional and economic class of the spending, or amend the budget.")


class BudgetBypassed(UnableToFund):
    message = _("The spending is not taken from its budget.")
    remedy = _("Release it and pay it out by the steps of this system.")


class BudgetUnfit(UnableToFund):
    message = _("The budget does not keep the order of spending or the indicators of the district.")
    remedy = _("Cover salaries first, then stability, then operations, within what the principles allow.")


class BudgetAmbiguous(UnableToFund):
    message = _("Two lines of the budget cover the same spending, and neither is the narrower one.")
    remedy = _("Make one line the narrower in both classes, or join the two.")


class WrongChain(UnableToFund):
    message = _("This budget takes another way of approval.")
    remedy = _("The bureau approves a sub-district's for the government; it reviews a town's, whose congress approves.")


class PrinciplesMissing(UnableToFund):
    message = _("The district has given no principles for the budgets of this year.")
    remedy = _("Have the bureau issue the principles and indicators of the year first.")


class BudgetPaperMissing(UnableToFund):
    message = _("The approval names no government paper or resolution, or one of a later date.")
    remedy = _("Give the number and the date of the paper.")


class BudgetBelowUse(UnableToFund):
    message = _("A line or month would go below what is planned, reserved or spent of it.")
    remedy = _("Leave it what it has used; take what is planned but not used out of the spending plan first.")


class BudgetSourceConflict(UnableToFund):
    message = _("This source has used the budget with other content, or would give back more than it took.")
    remedy = _("Use a source of its own, and give back what was taken.")


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
    "budget_is_not_overspent": BudgetExhausted,
    "plan_is_within_appropriation": BudgetExhausted,
    "budget_has_the_line": BudgetLineMissing,
    "budget_line_covers_it": BudgetLineMissing,
    "release_is_in_its_budget": BudgetBypassed,
    "budget_pays_salaries_first": BudgetUnfit,
    "budget_is_balanced": BudgetUnfit,
    "budget_keeps_rank": BudgetUnfit,
    "budget_is_within_its_ceiling": BudgetUnfit,
    "budget_growth_is_limited": BudgetUnfit,
    "budget_share_is_kept": BudgetUnfit,
    "budget_lines_are_distinct": BudgetAmbiguous,
    "budget_follows_its_chain": WrongChain,
    "principles_are_given_first": PrinciplesMissing,
    "budget_has_its_paper": BudgetPaperMissing,
    "budget_covers_what_is_used": BudgetBelowUse,
    "plan_covers_what_is_used": BudgetBelowUse,
    "budget_source_counts_once": BudgetSourceConflict,
    "budget_gives_back_what_it_took": BudgetSourceConflict,
    "budget_use_has_its_sign": BudgetSourceConflict,
    "budget_four_eyes": OneOfficerTwice,
    "plan_four_eyes": OneOfficerTwice,
    "budget_moves": StateRefuses,
    "plan_moves": StateRefuses,
    "budget_is_one_at_a_time": StateRefuses,
    "budget_edition_is_unique": StateRefuses,
    "plan_number_is_unique": StateRefuses,
    "principles_edition_is_unique": StateRefuses,
    "budget_amends_what_is_approved": StateRefuses,
    "budget_is_signed_for_its_state": StateRefuses,
    "plan_is_signed_for_its_state": StateRefuses,
    "budget_is_fixed": MoneyStays,
    "plan_is_fixed": MoneyStays,
    "budget_has_lines": NothingThere,
    "plan_has_lines": NothingThere,
    "amendment_has_its_reason": TreasuryReasonMissing,
    "budget_line_is_exact": AmountNotExact,
    "budget_line_is_positive": AmountNotExact,
    "budget_resources_are_exact": AmountNotExact,
    "indicator_is_exact": AmountNotExact,
    "plan_line_is_exact": AmountNotExact,
    "plan_line_is_of_a_month": AmountNotExact,
    "budget_use_reserved_is_exact": AmountNotExact,
    "budget_use_spent_is_exact": AmountNotExact,
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
