"""审计锚定页: the heads of a pack and the SHA-256 of its manifest on paper, in print and as QR codes.

It is kept elsewhere than the books. The text of the QR codes, one after the other, is an anchor file: what
``verify.py --anchor`` and ``check_books --anchors`` take.
"""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from typing import IO, Any, Final

from reportlab.graphics.barcode.qr import QrCodeWidget

from audit.packing import Packed
from audit.verifier_text import verifier_text
from ledger.exports.pages.flows import Flow
from ledger.exports.pages.frames import MARGIN, Frame, Paper
from ledger.exports.pages.pens import MM, Pen
from ledger.exports.pages.tables import Column, Row
from treasury.exports.papers import Heading, in_chinese

HEADS_A_CODE: Final = 4  # about 300 characters: still read off a crumpled page
CODE: Final = 42 * MM
QUIET: Final = 4  # modules of white round a code
GAP: Final = 7 * MM  # four codes side by side
GROUP: Final = 8
SIZE: Final = 75
THICKNESS_AFTER: Final = 10


def anchor_texts(packed: Packed) -> Sequence[str]:
    """Return the text of each QR code: the manifest first, then the heads, a line each."""
    lines = [
        f"# manifest {packed.year} {packed.manifest}",
        *(f"{book.code} {book.seal} {book.digest}" for book in packed.books if book.seal),
    ]
    return ["\n".join(lines[at : at + HEADS_A_CODE]) + "\n" for at in range(0, len(lines), HEADS_A_CODE)]


def write_anchor_page(*, file: IO[bytes], packed: Packed, heading: Heading) -> int:
    """Write the page as PDF and return how many pages it takes."""
    with in_chinese():
        flow = Flow(frame_of(packed, heading))
        flow.heading("一、审计包")
        flow.lines(
            f"期间：{packed.stated.since} 至 {packed.stated.until}　账套 {len(packed.books)} 个　"
            f"凭证 {packed.stated.vouchers} 张　分录 {packed.stated.lines} 行",
            f"清单（manifest.json）SHA-256：{grouped(packed.manifest)}",
            f"核验程序（verify.py）SHA-256：{grouped(sha256(verifier_text().encode()).hexdigest())}",
        )
        flow.heading("二、各账套链首")
        columns = [
            Column(("账套",), 22),
            Column(("名称",), 34),
            Column(("封签号",), 16),
            Column(("摘要（SHA-256）",), 118),
        ]
        rows = [Row((book.code, book.name, f"{book.seal}", grouped(book.digest))) for book in packed.books]
        flow.table(columns, rows, size=SIZE)
        flow.heading("三、二维码", keep=CODE + GAP)
        flow.lines("各码文字依次相接即为锚定文件，可用 verify.py --anchor 或 --anchor-text 核对。")
        add_codes(flow, anchor_texts(packed))
        flow.lines("本页应与账簿分开保管；此后任何一次核验，链上均须有本页所载封签。")
        flow.signatures("打印人：", "会计主管：", "保管人：", "日期：")
        return flow.write(file)


def frame_of(packed: Packed, heading: Heading) -> Frame:
    return Frame(
        title=f"{packed.year}年度审计包锚定页",
        facts=[heading.district, "身份证号与账号已脱敏" if packed.detail == "masked" else "完整包"],
        unit="",
        statement=heading.statement,
        printed_at=packed.made_at,
        paper=Paper.PORTRAIT,
    )


def grouped(digest: str) -> str:
    """Return a digest as people compare it: in groups of eight."""
    return " ".join(digest[at : at + GROUP] for at in range(0, len(digest), GROUP))


def add_codes(flow: Flow, texts: Sequence[str]) -> None:
    """Add the QR codes side by side."""
    a_row = (flow.frame.width + GAP) // (CODE + GAP)
    for begin in range(0, len(texts), a_row):
        flow.need(CODE + GAP)
        for place, text in enumerate(texts[begin : begin + a_row]):
            flow.add(partial(draw_code, text=text, x=MARGIN + place * (CODE + GAP), y=flow.y + GAP // 2))
        flow.y += CODE + GAP


def draw_code(pen: Pen, *, text: str, x: int, y: int) -> None:
    """Draw a QR code as thick lines, one for each run of dark modules."""
    code: Any = QrCodeWidget(text, barLevel="M").qr
    code.make()
    count = code.getModuleCount()
    module = CODE // (count + 2 * QUIET)
    pen.thickness(module)
    for row in range(count):
        foot = y + (QUIET + row) * module + module // 2
        column = 0
        while column < count:
            end = column
            while end < count and code.isDark(row, end):
                end += 1
            if end > column:
                pen.line(x + (QUIET + column) * module, foot, x + (QUIET + end) * module, foot)
            column = end + 1
    pen.thickness(THICKNESS_AFTER)
