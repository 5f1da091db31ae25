"""The bytes of kept files: a destruction list of the archives may have taken them, then hash and name are left."""

from hashlib import sha256
from typing import Final

from django.utils.translation import gettext_lazy as _

from ledger.refusals import UnableToPost

NOTHING: Final = sha256(b"").hexdigest()


class ContentDestroyed(UnableToPost):
    message = _("The bytes of the file were destroyed with the archives of its year; its name and hash are left.")
    remedy = _("The destruction list says who ordered it: manage.py retention list.")


def bytes_of(*, name: str, digest: str, content: bytes | memoryview) -> bytes:
    """Return the bytes of a kept file.

    :raises ContentDestroyed: if a destruction list has taken them
    """
    if not content and digest != NOTHING:
        raise ContentDestroyed("file_has_its_bytes", {"file": name, "sha256": digest})
    return bytes(content)
