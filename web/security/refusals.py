"""Why a sign-in, a password, a second factor or a confirmation is refused, and what to do."""

from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost


class SignInRefused(UnableToPost):
    message = _("Name or password is wrong. Both are case-sensitive.")
    remedy = _("Try again; after five failures the sign-in waits 15 minutes.")


class SignInWaits(UnableToPost):
    message = _("Too many attempts to sign in.")
    remedy = _("Wait 15 minutes, then try again; ask an administrator if you have forgotten the password.")


class CodeRefused(UnableToPost):
    message = _("The code is wrong, has been used, or came too soon after a wrong one.")
    remedy = _("Wait for the next code of your device, or use a backup code.")


class FactorInUse(UnableToPost):
    message = _("The officer has a second factor already.")
    remedy = _("Have an administrator ask for its reset, and another officer confirm it.")


class ResetNeedsTwo(UnableToPost):
    message = _("A second factor is reset by two officers, and by neither for himself.")
    remedy = _("Have another officer who gives or confirms posts do it.")


class ResetNotOpen(UnableToPost):
    message = _("There is no such request, or it has been confirmed or is older than a day.")
    remedy = _("Have an administrator ask for the reset anew.")


class ReasonMissing(UnableToPost):
    message = _("The reason is missing.")
    remedy = _("Write why the second factor is taken away.")


class OfficerUnknown(UnableToPost):
    message = _("There is no such officer.")
    remedy = _("Check the user name.")
