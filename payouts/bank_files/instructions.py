"""The canonical instruction: pay one payee one amount. Every channel is an adapter over it."""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Instruction:
    """One payment as it is told to a bank; ``amount`` in yuan.

    ``serial`` is the payment's number in the month. Account and ID number are left out of the
    ``repr``, so that no log and no exception carries them.
    """

    serial: int
    name: str
    account: str = field(repr=False)
    amount: Decimal
    id_number: str = field(repr=False)
    bank: str = ""
    remark: str = ""
