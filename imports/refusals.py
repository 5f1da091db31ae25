"""Why a file is not staged at all: one class per kind of refusal, with its facts and its remedy.

What is wrong with single rows is no refusal but a finding.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _


class UnableToStage(Exception):
    """The stage refused; ``facts`` say which file and what was found, ``remedy`` what to do."""

    message: ClassVar[Any] = _("The files are not staged.")
    remedy: ClassVar[Any] = _("Correct the file and hand it in again.")

    def __init__(self, facts: Mapping[str, Any] | None = None) -> None:
        super().__init__(type(self).__name__)
        self.facts = dict(facts or {})

    def __str__(self) -> str:
        told = ", ".join(f"{key}={value}" for key, value in self.facts.items() if value not in (None, ""))
        return f"{self.message} {told} {self.remedy}".replace("  ", " ")


class WrongMonth(UnableToStage):
    message = _("The file is of another month.")
    remedy = _("Hand in the file of this month, or run the month that the file names.")


class ReferenceMissing(UnableToStage):
    message = _("The list that the rows are judged against has not been staged.")
    remedy = _("Hand it in too: units first, then the roster, then the rest.")


class FileUnreadable(UnableToStage):
    message = _("The file cannot be read.")
    remedy = _("Save it anew as xlsx, or as csv in UTF-8 or GB18030, without a password.")


class FileTooLarge(FileUnreadable):
    message = _("The file is larger than any file of a bureau should be.")
    remedy = _("Delete the sheets, pictures and formats that do not belong to it, or part it.")


class LayoutTwice(UnableToStage):
    message = _("Two of the files hold the same kind of list.")
    remedy = _("Hand in one of them, or bring their rows together in one sheet.")
