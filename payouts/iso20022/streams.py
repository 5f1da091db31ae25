"""A message's elements as they are read, so that no document is ever in memory whole.

Refused before anything is parsed: a document type (it could name files, or entities that grow),
and any encoding but UTF-8, which ISO 20022 prescribes.
"""

import codecs
import itertools
import re
from collections.abc import Collection, Iterator
from typing import BinaryIO, NamedTuple

from lxml import etree

from payouts.iso20022.faults import BadMessage, MessageFault

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
PIECE_BYTES = 65_536
PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
DECLARATION = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
ROOT = "Document"
UNMET_MAX = 100
ELEMENT = re.compile(r"Element '(?:\{[^}]*\})?([A-Za-z]{1,40})'")


class Step(NamedTuple):
    """A watched element that begins or ends."""

    begins: bool
    name: str
    element: etree._Element


class Unmet(NamedTuple):
    """An element that does not meet the schema, on the line that told so."""

    line: int
    name: str


class Reader:
    """The steps of one message; ``unmet`` grows as the schema, if there is one, finds faults."""

    def __init__(self, *, file: BinaryIO, message: str, names: Collection[str], schema: etree.XMLSchema | None) -> None:
        self.file = file
        self.message = message
        self.names = {ROOT, *names}
        self.schema = schema
        self.namespace = ""
        self.line = 0
        self.unmet: dict[Unmet, None] = {}
        self.noted = 0
        self.has_ended = False
        self.paths: dict[str, str] = {}

    def steps(self) -> Iterator[Step]:
        """Yield the watched elements as they begin and end; no more once the schema has found UNMET_MAX faults.

        :raises BadMessage: if it cannot be read, or is not the message expected
        """
        parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=[f"{{*}}{name}" for name in sorted(self.names)],
            schema=self.schema,
            encoding="utf-8",
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        line_ended = True
        for piece in checked_pieces(self.file):
            self.line += line_ended
            line_ended = piece.endswith(b"\n")
            try:
                parser.feed(piece)
            except etree.XMLSyntaxError:
                raise self.not_xml() from None
            self.note_unmet(parser)
            yield from self.watched(parser)
            if len(self.unmet) >= UNMET_MAX:
                return
        try:
            parser.close()
        except etree.XMLSyntaxError:
            self.note_unmet(parser)
            if not self.unmet:
                raise self.not_xml() from None
        yield from self.watched(parser)
        if not self.has_ended:  # cut short; the schema misses what should follow, too
            raise self.not_xml()

    def note_unmet(self, parser: etree.XMLPullParser) -> None:
        """Take the elements that the schema refused; its messages quote texts, so they are not kept."""
        if self.schema is not None:
            log = parser.feed_error_log
            for fault in itertools.islice(log, self.noted, len(log)):
                named = ELEMENT.match(fault.message)
                self.unmet[Unmet(self.line, named[1] if named else "")] = None
            self.noted = len(log)

    def watched(self, parser: etree.XMLPullParser) -> Iterator[Step]:
        for event, element in parser.read_events():
            assert isinstance(element, etree._Element)
            namespace, name = split_tag(element)
            if not self.namespace:
                self.check_root(element, namespace, name)
            if event == "end" and element.getparent() is None:
                self.has_ended = True
            elif namespace == self.namespace:
                yield Step(event == "start", name, element)

    def check_root(self, element: etree._Element, namespace: str, name: str) -> None:
        if name != ROOT or element.getparent() is not None or not re.fullmatch(self.message, namespace):
            stated = namespace.removeprefix(NAMESPACE)
            raise BadMessage(MessageFault.WRONG_MESSAGE, place=f"line {self.line}", stated=stated)
        self.namespace = namespace

    def not_xml(self) -> BadMessage:
        # The parser's own message could quote the text at fault.
        return BadMessage(MessageFault.NOT_XML, place=f"line {self.line}")

    def path(self, path: str) -> str:
        if path not in self.paths:
            self.paths[path] = "/".join(f"{{{self.namespace}}}{name}" for name in path.split("/"))
        return self.paths[path]

    def text(self, element: etree._Element, path: str) -> str:
        """Return the text at a path such as ``Amt/InstdAmt``; '' if there is none."""
        return (element.findtext(self.path(path)) or "").strip()

    def child(self, element: etree._Element, path: str) -> etree._Element | None:
        return element.find(self.path(path))

    def children(self, element: etree._Element, path: str) -> list[etree._Element]:
        return element.findall(self.path(path))

    def tag(self, element: etree._Element | None) -> str:
        """Return an element's name; '' for none, and for one that is not of this message."""
        if element is None or not str(element.tag).startswith(f"{{{self.namespace}}}"):
            return ""
        return str(element.tag).rsplit("}", 1)[1]


def split_tag(element: etree._Element) -> tuple[str, str]:
    """Return an element's namespace and name."""
    namespace, _, name = str(element.tag).removeprefix("{").rpartition("}")
    return namespace, name


def any_version(message: str) -> str:
    """Return the pattern of the namespaces of a message such as ``camt.053``, whatever its version."""
    return re.escape(NAMESPACE + message) + r"\.001\.[0-9]{2}"


def one_version(message: str) -> str:
    return re.escape(NAMESPACE + message)


def release(element: etree._Element) -> None:
    """Forget an element that was read, and those before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def checked_pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield a file's lines, parted where they are long, once its beginning is known to be harmless.

    :raises BadMessage: if the file is empty, not UTF-8 by its mark or declaration, or has a document type
    """
    head = file.read(PIECE_BYTES)
    check_head(head)
    yield from re.findall(rb"[^\n]*\n|[^\n]+", head)
    while piece := file.readline(PIECE_BYTES):
        yield piece


def check_head(head: bytes) -> None:
    if not head.strip():
        raise BadMessage(MessageFault.EMPTY, place="line 0")
    if head.startswith(MARKS) or b"\x00" in head[:64]:
        raise BadMessage(MessageFault.WRONG_ENCODING, place="line 1")
    head = head.removeprefix(codecs.BOM_UTF8)
    declared = DECLARATION.match(head)
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii"):
        raise BadMessage(MessageFault.WRONG_ENCODING, place="line 1")
    prolog = PROLOG.match(head)
    begins = prolog.end() if prolog else 0
    newlines = head.count(b"\n", 0, begins)
    line = f"line {newlines + 1}"
    if head[begins : begins + 2] == b"<!":
        raise BadMessage(MessageFault.DTD, place=line)
    if not re.match(rb"<[A-Za-z_]", head[begins : begins + 2]):
        raise BadMessage(MessageFault.NOT_XML, place=line)
