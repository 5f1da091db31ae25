"""What the posts of the bureau are called, in the words of the trade."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

POST_NAMES: Final[Mapping[str, Any]] = {
    "clerk": _("Clerk of the payroll office"),
    "preparer": _("Preparer"),
    "reviewer": _("Reviewer"),
    "releaser": _("Releasing officer"),
    "cashier": _("Cashier"),
    "benefits_clerk": _("Receiver of applications"),
    "village_clerk": _("Village clerk"),
    "township_benefits": _("First examiner in the township"),
    "district_benefits": _("Examiner of the district"),
    "benefits_officer": _("Certifier of benefits"),
    "benefits_funder": _("Keeper of benefit funds"),
    "receipt_keeper": _("Keeper of fiscal receipts"),
    "chief_accountant": _("Chief accountant"),
    "township_head": _("Head of a township"),
    "auditor": _("Auditor"),
    "administrator": _("Administrator of posts"),
    "bureau_head": _("Head of the bureau"),
    "archivist": _("Archivist"),
    "archive_head": _("Head of the archives"),
    "it_officer": _("Officer of information technology"),
    "it_witness": _("Witness for information technology"),
}
