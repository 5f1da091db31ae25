"""Why money is not moved: releases, claims, income, plans, settlements, and what every subject shares."""

from django.utils.translation import gettext_lazy as _

from ledger.refusals import AmountNotExact, TextNotPlain, UnableToPost


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


class RequestedBefore(UnableToFund):
    message = _("A release for this was requested before.")
    remedy = _("Look at the release that stands; cancel it before another is requested.")


class ClaimRefused(UnableToFund):
    message = _("The claim cannot be accepted.")
    remedy = _("Correct what the reason names and hand it in as a new claim.")


class ClaimOutOfTime(ClaimRefused):
    message = _("The claim is of a month that the books do not have, or its day lies far from its month.")
    remedy = _("Correct the month or the day of the claim.")


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


class TreasuryPaperMissing(UnableToFund):
    message = _("A paper, a purpose or an account is missing.")
    remedy = _("Name the paper that orders it, what it is for, and the account it goes to.")


class AmountUnfit(UnableToFund):
    message = _("An amount is not above zero or has more than two decimals.")
    remedy = _("Give the amount in yuan with at most two decimals.")


class StatementOutdated(UnableToFund):
    message = _("The books do not say what the statement of account says: the month has moved since.")
    remedy = _("Make the statement anew and confirm that one.")


MONEY_REFUSALS: dict[str, type[UnableToPost]] = {
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
    "claim_number_is_unique": ClaimRefused,
    "release_source_is_unique": RequestedBefore,
    "settlement_number_is_unique": StateRefuses,
    "collection_number_is_unique": StateRefuses,
    "claim_is_paid_if_accepted": ClaimRefused,
    "back_pay_is_owed": FundExhausted,
    "settlement_is_cumulative": FiguresMoved,
    "release_is_on_its_way": StateRefuses,
    "release_is_posted_with_its_batch": StateRefuses,
    "release_is_fixed": MoneyStays,
    "claim_is_fixed": MoneyStays,
    "settlement_is_fixed": MoneyStays,
    "income_line_is_fixed": MoneyStays,
    "revenue_plan_is_fixed": MoneyStays,
    "opening_figure_is_taken_once": MoneyStays,
    "unpaid_salary_is_owed_once": MoneyStays,
    "revenue_plan_growth_has_its_reason": TreasuryReasonMissing,
    "secondment_four_eyes": OneOfficerTwice,
    "consultation_precedes_decision": StateRefuses,
    "treasury_consultation_secondment_id_key": StateRefuses,
    "consultation_has_its_paper": TreasuryReasonMissing,
    "secondment_moves": StateRefuses,
    "secondment_is_signed_for_its_state": TreasuryReasonMissing,
    "secondment_is_fixed": MoneyStays,
    "secondment_is_of_known_kind": NothingThere,
    "secondment_end_has_its_reason": TreasuryReasonMissing,
    "treasury_secondmentend_secondment_id_key": StateRefuses,
    "establishment_four_eyes": OneOfficerTwice,
    "establishment_has_its_paper": TreasuryReasonMissing,
    "establishment_is_fixed": MoneyStays,
    "receipt_book_four_eyes": OneOfficerTwice,
    "receipt_book_moves": StateRefuses,
    "receipt_book_is_signed_for_its_state": StateRefuses,
    "receipt_book_is_fixed": MoneyStays,
    "receipt_book_is_open": StateRefuses,
    "receipt_is_of_standing_income": StateRefuses,
    "receipt_mark_is_of_known_kind": TreasuryReasonMissing,
    "receipt_mark_is_fixed": MoneyStays,
    "order_moves": StateRefuses,
    "special_plan_moves": StateRefuses,
    "procurement_moves": StateRefuses,
    "itemallocation_is_signed_for_its_state": StateRefuses,
    "earmarkedreceipt_is_signed_for_its_state": StateRefuses,
    "prize_is_signed_for_its_state": StateRefuses,
    "special_plan_is_signed_for_its_state": StateRefuses,
    "procurement_is_signed_for_its_state": StateRefuses,
    "itemallocation_four_eyes": OneOfficerTwice,
    "earmarkedreceipt_four_eyes": OneOfficerTwice,
    "prize_four_eyes": OneOfficerTwice,
    "special_plan_four_eyes": OneOfficerTwice,
    "procurement_four_eyes": OneOfficerTwice,
    "acceptance_four_eyes": OneOfficerTwice,
    "passed_on_four_eyes": OneOfficerTwice,
    "fine_four_eyes": OneOfficerTwice,
    "order_is_fixed": MoneyStays,
    "item_is_fixed": MoneyStays,
    "special_plan_is_fixed": MoneyStays,
    "procurement_is_fixed": MoneyStays,
    "award_is_fixed": MoneyStays,
    "passed_on_is_fixed": MoneyStays,
    "delivery_follows_its_award": StateRefuses,
    "receipt_is_its_parts": SumsDiffer,
    "receipt_takes_no_part": StateRefuses,
    "receipt_paper_is_used_once": InvoiceUsed,
    "special_plan_is_complete": TreasuryPaperMissing,
    "procurement_has_its_subject": TreasuryPaperMissing,
    "prize_has_its_place": TreasuryPaperMissing,
    "fine_names_its_matter": TreasuryPaperMissing,
    "earmarked_receipt_is_due_after_it_came": TreasuryPaperMissing,
    "itemallocation_has_its_paper": TreasuryPaperMissing,
    "earmarkedreceipt_has_its_paper": TreasuryPaperMissing,
    "prize_has_its_paper": TreasuryPaperMissing,
    "acceptance_has_its_paper": TreasuryPaperMissing,
    "itemallocation_is_positive": AmountUnfit,
    "itemallocation_amount_is_exact": AmountUnfit,
    "earmarkedreceipt_is_positive": AmountUnfit,
    "earmarkedreceipt_amount_is_exact": AmountUnfit,
    "prize_is_positive": AmountUnfit,
    "prize_amount_is_exact": AmountUnfit,
    "special_plan_is_positive": AmountUnfit,
    "special_plan_amount_is_exact": AmountUnfit,
    "procurement_is_positive": AmountUnfit,
    "procurement_plan_is_exact": AmountUnfit,
    "procurement_award_is_exact": AmountUnfit,
    "acceptance_is_positive": AmountUnfit,
    "acceptance_amount_is_exact": AmountUnfit,
    "instalment_is_positive": AmountUnfit,
    "instalment_amount_is_exact": AmountUnfit,
    "passed_on_is_positive": AmountUnfit,
    "passed_on_amount_is_exact": AmountUnfit,
    "fine_is_complete": AmountUnfit,
    "fine_amount_is_exact": AmountUnfit,
    "special_plan_text_is_plain": TextNotPlain,
    "procurement_text_is_plain": TextNotPlain,
    "acceptance_text_is_plain": TextNotPlain,
    "earmarkedreceipt_paper_is_plain": TextNotPlain,
    "earmarked_receipt_text_is_plain": TextNotPlain,
    "itemallocation_paper_is_plain": TextNotPlain,
    "prize_paper_is_plain": TextNotPlain,
    "prize_text_is_plain": TextNotPlain,
    "fine_text_is_plain": TextNotPlain,
    "item_text_is_plain": TextNotPlain,
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
    "statement_four_eyes": OneOfficerTwice,
    "statement_moves": StateRefuses,
    "statement_is_one_at_a_time": StateRefuses,
    "statement_edition_is_unique": StateRefuses,
    "statement_is_confirmed_by_both": StateRefuses,
    "statement_is_fixed": MoneyStays,
    "statement_is_of_the_books": StatementOutdated,
    "statement_is_disagreed_with_a_reason": TreasuryReasonMissing,
}
