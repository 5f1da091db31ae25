"""The canonical instruction: pay one payee one amount. Every channel is an adapter over it."""

from decimal import Decimal
from typing import NamedTuple


class Instruction(NamedTuple):
    """One payment as it is told to a bank; ``amount`` in yuan.

    ``serial`` is the payment's number in the month. Account and ID number are left out of the
    ``repr``, so that no log and no exception carries them.
    """

    serial: int
    name: str
    account: str
    amount: Decimal
    id_number: str
    bank: str = ""
    remark: str = ""

    def __repr__(self) -> str:
        return (
            f"Instruction(serial={self.serial!r}, name={self.name!r}, amount={self.amount!r}, bank={self.bank!r},"
            f" remark={self.remark!r})"
        )
