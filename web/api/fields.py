"""The texts of the API and what they mean: money with two decimals, days, months, plain texts."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from ledger.money import exact

# Above zero, below ten thousand million yuan.
PAID: Final = r"^(0\.(0[1-9]|[1-9][0-9])|[1-9][0-9]{0,9}\.[0-9]{2})$"
MONEY: Final = r"^-?(0|[1-9][0-9]{0,13})\.[0-9]{2}$"
DAY: Final = r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
MONTH: Final = r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$"
# One line without control characters.
LINE: Final = r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$"
SURROGATES: Final = re.compile("[\ud800-\udfff]")
WORD: Final = r"^[0-9A-Za-z\u4e00-\u9fff][0-9A-Za-z\u4e00-\u9fff()（）〔〕_.-]*$"
CODE: Final = r"^[0-9A-Za-z]+$"
KEY: Final = r"^[0-9A-Za-z_-]{8,64}$"


class Model(BaseModel):
    """What goes in and out; a name that is not described is refused."""

    model_config = ConfigDict(extra="forbid")


def text_like(pattern: str) -> Any:
    """Return the check that a value is a text of a form."""
    form = re.compile(pattern, re.ASCII)

    def check(value: Any) -> str:
        # In Python $ stands before a line break at the end, too; half a character is none.
        if not isinstance(value, str) or not form.match(value) or value.endswith("\n") or SURROGATES.search(value):
            raise ValueError("text_has_its_form")
        return value

    return check


def day_of(value: Any) -> date:
    return date.fromisoformat(text_like(DAY)(value))


def month_of(value: Any) -> date:
    return date.fromisoformat(f"{text_like(MONTH)(value)}-01")


def paid_of(value: Any) -> Decimal:
    return exact(Decimal(text_like(PAID)(value)))


def money_of(value: Any) -> Decimal:
    """Return an amount of ours; what comes out of the books is a number already."""
    return exact(value) if isinstance(value, Decimal) else exact(Decimal(text_like(MONEY)(value)))


def money_text(amount: Decimal) -> str:
    """Return an amount as ``1234.50``."""
    return f"{amount:f}"


def schema(pattern: str, example: str, **more: Any) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example], **more})


def text(pattern: str, *, least: int = 1, most: int) -> Any:
    """Return the type of a text of a form."""
    return Annotated[
        str,
        BeforeValidator(text_like(pattern)),
        Field(min_length=least, max_length=most),
        WithJsonSchema({"type": "string", "pattern": pattern, "minLength": least, "maxLength": most}),
    ]


DayIn = Annotated[date, BeforeValidator(day_of), schema(DAY, "2026-11-05", format="date")]
MonthIn = Annotated[date, BeforeValidator(month_of), schema(MONTH, "2026-11")]
PaidIn = Annotated[Decimal, BeforeValidator(paid_of), schema(PAID, "1234.50")]
Money = Annotated[
    Decimal, BeforeValidator(money_of), PlainSerializer(money_text, return_type=str), schema(MONEY, "1234.50")
]
DayOut = Annotated[date, PlainSerializer(date.isoformat, return_type=str), schema(DAY, "2026-11-05", format="date")]
MonthOut = Annotated[date, PlainSerializer(lambda month: f"{month:%Y-%m}", return_type=str), schema(MONTH, "2026-11")]


class Problem(Model):
    """Why a call is refused (RFC 9457), with the name of the rule, what was found, and what to do."""

    type: str
    title: str
    status: int
    name: str
    detail: str
    facts: dict[str, Any]
    remedy: str
