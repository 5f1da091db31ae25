"""Why an uploaded file is not taken, and what to do."""

from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost


class UploadRefused(UnableToPost):
    message = _("The file is not taken.")
    remedy = _("Save it anew as xlsx, or as csv in UTF-8 or GB18030, and upload that.")


class UploadEmpty(UploadRefused):
    message = _("The file is empty.")
    remedy = _("Choose the right file, and close it in other programs before.")


class UploadTooLarge(UploadRefused):
    message = _("The file is larger than files may be.")
    remedy = _("Delete sheets, pictures and formats that do not belong to it, or part it.")


class UploadKindUnknown(UploadRefused):
    message = _("Files of this kind are not taken.")
    remedy = _("Save it as xlsx or csv.")


class UploadDisguised(UploadRefused):
    message = _("What is in the file is not what its name says.")
    remedy = _("Open it in the program that made it, and save it anew as xlsx or csv.")


class UploadBroken(UploadRefused):
    message = _("The file is damaged, or is no workbook.")
    remedy = _("Open it in the program that made it, and save it anew as xlsx.")


class UploadLocked(UploadRefused):
    message = _("The workbook is protected with a password.")
    remedy = _("Take the password off and upload it again.")


class UploadInflates(UploadRefused):
    message = _("Unpacked, the file would be far larger than it looks.")
    remedy = _("Save the cells alone into a new workbook.")


class UploadHasMacros(UploadRefused):
    message = _("The workbook has macros.")
    remedy = _("Save it as a workbook without macros (xlsx).")


class UploadHasLinks(UploadRefused):
    message = _("The workbook takes data from other files or programs.")
    remedy = _("Break the links (Data, Edit Links), or paste the values into a new workbook.")


class UploadHasObjects(UploadRefused):
    message = _("The workbook holds other files or controls.")
    remedy = _("Delete embedded objects and controls, or paste the values into a new workbook.")


class UploadNotText(UploadRefused):
    message = _("The file is no text in UTF-8, UTF-16 or GB18030.")
    remedy = _("Save it as csv in UTF-8.")
