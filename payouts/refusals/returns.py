"""Why returned or overpaid money is not settled so."""

from django.utils.translation import gettext_lazy as _

from payouts.refusals.paying import UnableToPay


class NothingToReissue(UnableToPay):
    message = _("There is nothing to issue again.")
    remedy = _("Correct the account of a returned payment and have the correction approved first.")


class CorrectionRefused(UnableToPay):
    message = _("The correction of the account cannot be taken.")
    remedy = _("Correct a returned payment, once, with the evidence and a second officer.")


class StillCoolingOff(UnableToPay):
    message = _("The corrected account still cools off after its approval.")
    remedy = _("Pay it on the day that the message names, or later: month reissue --on.")


class GivenUp(UnableToPay):
    message = _("The payment was given up: it is not owed any more.")
    remedy = _("What is owed after all is owed anew: declare it in a later month.")


class GivingUpRefused(UnableToPay):
    message = _("The payment cannot be given up.")
    remedy = _("Give up a payment of a run that came back and was not issued again, once, on a day after its return.")


class PlanNotKept(UnableToPay):
    message = _("More would be kept back than the plan of recovery allows.")
    remedy = _("Collect the run anew and compute it: the latest approved plan rules, and its cap is for the month.")


class PlanUnfit(UnableToPay):
    message = _("The plan of recovery cannot be taken so.")
    remedy = _("Give an amount, or a share above 0 and up to 100 percent, and a paper.")


class TakenBackUnfit(UnableToPay):
    message = _("Only a refund that was paid in is taken back, once, not before its day.")
    remedy = _("Look at what is booked: benefit_run refunds.")


class MoreThanOpen(UnableToPay):
    message = _("More would be written off than is open.")
    remedy = _("Propose what is open after recoveries and write-offs: benefit_run overpaid.")
