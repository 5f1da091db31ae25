"""Take in a file as a bank gave it: a list of results, a message of ISO 20022, a statement as a table."""

from pathlib import PurePosixPath
from typing import Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from web.security.upload_refusals import UploadDisguised, UploadEmpty, UploadRefused, UploadTooLarge
from web.security.uploads import Upload, check_csv, checked_upload, plain_name

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class BankFileUnknown(UploadRefused):
    message = _("Files of this kind are not taken.")
    remedy = _("Take the file as the bank gave it: txt, csv, xlsx, xls or xml.")


class BankFileMissing(UploadRefused):
    message = _("No file was chosen.")
    remedy = _("Choose the file of the bank, then send the form again.")


def bank_upload(request: HttpRequest, field: str = "file") -> Upload:
    """Return the file of a form, checked; what it says is judged by who reads it.

    :raises UploadRefused: by its kinds, each with what to do
    """
    file = request.FILES.get(field)
    if not isinstance(file, UploadedFile):
        raise BankFileMissing("upload_is_chosen")
    name = plain_name(file.name or "")
    kind = PurePosixPath(name).suffix.lower().lstrip(".")
    if kind in ("xlsx", "xls", "csv"):
        return checked_upload(file)
    check = CHECKS.get(kind)
    if check is None:
        raise BankFileUnknown("upload_is_of_known_kind", {"file": name})
    size = file.size or 0
    if size > settings.UPLOAD_BYTES_MAX:
        raise UploadTooLarge("upload_is_within_its_size", {"file": name, "limit": settings.UPLOAD_BYTES_MAX})
    if size == 0:
        raise UploadEmpty("upload_has_content", {"file": name})
    content = file.read()
    check(name, content)
    return Upload(name=name, kind=kind, content=content)


def check_xml(name: str, content: bytes) -> None:
    """Check that a file is text that begins as XML; the readers of messages refuse the rest."""
    if not content.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(b"<"):
        raise UploadDisguised("upload_is_what_it_says", {"file": name})


CHECKS: Final = {"txt": check_csv, "xml": check_xml}
