"""Why budgets, spending plans and reservations are refused."""

from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost
from treasury.refusals.money import UnableToFund


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


BUDGETS_REFUSALS: dict[str, type[UnableToPost]] = {
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
}
