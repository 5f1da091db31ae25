"""Fonts in a PDF: what is printed is read back, and what cannot be printed stops the document."""

import io
from pathlib import Path

import pytest
import reportlab
from pypdf import PdfReader
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from ledger.exports.pages.embedding import GlyphMissing, PageFont, to_unicode
from ledger.exports.pages.typefaces import BOLD, FILES, FONTS, REGULAR, missing_glyphs, typeface

RARE = "䶮㛃𬭎㮾𠅤𬱖堃翀镕﨑喆"
NOWHERE = "\U0003fffd"  # a plane that no font has
LATIN = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"


def document(*texts: str, font: str) -> io.BytesIO:
    file = io.BytesIO()
    canvas = Canvas(file, invariant=1, pageCompression=1, initialFontName=font)
    canvas.setFont(font, 9)
    for number, text in enumerate(texts):
        canvas.drawString(40, 800 - 12 * number, text)
    canvas.save()
    return file


def lines_in(file: io.BytesIO) -> list[str]:
    return [line for page in PdfReader(file).pages for line in page.extract_text().splitlines()]


@pytest.fixture
def chain() -> PageFont:
    """A font whose first face is Latin and whose second is ours."""
    font = PageFont(name="chain", first=LATIN, others=[FONTS / FILES[REGULAR]])
    pdfmetrics._fonts[font.fontName] = font
    return font


@pytest.mark.parametrize("name", [REGULAR, BOLD])
def test_a_name_beyond_the_first_plane_reads_back_as_it_was_written(name: str) -> None:
    font = typeface(name)
    texts = [RARE, "乌云其木格·吐尔地 1,234.50 −（）", "plain ASCII (with brackets) \\"]
    assert lines_in(document(*texts, font=font.fontName)) == texts


def test_more_characters_than_one_byte_can_count_read_back() -> None:
    font = typeface(REGULAR)
    texts = ["".join(chr(0x4E00 + 50 * row + place) for place in range(50)) for row in range(60)]
    assert lines_in(document(*texts, font=font.fontName)) == texts


def test_two_characters_of_one_glyph_stay_two_characters() -> None:
    font = typeface(REGULAR)
    charts = font.face.charToGlyph
    shared = next((radical, charts[radical]) for radical in range(0x2F00, 0x2FD6) if radical in charts)
    unified = next(point for point, glyph in charts.items() if glyph == shared[1] and 0x4E00 <= point < 0xA000)
    text = chr(shared[0]) + chr(unified) + "一"
    assert lines_in(document(text, font=font.fontName)) == [text]


def test_a_block_of_the_map_has_a_hundred_entries_at_most() -> None:
    written = to_unicode([0x4E00 + place for place in range(201)]).decode()
    assert [written.count(f"{number} beginbfchar") for number in (100, 1)] == [2, 1]
    assert to_unicode([0x2CC56]).decode().count("<0001> <D873DC56>") == 1


def test_a_paragraph_of_platypus_reads_back_too() -> None:
    font = typeface(REGULAR)
    file = io.BytesIO()
    style = ParagraphStyle("plain", fontName=font.fontName, fontSize=9, wordWrap="CJK")
    SimpleDocTemplate(file, invariant=1).build([Paragraph(f"姓名：{RARE}", style)])
    assert lines_in(file) == [f"姓名：{RARE}"]


def test_a_document_that_lacks_glyphs_names_them_all_and_is_not_written() -> None:
    font = typeface(REGULAR)
    file = io.BytesIO()
    canvas = Canvas(file, initialFontName=font.fontName)
    canvas.drawString(40, 800, f"张{NOWHERE}三")
    canvas.drawString(40, 700, "李\x07四")
    with pytest.raises(GlyphMissing) as refusal:
        canvas.save()
    assert refusal.value.characters == f"\x07{NOWHERE}"
    assert "U+3FFFD" in str(refusal.value)
    assert file.getvalue() == b""


def test_missing_glyphs_can_be_known_before_printing() -> None:
    assert missing_glyphs([RARE, "乌云其木格·吐尔地"]) == ""
    assert missing_glyphs(["张三", f"李{NOWHERE}", ""]) == NOWHERE
    assert missing_glyphs([]) == ""


def test_what_the_first_face_lacks_comes_from_the_next(chain: PageFont) -> None:
    text = f"No. 7 {RARE} end"
    file = document("only Latin", text, font=chain.fontName)
    assert lines_in(file) == ["only Latin", text]
    assert len(chain.faces) == 2
    fonts = PdfReader(file).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    assert len(fonts) == 2


def test_a_second_face_is_not_opened_before_it_is_needed(chain: PageFont) -> None:
    document("only Latin", font=chain.fontName)
    assert len(chain.faces) == 1


def test_a_width_is_that_of_the_face_which_has_the_character(chain: PageFont) -> None:
    assert chain.width_of("一") == 1000
    assert chain.width_of("a一") == chain.width_of("a") + 1000
    assert typeface(REGULAR).width_of("1,234.50") == 6 * 555 + 2 * 278


def test_digits_are_of_one_width_so_that_amounts_stand_in_columns() -> None:
    for name in (REGULAR, BOLD):
        assert len({typeface(name).width_of(digit) for digit in "0123456789"}) == 1


def test_the_fonts_have_every_character_the_samples_need() -> None:
    """Extension A but for ten characters, and the BMP names that GB2312 subsets drop."""
    points = typeface(REGULAR).face.charToGlyph
    assert sum(point in points for point in range(0x3400, 0x4DC0)) >= 6582
    assert typeface(BOLD).face.charToGlyph.keys() == points.keys()
