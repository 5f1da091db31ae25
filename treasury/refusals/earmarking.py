"""Why earmarked money, procurement, prizes and fines are refused."""

from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost
from treasury.refusals.money import FundExhausted, UnableToFund


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


class FineNotCovered(FundExhausted):
    message = _("The district holds nothing for the township that the fine could be set off against.")
    remedy = _("Wait until the township is due money; the fine stays until then.")


EARMARKING_REFUSALS: dict[str, type[UnableToPost]] = {
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
    "money_is_received_first": NotReceivedYet,
    "passed_on_once": PassedOnAlready,
    "earmarked_receipt_is_posted_after_it_came": NotReceivedYet,
    "prize_is_paid_once": PrizePaidTwice,
    "wage_grade_is_given_once_a_year": PrizePaidTwice,
    "wage_grade_is_one_of_a_post": PrizePaidTwice,
    "fine_is_imposed_once": FineSetOffTwice,
    "fine_place_is_one_townships": FineSetOffTwice,
    "fine_is_set_off_once": FineSetOffTwice,
    "fine_is_covered": FineNotCovered,
    "passed_on_part_is_one": ItemUnfit,
}
