"""A bank for tests and the demo: it takes a list file and answers with its result file.

Written from samples/README.md "Bank result file" alone, and with nothing of ours, so that an error
in ``payouts.bank_files`` does not meet itself here. Its own books (``credited``) say what it paid.
"""

from collections.abc import Collection, Mapping
from decimal import Decimal

TEXTS = {"0000": "成功", "1001": "户名不符", "1002": "账号不存在", "1003": "账户冻结", "1004": "销户"}


class ListRefused(Exception):
    """The bank sends a list back whole; nothing of it is paid."""


class Bank:
    """A bank that takes lists of ``minimum`` to ``limit`` rows: 序号|姓名|帐号|金额|身份证; only the last may be empty.

    ``faulty`` are accounts that it cannot pay, with the code of its answer.
    """

    def __init__(self, *, faulty: Mapping[str, str] | None = None, minimum: int = 5, limit: int = 1000) -> None:
        self.faulty = dict(faulty or {})
        self.minimum = minimum
        self.limit = limit
        self.credited: list[tuple[str, Decimal]] = []  # account and amount, in the order of payment

    def take(self, content: bytes, *, failing: Mapping[int, str] | None = None, silent: Collection[int] = ()) -> bytes:
        """Pay a list and return the result file.

        ``failing`` are serials that fail with a code whatever their account, ``silent`` serials of
        which the bank says nothing (and which it does not pay).
        """
        answers: list[str] = []
        paid: list[tuple[str, Decimal]] = []
        failed: list[tuple[str, Decimal]] = []
        for serial, name, account, amount, id_number in self.rows_of(content):
            if int(serial) in silent:
                continue
            code = (failing or {}).get(int(serial)) or self.faulty.get(account, "0000")
            (paid if code == "0000" else failed).append((account, Decimal(amount)))
            answers.append("|".join([serial, name, account, amount, id_number, code, TEXTS[code]]))
        self.credited += paid
        answers.append(
            "|".join(
                [
                    "合计",
                    str(len(paid) + len(failed)),
                    f"{sum((amount for _, amount in paid + failed), Decimal('0.00'))}",
                    str(len(paid)),
                    f"{sum((amount for _, amount in paid), Decimal('0.00'))}",
                    str(len(failed)),
                    f"{sum((amount for _, amount in failed), Decimal('0.00'))}",
                ]
            )
        )
        return "".join(answer + "\r\n" for answer in answers).encode("gb18030")

    def rows_of(self, content: bytes) -> list[list[str]]:
        """Return the rows of a list as the bank checks them.

        :raises ListRefused: if anything about the list is not as the bank wants it
        """
        lines = content.decode("gb18030").split("\r\n")
        if lines.pop() != "":
            raise ListRefused("the last line has no end")
        if not self.minimum <= len(lines) <= self.limit:
            raise ListRefused(f"{len(lines)} rows")
        rows = [line.split("|") for line in lines]
        for number, row in enumerate(rows, start=1):
            if len(row) != 5 or not all(row[:4]) or any(" " in cell for cell in row):
                raise ListRefused(f"row {number} is not 序号|姓名|帐号|金额|身份证")
            yuan, point, fen = row[3].partition(".")
            if not (yuan.isdecimal() and point and len(fen) == 2 and fen.isdecimal()) or Decimal(row[3]) == 0:
                raise ListRefused(f"row {number} has no amount")
        if len({row[0] for row in rows}) < len(rows):
            raise ListRefused("a serial stands twice")
        return rows
