"""Why district and township money is refused: one class per kind of refusal, each with its facts and its remedy.

As in ``ledger.refusals``: PostgreSQL names the broken rule, this module says it in the officer's language.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from ledger.refusals import REFUSALS, PostedStays, TextNotPlain, UnableToPost, refusal_of


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


class ItemMoneyStays(UnableToFund):
    message = _("Money stays in its earmarked item; it never goes from one item to another.")
    remedy = _("Allocate from what no item was named for, or name the item that the money lies in.")


class ItemUnfit(UnableToFund):
    message = _("The earmarked item cannot be used so.")
    remedy = _("Choose an item that is in effect; end one only when it is empty.")


class ItemExhausted(FundExhausted):
    message = _("The earmarked item holds less than is asked for.")
    remedy = _("Ask for no more than what is left of the item, or allocate money to it first.")


class PayeeIsTownship(UnableToFund):
    message = _("The payee is the township, one of its units, or holds an account of theirs.")
    remedy = _("Name the one who supplies, builds or is entitled, with an account of its own.")


class SupplierUnfit(UnableToFund):
    message = _("The supplier cannot be awarded this.")
    remedy = _("Check the name, the credit code and the account against the contract.")


class AwardExceeded(UnableToFund):
    message = _("More would be awarded, accepted or paid than was agreed before.")
    remedy = _("Keep to what is left of the plan, of the award and of what was delivered.")


class DeliveryNotAccepted(UnableToFund):
    message = _("The delivery has not been accepted.")
    remedy = _("Have another officer accept the delivery with its paper, then ask to pay.")


class OrderMissing(UnableToFund):
    message = _("Nothing that was signed stands behind this release.")
    remedy = _("Draft a plan and have it signed, or ask for an instalment of an awarded procurement.")


class PassedOnAlready(UnableToFund):
    message = _("This money has been handed on.")
    remedy = _("Look at the day on which it was handed on.")


class NotReceivedYet(UnableToFund):
    message = _("The money has not been received.")
    remedy = _("Have the receipt approved and posted first.")


class PrizePaidTwice(UnableToFund):
    message = _("A prize is paid once; wages rise by one grade a year at most.")
    remedy = _("Look at the prizes of the township and the year.")


class FineSetOffTwice(UnableToFund):
    message = _("A fine is imposed once and set off once.")
    remedy = _("Look at what was set off of it; set off no more than what is left.")


class TreasuryPaperMissing(UnableToFund):
    message = _("A paper, a purpose or an account is missing.")
    remedy = _("Name the paper that orders it, what it is for, and the account it goes to.")


class AmountUnfit(UnableToFund):
    message = _("An amount is not above zero or has more than two decimals.")
    remedy = _("Give the amount in yuan with at most two decimals.")


class FineNotCovered(FundExhausted):
    message = _("The district holds nothing for the township that the fine could be set off against.")
    remedy = _("Wait until the township is due money; the fine stays until then.")


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
    "item_number_is_unique": ItemUnfit,
    "item_name_is_unique": ItemUnfit,
    "item_has_its_account": ItemUnfit,
    "item_is_empty_at_its_end": ItemUnfit,
    "item_ends_after_it_begins": ItemUnfit,
    "item_is_in_effect": ItemUnfit,
    "item_is_of_known_kind": ItemUnfit,
    "plan_names_its_item": ItemUnfit,
    "procurement_names_its_money": ItemUnfit,
    "special_account_is_reached": ItemUnfit,
    "item_money_stays": ItemMoneyStays,
    "allocation_is_funded": ItemExhausted,
    "special_plan_is_funded": ItemExhausted,
    "payee_is_not_the_township": PayeeIsTownship,
    "supplier_is_not_the_township": PayeeIsTownship,
    "supplier_is_the_payee": OrderMissing,
    "special_spending_has_its_plan": OrderMissing,
    "instalment_is_its_release": OrderMissing,
    "supplier_code_is_sound": SupplierUnfit,
    "award_keeps_to_plan": AwardExceeded,
    "acceptance_keeps_to_award": AwardExceeded,
    "instalments_keep_to_award": AwardExceeded,
    "delivery_is_accepted_first": DeliveryNotAccepted,
    "delivery_follows_its_award": StateRefuses,
    "receipt_is_its_parts": SumsDiffer,
    "receipt_takes_no_part": StateRefuses,
    "money_is_received_first": NotReceivedYet,
    "passed_on_once": PassedOnAlready,
    "earmarked_receipt_is_posted_after_it_came": NotReceivedYet,
    "receipt_paper_is_used_once": InvoiceUsed,
    "prize_is_paid_once": PrizePaidTwice,
    "wage_grade_is_given_once_a_year": PrizePaidTwice,
    "wage_grade_is_one_of_a_post": PrizePaidTwice,
    "fine_is_imposed_once": FineSetOffTwice,
    "fine_place_is_one_townships": FineSetOffTwice,
    "fine_is_set_off_once": FineSetOffTwice,
    "fine_is_covered": FineNotCovered,
    "special_plan_is_complete": TreasuryPaperMissing,
    "procurement_has_its_subject": TreasuryPaperMissing,
    "prize_has_its_place": TreasuryPaperMissing,
    "fine_names_its_matter": TreasuryPaperMissing,
    "earmarked_receipt_is_due_after_it_came": TreasuryPaperMissing,
    "passed_on_part_is_one": ItemUnfit,
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
