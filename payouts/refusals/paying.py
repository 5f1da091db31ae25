"""Why a run, a batch or a payment refuses an act."""

from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost


class UnableToPay(UnableToPost):
    """A run, a batch or a payment refuses an act."""

    message = _("This cannot be paid so.")


class SameOfficer(UnableToPay):
    message = _("One person would act twice where two are asked for.")
    remedy = _("Have another officer take this step.")


class WrongState(UnableToPay):
    message = _("The run, batch or payment is not in the state for this act.")
    remedy = _("Look at its state: manage.py month status. Take the steps in their order.")


class NoSuchRun(UnableToPay):
    message = _("There is no such run, batch or payment.")
    remedy = _("Check the month and the number.")


class NothingDeclared(UnableToPay):
    message = _("There is nothing to compute: no roster or no pay items have been applied.")
    remedy = _("Stage and apply the files of the month first.")


class NobodyToPay(UnableToPay):
    message = _("Everybody whom the declarations pay has been paid in this month.")
    remedy = _("Apply a corrected file with people who were not paid, then compute again.")


class InputsFrozen(UnableToPay):
    message = _("The run is frozen; its inputs cannot change now.")
    remedy = _("Take the run back to collecting, or wait for its release and pay the rest in a supplementary run.")


class ExceptionsOpen(UnableToPay):
    message = _("Exceptions of the run are open.")
    remedy = _("Correct what blocks, and sign each of the others with a reason: manage.py month sign.")


class ReasonMissing(UnableToPay):
    message = _("A reason is missing.")
    remedy = _("Say why in one line.")


class PaidOnce(UnableToPay):
    message = _("The obligation has been paid, or a payment of it is on its way.")
    remedy = _("Wait for the record of the bank; only what was returned or rejected is paid again.")


class TooFewRows(UnableToPay):
    message = _("The bank takes no list with so few rows.")
    remedy = _("Wait for the next batch, or choose the single-payment format: --single.")


class TotalsDiffer(UnableToPay):
    message = _("Declared, built and rendered totals of the batch differ.")
    remedy = _("Cancel the batch and build it anew.")


class ResultsStay(UnableToPay):
    message = _("What was computed, owed or sent cannot be changed.")
    remedy = _("Correct it by something new: a supplementary run, a correction, a reissue.")
