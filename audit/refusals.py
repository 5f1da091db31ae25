"""Why an audit cannot be done as asked."""

from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost


class UnknownReference(UnableToPost):
    """Nothing has the reference, or nothing that the officer may see: the two are told alike."""

    message = _("There is nothing of this reference that you may see.")
    remedy = _("Write it in one of the forms that manage.py trace --help lists, such as payment:2026-11/17.")
