"""欠发工资清单: who is owed, by township and month; a person is a reference, with a masked name where there is one."""

from collections.abc import Mapping, Sequence
from datetime import date

from ledger.money import ZERO
from treasury.arrears import Arrear, by_month
from treasury.exports.papers import Document, Heading, Page, Table, Title, day_text

AMOUNTS = (("欠发", 32), ("已补发", 32), ("在途", 32), ("尚欠", 32))


def arrears_document(*, on: date, arrears: Sequence[Arrear], names: Mapping[str, str], heading: Heading) -> Document:
    """Return the unpaid salaries as of a day: by township and month, then one by one.

    ``names`` are masked names by reference; a reference without one stands alone.
    """
    left = sum((one.left for one in arrears), ZERO)
    summary = Table(
        name="按乡镇和月份",
        heads=[("乡镇", 30), ("欠发月份", 24), ("人次", 16), *AMOUNTS],
        rows=[
            [one.township.name, f"{one.month:%Y-%m}", one.people, one.amount, one.paid, one.on_its_way, one.left]
            for one in by_month(arrears)
        ],
        total="合计",
        stated={6: left},
    )
    people = Table(
        name="明细",
        heads=[
            ("乡镇", 20),
            ("单位", 46),
            ("人员编号", 20),
            ("姓名", 14),
            ("欠发月份", 16),
            *((head, 22) for head, _ in AMOUNTS),
        ],
        rows=[
            [
                one.township.name,
                one.unit,
                one.payee_reference.rpartition("/")[2],
                names.get(one.payee_reference, ""),
                f"{one.month:%Y-%m}",
                one.amount,
                one.paid,
                one.on_its_way,
                one.left,
            ]
            for one in arrears
        ],
        total="合计",
        stated={8: left},
        size=65,
    )
    return Document(
        title="欠发工资清单",
        facts=[f"截至{day_text(on)}"],
        heading=heading,
        pages=[
            Page("全区", [Title("按乡镇和月份"), summary]),
            *([Page("全区", [Title("明细"), people])] if arrears else []),
        ],
    )
