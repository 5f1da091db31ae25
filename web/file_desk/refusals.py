"""Why nothing is asked for: a form without files, or without anything to apply."""

from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost


class NoFileTaken(UnableToPost):
    message = _("No file was taken.")
    remedy = _("Choose the files of the month again; what was wrong with each stands above.")


class NothingStaged(UnableToPost):
    message = _("Nothing waits to be applied by you.")
    remedy = _("Have the files handed in first; what was applied stays applied.")
