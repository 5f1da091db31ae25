"""A PDF written page by page as it is made: only numbers and places of its objects are kept, and the fonts.

reportlab keeps every page until it saves. A print run has tens of thousands of them, so this writes
each page at once and closes with the fonts, the page tree and the table of places (ISO 32000-1, 7.5).
reportlab still numbers the objects and makes the fonts, which are known when the last page is.
"""

import zlib
from array import array
from datetime import datetime
from hashlib import sha256
from typing import IO, Final

from reportlab.pdfbase import pdfdoc

from ledger.exports.pages.frames import local_time
from ledger.exports.pages.pens import INCH, Pen

PAGES_PER_NODE: Final = 500


class PageStream:
    """A PDF on its way out: ``pen`` for a page, ``put_down`` it, and ``close`` behind the last.

    The same pages and time of printing give the same bytes.
    """

    def __init__(self, file: IO[bytes], *, title: str, width: int, height: int, at: datetime) -> None:
        self.file = file
        self.title = title
        self.width, self.height = width, height
        self.at = local_time(at)
        self.document = pdfdoc.PDFDocument(invariant=1, compression=1)
        self.places = array("Q", [0])  # by number of the object: where it begins; 0 for one not written yet
        self.passed = 0
        self.digest = sha256()
        self.root = self.number()
        self.nodes: list[tuple[int, int]] = []  # number of the node, and of its pages
        self.kids: list[int] = []
        self.node = self.number()
        self.pages = 0
        self.put(b"%PDF-1.5\n%\xe7\xbb\x9f\xe5\x8f\x91\n")

    def pen(self) -> Pen:
        """Return a pen for the next page."""
        return Pen(self.document, width=self.width, height=self.height)

    def put_down(self, pen: Pen) -> None:
        """Write a page."""
        content = zlib.compress(pen.operators().encode("ascii"), 6)
        contents, page = self.number(), self.number()
        stream = b"<</Length %d/Filter/FlateDecode>>stream\n%b\nendstream" % (len(content), content)
        self.write(contents, stream)
        self.write(page, b"<</Type/Page/Parent %d 0 R/Contents %d 0 R>>" % (self.node, contents))
        self.digest.update(content)
        self.kids.append(page)
        self.pages += 1
        if len(self.kids) == PAGES_PER_NODE:
            self.end_node()
            self.node = self.number()

    def close(self) -> None:
        """Write what stands behind the last page.

        :raises GlyphMissing: if no font has a character of a page; the file is no PDF then
        """
        if self.kids or not self.nodes:
            self.end_node()
        for font in self.document.delayedFonts:
            font.addObjects(self.document)
        self.write_root()
        catalogue, info = self.number(), self.number()
        self.write(catalogue, b"<</Type/Catalog/Pages %d 0 R/Lang(zh-CN)>>" % self.root)
        self.write(info, self.info())
        self.write_fonts()
        self.write_places(catalogue, info)

    def number(self) -> int:
        """Return the number of the next object."""
        self.document.objectcounter += 1
        return int(self.document.objectcounter)

    def put(self, content: bytes) -> None:
        self.file.write(content)
        self.passed += len(content)

    def keep_place(self, number: int) -> None:
        while len(self.places) <= number:
            self.places.append(0)
        self.places[number] = self.passed

    def write(self, number: int, content: bytes) -> None:
        self.keep_place(number)
        self.put(b"%d 0 obj\n%b\nendobj\n" % (number, content))

    def end_node(self) -> None:
        kids = b" ".join(b"%d 0 R" % kid for kid in self.kids)
        node = b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%b]>>" % (self.root, len(self.kids), kids)
        self.write(self.node, node)
        self.nodes.append((self.node, len(self.kids)))
        self.kids = []

    def write_root(self) -> None:
        """Write the head of the page tree, from which every page has its size and fonts."""
        kids = b" ".join(b"%d 0 R" % node for node, _count in self.nodes)
        size = f"[0 0 {self.width * 72 / INCH:.2f} {self.height * 72 / INCH:.2f}]".encode("ascii")
        fonts, _generation = self.document.idToObjectNumberAndVersion[pdfdoc.BasicFonts]
        root = b"<</Type/Pages/Count %d/Kids[%b]/MediaBox%b/Resources<</Font %d 0 R>>>>"
        self.write(self.root, root % (self.pages, kids, size, fonts))

    def info(self) -> bytes:
        zone = f"{self.at:%z}"
        day = f"D:{self.at:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:]}'"
        said = {"Title": self.title, "Author": "Tongfa 统发", "Creator": "Tongfa 统发", "CreationDate": day}
        entries = [
            b"/%b%b" % (key.encode(), pdfdoc.PDFString(text).format(self.document)) for key, text in said.items()
        ]
        return b"<<%b>>" % b"".join(entries)

    def write_fonts(self) -> None:
        """Write the objects that reportlab made; some of them come up only while others are written."""
        written: set[int] = set()
        while numbers := sorted(self.document.numberToId.keys() - written):
            for number in numbers:
                name = self.document.numberToId[number]
                self.keep_place(number)
                self.put(pdfdoc.PDFIndirectObject(name, self.document.idToObject[name]).format(self.document))
                written.add(number)

    def write_places(self, catalogue: int, info: int) -> None:
        start = self.passed
        self.put(b"xref\n0 %d\n0000000000 65535 f \n" % len(self.places))
        for place in self.places[1:]:
            self.put(b"%010d 00000 n \n" % place if place else b"0000000000 65535 f \n")
        name = self.digest.hexdigest()[:32].encode("ascii")
        trailer = b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]>>\nstartxref\n%d\n%%%%EOF\n"
        self.put(trailer % (len(self.places), catalogue, info, name, name, start))
