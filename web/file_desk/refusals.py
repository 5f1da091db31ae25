"""Why nothing is asked for: a form without files, or without anything to apply."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost
from web.security.upload_refusals import UploadRefused


class NoFileTaken(UnableToPost):
    message = _("No file was taken.")
    remedy = _("Choose the files of the month again; what was wrong with each stands above.")


class NothingStaged(UnableToPost):
    message = _("Nothing waits to be applied by you.")
    remedy = _("Have the files handed in first; what was applied stays applied.")


def told_by_name(refusal: UploadRefused) -> str:
    """Return why a file is not taken, its name first."""
    return gettext("{file}: {message} {remedy}").format(
        file=refusal.facts["file"], message=refusal.message, remedy=refusal.remedy
    )
