"""A PDF that is written page by page: readers find every page, and nothing is kept of one."""

import io
import tracemalloc
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from ledger.exports.pages.embedding import GlyphMissing
from ledger.exports.pages.pens import MM, PALE, RED
from ledger.exports.pages.streams import PAGES_PER_NODE, PageStream

AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


def written(pages: int, file: io.RawIOBase | io.BytesIO | None = None) -> io.BytesIO:
    target = io.BytesIO()
    stream = PageStream(file or target, title="凭证 (一)", width=210 * MM, height=148 * MM, at=AT)  # type: ignore[arg-type]
    for number in range(1, pages + 1):
        pen = stream.pen()
        pen.text(2_000, 2_000, f"第{number}页", size=400)
        stream.put_down(pen)
    stream.close()
    assert stream.pages == pages
    return target


@pytest.mark.parametrize("pages", [0, 1, PAGES_PER_NODE, PAGES_PER_NODE + 1])
def test_every_page_is_found_whatever_their_number(pages: int) -> None:
    reader = PdfReader(written(pages), strict=True)
    assert len(reader.pages) == pages
    for number in {1, pages} if pages else ():
        assert reader.pages[number - 1].extract_text() == f"第{number}页"


def test_the_document_says_what_it_is() -> None:
    reader = PdfReader(written(1), strict=True)
    assert reader.metadata is not None
    assert reader.metadata.title == "凭证 (一)"
    assert reader.metadata.creation_date == AT
    assert [int(side) for side in reader.pages[0].mediabox.upper_right] == [595, 419]


class Nowhere(io.RawIOBase):
    """A file that keeps nothing."""

    def write(self, content: object) -> int:
        return len(content)  # type: ignore[arg-type]


def test_memory_stays_flat() -> None:
    written(10, Nowhere())
    peaks = []
    for pages in (500, 4_000):
        tracemalloc.start()
        written(pages, Nowhere())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] - peaks[0] < 3_500 * 100  # bytes a page: its place in the file, and no more


def test_a_missing_character_is_named_when_the_document_closes() -> None:
    stream = PageStream(io.BytesIO(), title="", width=210 * MM, height=148 * MM, at=AT)
    pen = stream.pen()
    pen.text(0, 0, "\U0003fffd", size=400)
    stream.put_down(pen)
    with pytest.raises(GlyphMissing):
        stream.close()


def test_ink_changes_for_one_text_only_and_a_mark_lies_under_the_words() -> None:
    pen = PageStream(io.BytesIO(), title="", width=210 * MM, height=148 * MM, at=AT).pen()
    pen.text(0, 0, "甲", size=400)
    pen.text(0, 0, "乙", size=400, ink=RED)
    pen.text(0, 0, "丙", size=400)
    pen.mark(5_000, 5_000, "已冲销", size=2_000, ink=PALE, degrees=15)
    lines = pen.operators().splitlines()
    inks = [line for line in lines if line in (RED, "0 g")]
    assert inks == [RED, "0 g"]
    assert lines.index(next(line for line in lines if line.startswith(PALE))) < lines.index("BT")
