"""Why a file for the bank, or of the bank, is refused."""

from django.utils.translation import gettext_lazy as _

from payouts.refusals.paying import UnableToPay


class BankRecordMissing(UnableToPay):
    message = _("No record of the bank of equal amount proves this.")
    remedy = _("Take the result file of the bank: manage.py month results.")


class ChannelUnfit(UnableToPay):
    message = _("No channel to the bank takes this.")
    remedy = _("Describe the channel in the folder TONGFA_CHANNELS, or clear the folder of the bank of the other file.")


class ChannelUnreachable(UnableToPay):
    message = _("The folder of the bank cannot be written; this file was not handed over.")
    remedy = _("Make the folder writable, then start the job again: manage.py job restart.")


class OutcomeUnknown(UnableToPay):
    message = _("Nobody can prove whether the bank has a file of the batch; it is not sent again.")
    remedy = _("Ask the bank. Then take its record, or have two officers decide on its paper: manage.py bank.")


class FateRefused(UnableToPay):
    message = _("Nothing can be decided about this file so.")
    remedy = _("Look at the files that wait for a decision: manage.py bank list.")


class ResultRefused(UnableToPay):
    message = _("The result file does not fit what was sent; nothing of it was applied.")
    remedy = _("Ask the bank for the whole, unchanged file.")


class StillUnanswered(UnableToPay):
    message = _("Payments of the month have no answer of the bank yet.")
    remedy = _("Take the result files first: manage.py month results.")
