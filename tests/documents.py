"""Payslips and their headings for the tests of documents; everybody here is invented."""

import io
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO

from pypdf import PdfReader

from payouts.exports.rows import Heading, Slip, TownshipTotal, UnitSheet

PRINTED_AT = datetime(2026, 11, 15, 1, 30, tzinfo=UTC)
STATEMENT = "本演示按 财政总预算会计制度（财库〔2015〕192号）核算。"
HEADING = Heading(
    district="青岚区",
    scope="白桦镇",
    month=date(2026, 11, 1),
    run="2026-11/1",
    statement=STATEMENT,
    printed_at=PRINTED_AT,
)
# Not in GBK, two of them outside the BMP; a name of two words; one as long as they come.
RARE = ("䶮㛃", "张㮾", "李𠅤", "王𬭎", "乌云其木格·吐尔地", "买买提·阿卜杜热西提·吾斯曼江·艾尔肯")
LONG_UNIT = "青岚区白桦镇农业综合行政执法和生态环境保护暨乡村振兴综合服务中心（加挂退役军人服务站牌子）"


def yuan(text: str) -> Decimal:
    return Decimal(text)


def slip(
    *,
    name: str = "王小明",
    id_number: str = "11010519491231002X",
    unit_code: str = "220112001",
    unit: str = "白桦镇人民政府",
    township: str = "白桦镇",
    account: str = "6228480012345678903",
    items: Sequence[tuple[str, str]] = (("职务岗位工资", "3000.00"), ("津贴补贴", "1234.50")),
    deductions: Sequence[tuple[str, str]] = (("养老保险", "240.00"),),
    tax: str = "12.34",
    year_to_date: Sequence[tuple[str, str]] = (("累计收入", "46579.50"),),
    remark: str = "",
) -> Slip:
    earned = [(item, yuan(amount)) for item, amount in items]
    held = [(item, yuan(amount)) for item, amount in deductions]
    gross = sum((amount for _item, amount in earned), yuan("0.00"))
    deducted = sum((amount for _item, amount in held), yuan("0.00"))
    return Slip(
        name=name,
        id_number=id_number,
        unit_code=unit_code,
        unit=unit,
        township=township,
        category="公务员",
        items=earned,
        deductions=held,
        gross=gross,
        deducted=deducted,
        tax=yuan(tax),
        net=gross - deducted - yuan(tax),
        bank="青岚农村商业银行",
        account=account,
        year_to_date=[(item, yuan(amount)) for item, amount in year_to_date],
        remark=remark,
    )


def many_slips(number: int, *, units: int = 4) -> list[Slip]:
    """Return slips of several units, no two of them with one name, account or gross."""
    return [
        slip(
            name=RARE[place] if place < len(RARE) else f"职工{place:05d}",
            id_number=f"2201121975{place % 12 + 1:02d}{place % 28 + 1:02d}{place % 1000:03d}X",
            unit_code=f"220112{place * units // number:03d}",
            unit=f"第{place * units // number}单位" if place * units // number != 1 else LONG_UNIT,
            account=f"6228480{place:012d}",
            items=[("职务岗位工资", f"{3000 + place}.00"), ("津贴补贴", "1234.50"), ("奖金", "0.00")],
            tax=f"{place % 90}.{place % 100:02d}",
        )
        for place in range(number)
    ]


def unit_sheet(
    *,
    unit_code: str = "220112001",
    unit: str = "白桦镇人民政府",
    township: str = "白桦镇",
    persons: int = 12,
    gross: str = "52000.00",
    deducted: str = "7000.00",
    tax: str = "123.45",
    employer: str = "9876.54",
) -> UnitSheet:
    return UnitSheet(
        unit_code=unit_code,
        unit=unit,
        township=township,
        channel="单位存折",
        persons=persons,
        items=[("职务岗位工资", yuan(gross))],
        deductions=[("养老保险", yuan(deducted))],
        employer=[("养老保险", yuan(employer))],
        gross=yuan(gross),
        deducted=yuan(deducted),
        tax=yuan(tax),
        net=yuan(gross) - yuan(deducted) - yuan(tax),
    )


def township_total(*, township: str = "白桦镇", gross: str = "52000.00", persons: int = 12) -> TownshipTotal:
    return TownshipTotal(
        township=township,
        units=3,
        persons=persons,
        gross=yuan(gross),
        deducted=yuan("7000.00"),
        tax=yuan("123.45"),
        net=yuan(gross) - yuan("7123.45"),
        employer=yuan("9876.54"),
    )


def made(write: Callable[[IO[bytes]], object]) -> bytes:
    """Return the bytes that a writer writes."""
    file = io.BytesIO()
    write(file)
    return file.getvalue()


def pages_of(content: bytes) -> list[str]:
    """Return the text of each page as a program finds it that knows nothing of us."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def text_of(content: bytes) -> str:
    return "\n".join(pages_of(content))
