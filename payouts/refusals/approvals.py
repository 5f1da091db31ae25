"""Why a batch is not approved."""

from django.utils.translation import gettext_lazy as _

from payouts.refusals.paying import UnableToPay


class ApprovalVoid(UnableToPay):
    message = _("The inputs are not the ones that were approved.")
    remedy = _("Refuse the run, compute it anew and have it reviewed again.")


class BatchExceptionsOpen(UnableToPay):
    message = _("Exceptions of the batch are open.")
    remedy = _("Sign each with a reason (manage.py month sign_batch); cancel a batch that is blocked.")


class BatchNotApproved(UnableToPay):
    message = _("The batch has not the approvals that its total asks for.")
    remedy = _("Have each officer approve it in turn: manage.py month approve.")


class ControlsBlock(UnableToPay):
    message = _("A control before payment blocks this.")
    remedy = _("Put right what it names; for a limit, pay less at once or on another day.")
