"""Invent benefit recipients and the deaths known of, and who gets what in the month."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.months import dirt
from tests.months.digits import last_day, shift, yuan
from tests.months.people import DISTRICT, FAMILY, Inventor, listed
from tests.months.settling import CLOSED, MONTHLY, ONE_OFF, benefit_of
from tests.months.tables import Fault, Line, Table, Value, columns

BENEFIT_COLUMNS = columns(
    "序号 乡镇 村 户编号 户类型 城乡 姓名 身份证号 与户主关系 项目名称 资格起始 资格终止 死亡日期 发放证号"
    " 最近见面核实日期 开户行 账号 状态",
    dates="资格起始 资格终止 死亡日期 最近见面核实日期",
)
DEATH_COLUMNS = columns("姓名 身份证号 死亡日期 来源", dates="死亡日期")
PLACES = listed("岭 屯 沟 窝堡 甸子")
NEW = "二女户养老保障"
UNKNOWN_TOWNS = ("城关街道", "前进乡", "江北镇")
UNKNOWN_SCHEMES = ("计生专项奖", "独生子女费")
MAKERS: tuple[dirt.Maker, ...] = (
    dirt.id_check_digit, dirt.id_bad_date, dirt.number_precision, dirt.account_luhn, dirt.missing_account,
    *dirt.FORMAT_MAKERS,
)  # fmt: skip


class Office:
    """Keeps the roster of recipients and the list of deaths."""

    def __init__(self, *, rng: Random, inventor: Inventor, towns: dict[str, str], month: str) -> None:
        self.rng = rng
        self.inventor = inventor
        self.towns = towns
        self.month = month
        self.in_time = f"{shift(month, -6)}-01"
        self.deaths: dict[str, tuple[str, str]] = {}  # ID -> name and date
        flat = month.replace("-", "")
        title = f"{DISTRICT}{month[:4]}年{int(month[5:])}月奖励扶助对象名册"
        self.table = Table("奖扶对象名册", "名册", title, BENEFIT_COLUMNS, [])
        title = f"{DISTRICT}死亡比对名单"
        self.death_table = Table(f"死亡比对名单_{flat}", "", title, DEATH_COLUMNS, [], always_csv="utf-8")

    def invent(self, *, rows: int) -> None:
        """Invent households of one or two recipients, some with two schemes."""
        house = 0
        while len(self.table.lines) < rows:
            house += 1
            town = self.rng.choice(list(self.towns))
            kind = self.rng.choice(("独生子女户", "独生子女户", "双女户"))
            place = "社区" if town.endswith("街道") else f"{self.rng.choice(PLACES)}村"
            common: dict[str, Value] = {
                "序号": "",
                "乡镇": town,
                "村": f"{self.rng.choice(FAMILY)}家{place}",
                "户编号": f"{self.towns[town]}{house:07d}",
                "户类型": kind,
                "城乡": "城镇" if town.endswith("街道") and self.rng.random() < 0.5 else "农村",
            }
            for role in ("户主", "配偶")[: self.rng.randint(1, 2)]:
                self.recipient(common={**common, "与户主关系": role}, kind=kind)
        del self.table.lines[rows:]

    def go_on(self, recipients: Iterable[Mapping[str, Value]], *, deaths: Mapping[str, tuple[str, str]]) -> None:
        """Take the recipients of the month before; those on the list of deaths are on the roster as dead now."""
        self.deaths = dict(deaths)
        for cells in recipients:
            line = Line(dict(cells))
            death = self.deaths.get(line.text("身份证号"))
            if death and line.cells["状态"] == "正常" and not line.cells["死亡日期"]:
                line.cells |= {"死亡日期": death[1], "状态": "死亡"}
            if not self.reason(line)[0] and self.rng.random() < 0.2:
                line.cells["最近见面核实日期"] = f"{self.month}-{self.rng.randint(1, 28):02d}"
            if self.reason(line)[0] == "verification_overdue":
                line.cells["最近见面核实日期"] = self.in_time
            self.table.lines.append(line)

    def truth(self) -> list[Mapping[str, Value]]:
        """Give the recipients without what was put in on purpose."""
        made_up = ("duplicate_person", "exclusive_double")
        return [line.cells for line in self.table.data if not (line.fault and line.fault.kind in made_up)]

    def recipient(self, *, common: dict[str, Value], kind: str) -> None:
        """Invent a recipient with one scheme, or with two that go side by side."""
        rng = self.rng
        schemes = [rng.choice((NEW, "奖励扶助") if kind == "双女户" else [name for name in MONTHLY if name != NEW])]
        if kind == "双女户" and rng.random() < 0.15:
            schemes = [NEW, "奖励扶助"]
        elif rng.random() < 0.03:
            schemes = [rng.choice([name for name in ONE_OFF if kind != "双女户" or "二女户" in name])]
        elif kind == "双女户" and rng.random() < 0.03:
            schemes = [CLOSED]
        young = schemes == ["独生子女保健费"]
        number = self.inventor.id_number(year_from=1976 if young else 1936, year_to=2000 if young else 1966)
        bank, account = self.inventor.account()
        person = {"姓名": self.inventor.name(), "身份证号": number, "开户行": bank, "账号": account}
        for scheme in schemes:
            serial = f"QL{rng.randint(2005, int(self.month[:4]))}{len(self.table.lines) + 1:08d}"
            cells = {**common, **person, "项目名称": scheme, "发放证号": serial, **self.times(scheme=scheme)}
            self.table.lines.append(Line(cells))
        if rng.random() < 0.04:
            self.dies(number=number, lines=self.table.lines[-len(schemes) :])

    def times(self, *, scheme: str) -> dict[str, Value]:
        """Choose the dates and the status of a row, on both sides of every boundary."""
        rng, month = self.rng, self.month
        start, end, status = f"{rng.randint(2005, int(month[:4]) - 1)}-{rng.randint(1, 12):02d}-01", "", "正常"
        seen = min(f"{shift(month, -rng.randint(0, 6))}-{rng.randint(1, 28):02d}", f"{month}-{last_day(month)}")
        kind = rng.random()
        if scheme in ONE_OFF:
            start = f"{shift(month, rng.choice((-3, -1, 0, 0, 0, 1)))}-{rng.randint(1, 28):02d}"
            end = f"{start[:7]}-{last_day(start[:7])}"
        elif scheme == CLOSED:
            start, end, status = "2010-01-01", rng.choice(("2012-12-31", "")), "终止"
        elif kind < 0.02:
            status = "暂停"
        elif kind < 0.05:
            start = f"{shift(month, rng.choice((0, 1, 2)))}-{rng.randint(1, 28):02d}"
        elif kind < 0.12:
            end = f"{shift(month, -rng.choice((0, 1, 1, 7, 20)))}-{rng.randint(1, 28):02d}"
            status = rng.choice(("终止", "正常"))
        elif kind < 0.2:
            end = f"{shift(month, rng.randint(1, 150))}-28"
        elif kind < 0.205:
            status = rng.choice(("终止", "死亡"))  # a status that decides nothing by itself
        elif kind < 0.22:
            seen = self.in_time
        seen = max(seen, self.in_time)
        if "" < end[:7] < month and scheme not in ONE_OFF:
            seen = end  # nobody asks after him any more
        return {
            "资格起始": start,
            "资格终止": end,
            "死亡日期": "",
            "最近见面核实日期": seen,
            "状态": status,
        }

    def dies(self, *, number: str, lines: Sequence[Line]) -> None:
        """Let a recipient die, in the month or before: on the roster, on the list, or on both."""
        rng = self.rng
        on = f"{shift(self.month, -rng.choice((0, 0, 1, 2, 9, 20)))}-{rng.randint(1, 28):02d}"
        where = rng.choice(("both", "roster", "list"))
        if where != "roster":
            self.deaths[number] = (lines[0].text("姓名"), on)
        for line in lines:
            line.cells["最近见面核实日期"] = (
                min(line.text("最近见面核实日期"), on) if on[:7] < self.month else self.in_time
            )
            if where != "list":
                line.cells |= {"死亡日期": on, "状态": "死亡"}
            elif on[:7] < self.month and line.cells["状态"] == "正常":
                line.cells["状态"] = "终止"  # else it would be a fault

    def soil(self, *, each: int, form: str) -> None:
        """Put the faults of the README into the roster."""
        rng, table = self.rng, self.table
        maker = dirt.Dirtier(rng, table, form)
        dirt.share_accounts(maker, each=each)
        rows = Counter(line.text("身份证号") for line in table.lines)
        running = [line for line in table.lines if self.is_paid(line) and line.fault is None]
        rng.shuffle(running)
        for _ in range(min(each, len(running) // 8)):
            maker.put(running.pop(), "unknown_township", "乡镇", rng.choice(UNKNOWN_TOWNS))
            maker.put(running.pop(), "unknown_benefit", "项目名称", rng.choice(UNKNOWN_SCHEMES))
            self.overdue(running.pop())
            if rows[running[-1].text("身份证号")] == 1:
                self.deceased(running.pop())
        dirt.sprinkle(maker, makers=MAKERS, each=each)
        doubles = [line for line in running if line.cells["项目名称"] == NEW and line.fault is None]
        for line in doubles[:each]:
            self.double(line)
        self.twice(maker=maker, each=each)
        dirt.leave_empty_rows(maker, each=each)

    def is_paid(self, line: Line) -> bool:
        return not self.reason(line)[0] and line.cells["状态"] == "正常" and line.cells["身份证号"] not in self.deaths

    def overdue(self, line: Line) -> None:
        day = date.fromisoformat(self.in_time) - timedelta(days=self.rng.choice((1, 1, 30, 400)))
        line.cells["最近见面核实日期"] = day.isoformat()
        line.fault = Fault("verification_overdue", "最近见面核实日期", clean=day.isoformat())

    def deceased(self, line: Line) -> None:
        number = line.text("身份证号")
        on = f"{shift(self.month, -self.rng.choice((1, 2, 8)))}-{self.rng.randint(1, 28):02d}"
        self.deaths[number] = (line.text("姓名"), on)
        line.fault = Fault("deceased_on_roster", "身份证号", clean=number, cause=on)

    def double(self, line: Line) -> None:
        """Leave the old scheme running beside the new one, some rows above or below."""
        old: dict[str, Value] = {"项目名称": CLOSED, "资格起始": "2011-01-01", "资格终止": "", "状态": "正常"}
        copy = Line(line.cells | old, fault=Fault("exclusive_double", "项目名称", clean=CLOSED))
        at = self.table.lines.index(line) + self.rng.randint(-10, 15)
        self.table.lines.insert(min(max(at, 0), len(self.table.lines)), copy)

    def twice(self, *, maker: dirt.Dirtier, each: int) -> None:
        """Put some people on the roster twice with the same scheme; the second row is of another township."""
        for first in dirt.repeat(maker, kind="duplicate_person", column="身份证号", each=each):
            same = [line for line in self.table.lines if line.cells["身份证号"] == first.cells["身份证号"]]
            again = next(line for line in same if line.fault and line.fault.kind == "duplicate_person")
            again.cells["乡镇"] = self.rng.choice(list(self.towns))

    def list_deaths(self) -> Table:
        """Write the list of deaths, with people who are on no roster."""
        for _ in range(max(3, len(self.deaths) // 2)):
            on = f"{shift(self.month, -self.rng.randint(0, 12))}-{self.rng.randint(1, 28):02d}"
            self.deaths[self.inventor.id_number(year_from=1930)] = (self.inventor.name(), on)
        for number, (name, on) in sorted(self.deaths.items(), key=lambda item: item[1][1]):
            source = self.rng.choice(("殡葬火化", "公安注销"))
            self.death_table.lines.append(Line({"姓名": name, "身份证号": number, "死亡日期": on, "来源": source}))
        return self.death_table

    def reason(self, line: Line) -> tuple[str, int]:
        death = self.deaths.get(line.text("身份证号"), ("", ""))[1]
        return benefit_of(row=line.cells, month=self.month, death=death)

    def outcome(self) -> list[dict[str, Any]]:
        """Give the rows of answers_benefits.csv."""
        rows: list[dict[str, Any]] = []
        for line in self.table.data:
            why, amount = self.reason(line) if not line.refused else ("", 0)
            if line.refused and line.fault:
                why = f"rejected:{line.fault.kind}"
            own = {"id_number": line.text("身份证号"), "township": line.text("乡镇"), "scheme": line.text("项目名称")}
            flags = {"valid": int(not line.refused), "paid": int(not why), "reason": why, "amount": yuan(amount)}
            rows.append({"row": line.row, **own, **flags})
        return rows


def benefits_key(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Sum up the benefits as answers.json has them."""
    schemes: dict[str, dict[str, Counter[str]]] = {}
    for row in rows:
        if row["paid"]:
            sums = schemes.setdefault(row["scheme"], {}).setdefault(row["township"], Counter())
            sums.update(persons=1, fen=int(row["amount"].replace(".", "")))

    def shown(sums: Counter[str]) -> dict[str, Any]:
        return {"persons": sums["persons"], "amount": yuan(sums["fen"])}

    by_scheme = {name: sum(towns.values(), Counter[str]()) for name, towns in schemes.items()}
    return {
        "by_scheme_township": {
            name: {town: shown(sums) for town, sums in towns.items()} for name, towns in schemes.items()
        },
        "by_scheme": {name: shown(sums) for name, sums in by_scheme.items()},
        "total": shown(sum(by_scheme.values(), Counter[str]())),
        "not_paid": dict(Counter(row["reason"] for row in rows if row["reason"])),
    }
