"""Put faults into clean tables: one to a row at most, each kind of the README as often as the others."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import NamedTuple

from tests.months.digits import id_check, luhn_digit, serial_day, widen, yuan
from tests.months.tables import DateCell, Fault, Formula, Line, Number, Raw, Table

SPACES = (" ", "  ", "\t", "\u00a0", "\u3000")
INNER = {"姓名", "身份证号", "账号", "新账号"}
DOTS = "•．.・"
SPACED = (
    "姓名",
    "身份证号",
    "账号",
    "单位编码",
    "单位名称",
    "新账号",
    "工资项目",
    "乡镇",
    "票据号",
    "项目名称",
    "分户",
)
WIDENED = ("身份证号", "账号", "单位编码", "统一社会信用代码", "乡镇编码", "票据号", "缴款书号", "经济分类编码")
Form = str  # 'xlsx' or 'csv', of the one file


class Dirtier(NamedTuple):
    """What a fault maker knows: the generator, the table, the form of its file."""

    rng: Random
    table: Table
    form: Form

    def put(self, line: Line, kind: str, column: str, raw: Raw, *, cause: str | None = None) -> None:
        """Write raw instead of the clean value and say so in the line's fault."""
        line.raw[column] = raw
        clean = line.cells[column]
        amounts = {found.name for found in self.table.columns if found.kind == "amount"}
        text = yuan(int(clean or 0)) if column in amounts else str(clean or "")
        line.fault = Fault(kind, column, shown(raw), text, cause)

    def names(self, kind: str) -> list[str]:
        return [column.name for column in self.table.columns if column.kind == kind]

    def has(self, column: str) -> bool:
        return any(found.name == column for found in self.table.columns)


def shown(raw: Raw) -> str:
    """Write a cell as the key shows it."""
    if isinstance(raw, DateCell):
        return raw.on.isoformat()
    return raw if isinstance(raw, str) else raw.text


Maker = Callable[[Dirtier, Line], bool]  # puts its fault, or says False where the line does not suit


def spaces(dirt: Dirtier, line: Line) -> bool:
    fields = [name for name in SPACED if line.cells.get(name) and name not in dirt.table.merged]
    if not fields:
        return False
    name = dirt.rng.choice(fields)
    clean, space = line.text(name), dirt.rng.choice(SPACES)
    forms = [space + clean, clean + space, space + clean + space]
    if name in INNER:
        step = 4 if clean.isascii() else 1
        forms.append(space.join(clean[at : at + step] for at in range(0, len(clean), step)))
    dirt.put(line, "spaces", name, dirt.rng.choice(forms))
    return True


def fullwidth(dirt: Dirtier, line: Line) -> bool:
    fields = [name for name in WIDENED if line.cells.get(name) and name not in dirt.table.merged]
    amounts = [name for name in dirt.names("amount") if line.amount(name) > 0]
    if not fields and not amounts:
        return False
    if amounts and (not fields or dirt.rng.random() < 0.6):
        name = dirt.rng.choice(amounts)
        dirt.put(line, "fullwidth", name, widen(yuan(line.amount(name))))
        return True
    name = dirt.rng.choice(fields)
    clean = line.text(name)
    part = clean if dirt.rng.random() < 0.7 else clean[:6] + widen(clean[6:10]) + clean[10:]
    dirt.put(line, "fullwidth", name, widen(clean) if part == clean else part)
    return True


def text_amount(dirt: Dirtier, line: Line) -> bool:
    names = [name for name in dirt.names("amount") if line.amount(name) > 0]
    if not names:
        return False
    name = dirt.rng.choice(names)
    plain = yuan(line.amount(name))
    grouped = f"{line.amount(name) // 100:,}{plain[-3:]}"
    forms = [f"¥{plain}", f"￥{plain}", f"¥{grouped}", f"￥{grouped}", *([grouped] if "," in grouped else [])]
    if dirt.form == "xlsx":
        forms.append(plain)  # a number kept as text
    dirt.put(line, "text_amount", name, dirt.rng.choice(forms))
    return True


def date_format(dirt: Dirtier, line: Line) -> bool:
    names = [name for kind in ("date", "month") for name in dirt.names(kind) if line.cells[name]]
    names = [name for name in names if name not in dirt.table.merged]
    if not names:
        return False
    name = dirt.rng.choice(names)
    clean = line.text(name)
    year, month = clean[:4], clean[5:7]
    if len(clean) == 7:
        forms: list[Raw] = [f"{year}年{int(month)}月", f"{year}.{int(month)}", f"{year}{month}", f"{year}/{int(month)}"]
    else:
        day = clean[8:]
        forms = [f"{year}{sign}{int(month)}{sign}{int(day)}" for sign in "./"]
        forms += [f"{year}{month}{day}", f"{year}年{int(month)}月{int(day)}日"]
        serial = str(serial_day(clean))
        forms.append(Number(serial) if dirt.form == "xlsx" else serial)
        if dirt.form == "xlsx":
            forms.append(DateCell(date.fromisoformat(clean)))
    dirt.put(line, "date_format", name, dirt.rng.choice(forms))
    return True


def id_lower_x(dirt: Dirtier, line: Line) -> bool:
    clean = line.text("身份证号")
    if not clean.endswith("X"):
        return False
    dirt.put(line, "id_lower_x", "身份证号", clean.lower())
    return True


def id_15(dirt: Dirtier, line: Line) -> bool:
    clean = line.text("身份证号")
    if clean[6:8] != "19":
        return False
    dirt.put(line, "id_15", "身份证号", clean[:6] + clean[8:17])
    return True


def name_dot(dirt: Dirtier, line: Line) -> bool:
    clean = line.text("姓名")
    if "·" not in clean:
        return False
    dirt.put(line, "name_dot", "姓名", clean.replace("·", dirt.rng.choice(DOTS)))
    return True


def credit_code(dirt: Dirtier, line: Line) -> bool:
    clean = line.text("统一社会信用代码")
    dirt.put(line, "credit_code", "统一社会信用代码", clean[:-1] + ("0" if clean[-1] != "0" else "1"))
    return True


def id_check_digit(dirt: Dirtier, line: Line) -> bool:
    clean = line.text("身份证号")
    wrong = dirt.rng.choice([sign for sign in "0123456789X" if sign != clean[-1]])
    dirt.put(line, "id_check_digit", "身份证号", clean[:-1] + wrong)
    return True


def id_bad_date(dirt: Dirtier, line: Line) -> bool:
    clean = line.text("身份证号")
    body = clean[:10] + dirt.rng.choice(("0231", "0230", "1305", "0431", "0631", "0000", "1200")) + clean[14:17]
    dirt.put(line, "id_bad_date", "身份证号", body + id_check(body))
    return True


def number_precision(dirt: Dirtier, line: Line) -> bool:
    numbers = {name: line.text(name) for name in ("身份证号", "账号")}
    names = [name for name, text in numbers.items() if text.isdigit() and 15 < len(text) < 20 and text[0] != "0"]
    names = [name for name in names if numbers[name][15:].strip("0")]
    if not names:
        return False
    name = dirt.rng.choice(names)
    clean = line.text(name)
    if dirt.form == "xlsx":
        raw: Raw = Number(clean[:15] + "0" * (len(clean) - 15))
    else:
        raw = f"{clean[0]}.{clean[1:6]}E+{len(clean) - 1}"
    dirt.put(line, "number_precision", name, raw)
    return True


def account_luhn(dirt: Dirtier, line: Line) -> bool:
    name = "账号" if dirt.has("账号") else "新账号"
    clean = line.text(name)
    if not clean.startswith("62") or not 16 <= len(clean) <= 19 or luhn_digit(clean[:-1]) != clean[-1]:
        return False
    wrong = dirt.rng.choice([sign for sign in "0123456789" if sign != clean[-1]])
    dirt.put(line, "account_luhn", name, clean[:-1] + wrong)
    return True


def missing_account(dirt: Dirtier, line: Line) -> bool:
    if not line.cells["账号"]:
        return False
    dirt.put(line, "missing_account", "账号", "")
    return True


def unknown_unit(dirt: Dirtier, line: Line) -> bool:
    dirt.put(line, "unknown_unit", "单位编码", dirt.rng.choice(("220112999001", "220112888017")))
    return True


def negative_amount(dirt: Dirtier, line: Line) -> bool:
    if line.cells.get("变动类型") == "新增":
        return False  # who would pay a newcomer without one of his items?
    names = [name for name in dirt.names("amount") if line.amount(name) > 0 and name != "原金额"]
    if not names:
        return False
    name = dirt.rng.choice(names)
    text = yuan(-line.amount(name))
    dirt.put(line, "negative_amount", name, Number(text) if dirt.form == "xlsx" else text)
    return True


def three_decimals(dirt: Dirtier, line: Line) -> bool:
    names = [name for name in dirt.names("amount") if line.amount(name) > 0]
    if not names:
        return False
    name = dirt.rng.choice(names)
    text = yuan(line.amount(name)) + str(dirt.rng.randint(1, 9))
    dirt.put(line, "three_decimals", name, Number(text) if dirt.form == "xlsx" else text)
    return True


def formula_cell(dirt: Dirtier, line: Line) -> bool:
    names = [name for name in dirt.names("amount") if line.amount(name) > 200_00]
    if not names:
        return False
    name = dirt.rng.choice(names)
    text = f"={yuan(line.amount(name) - 100_00)}+100"
    cached = dirt.rng.choice(("", yuan(line.amount(name))))
    dirt.put(line, "formula_cell", name, Formula(text, cached) if dirt.form == "xlsx" else text)
    return True


FORMAT_MAKERS: tuple[Maker, ...] = (spaces, fullwidth, text_amount, date_format, id_lower_x, id_15, name_dot)


def sprinkle(dirt: Dirtier, *, makers: Sequence[Maker], each: int) -> None:
    """Put each kind of fault into some lines that have none yet."""
    lines = [line for line in dirt.table.lines if line.fault is None and not line.blank]
    dirt.rng.shuffle(lines)
    for maker in makers:
        left = each
        rest: list[Line] = []
        for index, line in enumerate(lines):
            if left == 0:
                rest += lines[index:]
                break
            if line.fault is None and maker(dirt, line):
                left -= 1
            else:
                rest.append(line)
        lines = rest


def repeat(dirt: Dirtier, *, kind: str, column: str, each: int) -> list[Line]:
    """Write some rows twice: a copy further down is the fault, the first row stands; give the first rows."""
    free = [index for index, line in enumerate(dirt.table.lines) if line.fault is None]
    chosen = sorted(dirt.rng.sample(free, min(each, len(free))), reverse=True)
    firsts = [dirt.table.lines[index] for index in chosen]
    for index, first in zip(chosen, firsts, strict=True):
        fault = Fault(kind, column, clean=first.text(column))
        copy = Line(dict(first.cells), fault=fault)
        # Within the block of the first row's merged cells, else up to 20 rows further down.
        at = index + 1 + (0 if dirt.table.merged else dirt.rng.randint(0, 20))
        dirt.table.lines.insert(at, copy)
    return firsts


def share_accounts(dirt: Dirtier, *, each: int) -> None:
    """Give some people the account of the person above: the later row is refused, the earlier one warned of."""
    lines = dirt.table.lines
    starts = list(range(len(lines) - 1))
    dirt.rng.shuffle(starts)
    for start in starts:
        first, second = lines[start], lines[start + 1]
        if each == 0:
            return
        both = first.cells["账号"] and second.cells["账号"] and first.cells["身份证号"] != second.cells["身份证号"]
        if start and lines[start - 1].cells["身份证号"] == first.cells["身份证号"]:
            continue  # the account was used for the first time above
        if both and first.fault is None and second.fault is None:
            first.fault = Fault("shared_account_first", "账号", clean=first.text("账号"))
            dirt.put(second, "shared_account", "账号", first.text("账号"))
            each -= 1


def cascade(*, tables: Sequence[Table], refused: dict[str, str]) -> None:
    """Refuse the rows of people whose roster row was refused."""
    for table in tables:
        for line in table.lines:
            person = line.text("身份证号")
            if person in refused and line.fault is None:
                line.fault = Fault("person_not_accepted", "身份证号", clean=person, cause=refused[person])


def insert_strangers(dirt: Dirtier, *, each: int, strangers: Sequence[tuple[str, str]]) -> None:
    """Add rows like others, but of people who are not on the roster; strangers are names and new ID numbers."""
    free = [index for index, line in enumerate(dirt.table.lines) if line.fault is None]
    chosen = sorted(dirt.rng.sample(free, min(each, len(free))), reverse=True)
    for index, (name, number) in zip(chosen, strangers, strict=False):
        model = dirt.table.lines[index]
        copy = replace(model, cells=model.cells | {"姓名": name, "身份证号": number}, raw={})
        copy.fault = Fault("unknown_person", "身份证号", clean=number)
        dirt.table.lines.insert(index + 1, copy)


def leave_empty_rows(dirt: Dirtier, *, each: int) -> None:
    """Put empty rows between the others."""
    lines = dirt.table.lines
    for at in sorted(dirt.rng.sample(range(1, len(lines)), min(each, len(lines) - 1)), reverse=True):
        lines.insert(at, Line({}, fault=Fault("empty_row"), blank=True))
