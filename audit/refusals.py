"""Why a sample is not taken: what was asked for does not fit together."""

from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost


class SampleUnfit(UnableToPost):
    message = _("No sample can be taken like this.")
    remedy = _("Correct what the message names; manage.py sample --list tells populations, methods and parameters.")


class SampleTooLarge(UnableToPost):
    message = _("The sample would hold more items than anybody looks at.")
    remedy = _("Ask for a smaller size or a larger interval.")


class PopulationEmpty(UnableToPost):
    message = _("There is nothing to draw from.")
    remedy = _("Choose other days, books or filters.")
