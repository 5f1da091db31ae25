"""Invent units and people: names, ID numbers, accounts, salaries; the truth that the files are written from."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from tests.months.digits import credit_check, id_number, last_day, luhn_digit, organisation_check, percent, shift
from tests.months.oracle import YearToDate, add_month, cumulative_tax


def listed(text: str) -> tuple[str, ...]:
    """Take words that are parted by spaces."""
    return tuple(text.split())


DISTRICT = "青岚区"
TOWN_NAMES = listed(
    "云溪 石桥 柳河 太平 双泉 黑林 东湖 长岭 新安 红旗 大川 白石 青山 南甸 松江 龙泉 清河 三道 兴隆 永乐 金沙 "
    "玉泉 凤凰 桃园 高台 沙河"
)
TOWN_TYPES = (("镇", "1"), ("街道", "0"), ("镇", "1"), ("乡", "2"), ("镇", "1"), ("街道", "0"))
STATIONS = listed(
    "林业工作站 文化广播站 村镇建设管理所 农机管理站 统计工作站 水利工作站 经营管理站 畜牧兽医站 农业技术推广站 "
    "卫生健康服务站 社会事务所 劳动和社会保障所"
)
FAMILY: tuple[str, ...] = (
    *"王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕",
    "欧阳",
    "司马",
)
GIVEN = listed(
    "英 丽 伟 芳 娜 敏 静 强 磊 军 洋 勇 艳 杰 涛 明 超 秀英 霞 平 刚 桂英 建国 建华 玉兰 志强 桂珍 海燕 淑兰 "
    "丹丹 雪 鹏 宇 晨 婷婷 浩 凯 佳 倩 帅 斌 莉 文 红霞 秀珍 凤英 春梅 国强 立新 晓东 思远 子轩 雨桐 欣怡"
)
RARE = tuple("䶮㛃𬭎㮾𠅤堃翀")
MINORITY = listed("阿依古丽 木合塔尔 帕提古丽 艾山江 乌云其木格 扎西 卓玛 买买提 古丽娜尔")
MINORITY_AFTER = listed("达瓦 艾则孜 卡德尔 才让 热西提 吐尔地 阿不都热合曼")
AREAS = ("220112",) * 8 + ("220122", "220182", "220183", "220381", "220523", "210102", "370102", "230103")
OLD_AREAS = ("220125", "220125", "220125", "222125", "220625", "522426")
CARDS = (
    ("中国工商银行青岚支行", "622208"),
    ("中国农业银行青岚支行", "622848"),
    ("中国建设银行青岚支行", "622700"),
    ("中国邮政储蓄银行青岚支行", "622188"),
    ("青岚农村商业银行", "622859"),
)
BOOKS = (("中国邮政储蓄银行青岚支行", "6052"), ("青岚农村商业银行", "0710"))
CATEGORIES = ("公务员", "事业管理", "事业专技", "机关工人", "聘用")
POSTS = {
    "公务员": ("一级主任科员", "二级主任科员", "三级主任科员", "四级主任科员", "一级科员", "二级科员"),
    "事业管理": ("七级职员", "八级职员", "九级职员"),
    "事业专技": ("高级农艺师", "农艺师", "助理农艺师", "技术员"),
    "机关工人": ("技师", "高级工", "中级工"),
    "聘用": ("协管员", "办事员", "网格员"),
}
STOP_REASONS = ("退休", "退休", "退休", "调出", "辞职", "死亡")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a township; channel is 个人账户 or 单位存折."""

    code: str
    name: str
    township_code: str
    township: str
    township_type: str
    nature: str
    credit: str
    channel: str
    bank: str = ""
    account: str = ""


@dataclass(slots=True)
class Person:
    """One person of the roster as he truly is; items in fen, the amount of every month; empty texts for nothing."""

    id_number: str
    name: str
    unit: Unit
    category: str
    post: str
    grade: str
    bank: str
    account: str
    hired: str
    stopped: str = ""
    reason: str = ""
    items: dict[str, int] = field(default_factory=dict)
    ytd: YearToDate | None = None
    newcomer: bool = False
    extras: dict[str, int] = field(default_factory=dict)  # of this month only: bonus, back pay, taken back
    extra_months: dict[str, str] = field(default_factory=dict)  # 补发月份, 补扣月份

    @property
    def own_account(self) -> bool:
        return self.unit.channel == "个人账户"


class Inventor:
    """Invent what must not repeat: ID numbers and account numbers."""

    def __init__(self, *, rng: Random, used: set[str]) -> None:
        self.rng = rng
        self.used = used

    def _new(self, make: Callable[[], str]) -> str:
        while True:
            text = make()
            if text not in self.used:
                self.used.add(text)
                return text

    def id_number(self, *, year_from: int = 1966, year_to: int = 2003) -> str:
        """Invent an ID number; older people often have a county code that is abolished now."""
        rng = self.rng

        def make() -> str:
            year = rng.randint(year_from, year_to)
            areas = OLD_AREAS if rng.random() < (0.5 if year < 1980 else 0.1) else AREAS
            month = rng.randint(1, 12)
            born = f"{year}{month:02d}{rng.randint(1, last_day(f'{year}-{month:02d}')):02d}"
            return id_number(area=rng.choice(areas), born=born, serial=rng.randint(1, 999))

        return self._new(make)

    def account(self) -> tuple[str, str]:
        """Invent a bank and an account: cards of 19 or 16 digits, passbooks of 15, 17 or 21."""
        rng = self.rng
        kind = rng.random()
        bank, lead = rng.choice(CARDS) if kind < 0.9 else rng.choice(BOOKS)

        def make() -> str:
            if kind < 0.9:
                body = lead + "".join(rng.choices("0123456789", k=12 if kind < 0.88 else 9))
                return body + luhn_digit(body)
            length = rng.choice((15, 17, 21))
            # A number of 15 or 21 digits is no card, even where it starts with 62.
            start = "62" if kind > 0.995 and length != 17 else lead
            return start + "".join(rng.choices("0123456789", k=length - len(start)))

        return bank, self._new(make)

    def name(self) -> str:
        """Invent a name: some of minorities with a dot, some with signs that are not in GBK."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.015:
            return f"{rng.choice(MINORITY)}·{rng.choice(MINORITY_AFTER)}"
        if kind < 0.025:
            return rng.choice(FAMILY) + rng.choice(("", *GIVEN[:8])) + rng.choice(RARE)
        return rng.choice(FAMILY) + rng.choice(GIVEN)


def make_units(*, rng: Random, inventor: Inventor, townships: int) -> list[Unit]:
    """Invent the units: 6 to 9 in each township, about a third paid through a passbook of the unit."""
    units: list[Unit] = []
    counts = {"0": 0, "1": 0, "2": 0}
    for index in range(townships):
        kind, group = TOWN_TYPES[index % len(TOWN_TYPES)]
        town = TOWN_NAMES[index % len(TOWN_NAMES)] + ("" if index < len(TOWN_NAMES) else str(index)) + kind
        code = f"220112{group}{counts[group]:02d}"
        counts[group] += 1
        office = f"{town}{'办事处' if kind == '街道' else '人民政府'}"
        names = [office, f"{town}财政所", *(town + name for name in rng.sample(STATIONS, rng.randint(4, 7)))]
        for number, name in enumerate(names, start=1):
            body = f"{rng.randint(10_000_000, 19_999_999)}"
            credit = f"{'11' if number <= 2 else '12'}220112{body}{organisation_check(body)}"
            books = number > 2 and rng.random() < 0.45
            bank, account = rng.choice(BOOKS) if books else ("", "")
            if books:
                account += "".join(rng.choices("0123456789", k=rng.choice((11, 13, 17))))
                inventor.used.add(account)
            nature = "行政" if number <= 2 else "事业"
            channel = "单位存折" if books else "个人账户"
            check = credit_check(credit)
            unit = f"{code}{number:03d}"
            units.append(Unit(unit, name, code, town, kind, nature, credit + check, channel, bank, account))
    return units


def ordinary_items(*, rng: Random, category: str, unit: Unit) -> dict[str, int]:
    """Invent the items of every month in fen; a town's street offices have no 乡镇工作补贴."""
    items: dict[str, int] = {}
    if category == "聘用":
        items["职务岗位工资"] = rng.randint(2500, 3400) * 100
        items["绩效工资"] = rng.choice((0, rng.randint(200_00, 800_00)))
    else:
        items["职务岗位工资"] = rng.randint(61, 360) * 10_00
        items["级别薪级工资"] = rng.randint(268, 4200) * 100
        if category in ("公务员", "机关工人"):
            items["津贴补贴"] = rng.randint(18_000, 38_000) * 10
            items["改革性补贴"] = rng.choice((500_00, 650_00, 1040_00))
        else:
            items["津贴补贴"] = rng.choice((0, rng.randint(600, 4000) * 10))
            items["绩效工资"] = rng.randint(1500_00, 4200_00)
    if rng.random() < 0.01:
        items["职务岗位工资"] = rng.randint(20_000_00, 70_000_00)
    if unit.township_type != "街道":
        items["乡镇工作补贴"] = rng.choice((200_00, 300_00, 400_00, 500_00, 600_00))
    base = sum(items.values())
    items["养老保险"] = percent(amount=base, rate=8)
    items["职业年金"] = 0 if category == "聘用" else percent(amount=base, rate=4)
    items["医疗保险"] = percent(amount=base, rate=2)
    items["失业保险"] = 0 if category in ("公务员", "机关工人") else percent(amount=base, rate=5, parts=1000)
    items["住房公积金"] = percent(amount=base, rate=rng.choice((5, 7, 8, 10, 12)))
    if rng.random() < 0.1:
        items["独生子女补贴"] = rng.choice((10_00, 20_00))
    if rng.random() < 0.55:
        items["专项附加扣除"] = rng.choice((1000_00, 1500_00, 2000_00, 3000_00, 3500_00))
    return {name: amount for name, amount in items.items() if amount}


def make_person(*, rng: Random, inventor: Inventor, unit: Unit, month: str) -> Person:
    """Invent a person of a unit who has been there for some time before the month."""
    category = rng.choices(CATEGORIES, (23, 18, 35, 6, 18))[0]
    number = inventor.id_number()
    bank, account = inventor.account() if unit.channel == "个人账户" else ("", "")
    hired_year = rng.randint(max(int(number[6:10]) + 20, 1990), int(month[:4]))
    months = 12 if hired_year < int(month[:4]) else max(1, int(month[5:]) - 1)
    hired = f"{hired_year}-{rng.randint(1, months):02d}-{rng.randint(1, 28):02d}"
    if hired[:7] >= month:
        hired = f"{shift(month, -1)}-{rng.randint(1, 28):02d}"
    grade = "合同制" if category == "聘用" else f"薪级{rng.randint(2, 40)}"
    if category == "公务员":
        grade = f"{rng.randint(16, 25)}级{rng.randint(1, 9)}档"
    person = Person(
        number, inventor.name(), unit, category, rng.choice(POSTS[category]), grade, bank, account, hired,
        items=ordinary_items(rng=rng, category=category, unit=unit),
    )  # fmt: skip
    person.ytd = past_year(rng=rng, person=person, month=month)
    return person


def past_year(*, rng: Random, person: Person, month: str) -> YearToDate | None:
    """Invent the year to date up to the month before; in January that is the whole old year."""
    before = shift(month, -1)
    since = max(person.hired[:7], f"{before[:4]}-01")
    months = int(before[5:]) - int(since[5:]) + 1
    ytd = YearToDate()
    for _ in range(months):
        ytd, _ = add_month(ytd, person.items)
    kind = rng.random()
    if kind < 0.2:  # a bonus or back pay in some month
        ytd = replace(ytd, income=ytd.income + rng.randint(300_00, 9000_00))
    _, taxable = add_month(replace(ytd, months=ytd.months - 1), {})
    withheld = cumulative_tax(taxable)
    if kind > 0.9:  # more was withheld than is due now, as after a bonus early in the year
        withheld += rng.randint(1, 900_00)
    return replace(ytd, withheld=withheld)
