"""XML by the C parser, without type definitions: those can blow a small file up to gigabytes."""

from collections.abc import Callable, Iterable
from xml.parsers import expat

Enter = Callable[[list[str], dict[str, str]], None]
NotXml = expat.ExpatError


def walk(chunks: Iterable[bytes], enter: Enter) -> None:
    """Call ``enter`` at each element with the names of those around it, itself last, and its attributes.

    Names come without prefix.

    :raises NotXml: if it is no XML
    :raises ValueError: if it has a type definition
    """
    parser, path = new_parser(enter)
    feed(parser, chunks)
    assert not path


def texts_of(chunks: Iterable[bytes], *, item: str) -> list[str]:
    """Return the text of each item: of the elements t in it, except those that say how to read it aloud.

    :raises NotXml: if it is no XML
    :raises ValueError: if it has a type definition
    """
    texts: list[str] = []
    pieces: list[str] = []

    def enter(path: list[str], _attributes: dict[str, str]) -> None:
        if path[-1] == item:
            pieces.clear()

    def characters(text: str) -> None:
        if path[-1] == "t" and "rPh" not in path:
            pieces.append(text)

    def leave(_name: str) -> None:
        if path.pop() == item:
            texts.append("".join(pieces))

    parser, path = new_parser(enter)
    parser.CharacterDataHandler = characters
    parser.EndElementHandler = leave
    feed(parser, chunks)
    return texts


def new_parser(enter: Enter) -> tuple[expat.XMLParserType, list[str]]:
    """Return a parser, and the path of names that it keeps up to date."""
    path: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        path.append(name.rpartition(":")[2])
        enter(path, attributes)

    def leave(_name: str) -> None:
        path.pop()

    def refuse(*_definition: object) -> None:
        raise ValueError("a type definition")

    parser = expat.ParserCreate("utf-8")  # whatever it says of itself; the big parts are taken for that too
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = leave
    parser.StartDoctypeDeclHandler = refuse
    return parser, path


def feed(parser: expat.XMLParserType, chunks: Iterable[bytes]) -> None:
    for chunk in chunks:
        parser.Parse(chunk)
    parser.Parse(b"", True)  # noqa: FBT003 - C takes it by position only
