"""XML in GB18030, written row by row: what a row repeats is encoded once, so a row costs what differs in it.

GB 18030-2005 and -2022 give 24 characters different bytes, and readers know either edition; these go as
character references, which mean one character in both. Every other character is encoded as it is.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import IO, Final

from django.utils.translation import gettext as _

from audit.exports.gbt24589 import tables
from audit.exports.gbt24589.tables import Document, Table
from imports.reading.private_use import ENCODED_SINCE
from ledger.exports.journals import UnableToExport

ENCODING: Final = "gb18030"
NAMESPACE: Final = tables.NAMESPACE.encode("ascii")
NO_DATE: Final = b"00000000"
NOTHING: Final = b"0"  # a field that must say something and has nothing to say
# XML 1.0, production 2: what may stand in a document.
FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The characters whose two bytes the two editions read differently: in 2005 they were of the private use area.
DISPUTED: Final = frozenset(
    character for private, character in ENCODED_SINCE.items() if len(chr(private).encode(ENCODING)) == 2
)
SPELLED: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", **{one: f"&#x{ord(one):X};" for one in DISPUTED}}
)


@lru_cache(maxsize=50_000)
def spelled(text: str) -> bytes:
    """Return a text as the content of an element.

    :raises UnableToExport: if XML has no such character
    """
    unfit = FORBIDDEN.search(text)
    if unfit:
        raise UnableToExport(
            _("XML cannot hold the character U+{code}. Correct the text: {text}").format(
                code=f"{ord(unfit.group()):04X}", text=ascii(text)
            )
        )
    return text.translate(SPELLED).encode(ENCODING)


def amount(value: Decimal) -> bytes:
    return f"{value:.2f}".encode("ascii")


def number(value: int) -> bytes:
    return b"%d" % value


def day(value: date | None) -> bytes:
    return f"{value:%Y%m%d}".encode("ascii") if value else NO_DATE


class Row:
    """A row of a table to be filled in: ``fixed`` fields always say the same, the others follow in their order."""

    def __init__(self, table: Table, fixed: Mapping[str, bytes] | None = None) -> None:
        self.table = table
        self.fixed = fixed or {}
        assert set(self.fixed) <= set(table.fields)
        self.open = [field for field in table.fields if field not in self.fixed]
        fields = b"".join(self.element(field) for field in table.fields)
        name, identity = table.name.encode(ENCODING), table.identity.encode("ascii")
        self.markup = b'<%b locID="%b">%b</%b>\n' % (name, identity, fields, name)

    def element(self, field: str) -> bytes:
        name, identity = field.encode(ENCODING), self.table.identity_of(field).encode("ascii")
        value = self.fixed[field].replace(b"%", b"%%") if field in self.fixed else b"%b"
        if not value:
            return b'<%b locID="%b"/>' % (name, identity)
        return b'<%b locID="%b">%b</%b>' % (name, identity, value, name)

    def filled(self, *values: bytes) -> bytes:
        """Return the row with its open fields; as many values as there are open fields."""
        return self.markup % values


@contextmanager
def writing(file: IO[bytes], document: Document) -> Iterator[None]:
    """Write the declaration and the root of a document round what is written inside."""
    root = document.root.encode(ENCODING)
    file.write(b'<?xml version="1.0" encoding="GB18030"?>\n')
    file.write(
        b'<%b xmlns="%b" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="%b %b.xsd"'
        b' locID="%b">\n' % (root, NAMESPACE, NAMESPACE, root, document.identity.encode("ascii"))
    )
    yield
    file.write(b"</%b>\n" % root)
