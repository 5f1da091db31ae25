"""What was checked, what does not agree, and how both are told in English and Chinese."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Tuple

# Each check by its name, in the order in which they are told: in English and in Chinese.
CHECKS: Dict[str, Tuple[str, str]] = {
    "zip": ("the zip file is as it was written", "压缩包与生成时一致"),
    "files": ("every file is there, no other is, and each has its SHA-256", "文件齐全、无多余，SHA-256 相符"),
    "rows": ("every table has its columns, its order and its number of rows", "各表列名、顺序、行数相符"),
    "chain": ("each seal continues the one before, up to the head", "封签逐条相连，直至链首"),
    "vouchers": ("the text of each voucher has the digest that was sealed", "凭证原文与封签摘要相符"),
    "signatures": ("each later signature is as it was sealed", "补签与封签相符"),
    "balanced": (
        "debits equal credits by voucher, record and fund; headers equal lines",
        "凭证借贷平衡，表头与分录相符",
    ),
    "numbers": ("voucher numbers run on without a gap", "凭证号连续无断号"),
    "periods": ("changes of periods and totals of closed ones are as sealed", "期间变动与结账合计同封签相符"),
    "balances": ("openings, turnovers and closings are those of the lines", "期初、发生额、期末与分录相符"),
    "mirrors": ("paired current accounts of two books sum to zero", "上下级往来对应科目合计为零"),
    "four_eyes": ("those who must be different people are", "不相容岗位由不同人员签署"),
    "reversals": ("each reversal is the exact red copy of its voucher", "冲销凭证为原凭证的全额红字"),
    "totals": ("counts and control totals are those of the manifest", "笔数与控制合计同清单相符"),
    "trail": ("each event of the trail continues the one before", "操作日志逐条相连"),
    "batches": (
        "payments of a batch have its number, total and digest, and are in its files",
        "批次笔数、金额、摘要与支付、银行文件相符",
    ),
    "owed": (
        "each payment is the sum of what it pays, each obligation is paid once",
        "支付等于应付之和，应付不重复支付",
    ),
    "results": ("what is settled or returned has the record of the bank", "支付状态有银行回盘记录"),
    "posted": ("what was paid and what came back has its vouchers", "付款与退汇均有等额凭证"),
    "anchor": ("the heads and the manifest are those kept elsewhere", "链首与清单同外部锚定相符"),
}
TOLD_MAX = 6  # of one check
KEPT_MAX = 10000

WORDS: Dict[str, Tuple[str, str]] = {
    "differs": ("differs", "不符"),
    "missing": ("is missing", "缺失"),
    "surplus": ("should not be there", "多余"),
    "order": ("stands in the wrong order, or twice", "顺序错误或重复"),
    "unreadable": ("cannot be read", "无法读取"),
    "digest": ("has another SHA-256", "SHA-256 不符"),
    "twice": ("is there twice", "重复"),
}


class Finding(NamedTuple):
    """One thing that does not agree: which check, in which file and row, what it is about, and both values."""

    check: str
    file: str
    row: int
    place: str
    what: str
    expected: str
    found: str


class Findings:
    """Counts what was checked and keeps what does not agree."""

    def __init__(self) -> None:
        self.counts: Dict[str, int] = {}
        self.kept: List[Finding] = []
        self.faults: Dict[str, int] = {}
        self.notes: List[Tuple[str, str]] = []

    def checked(self, check: str, count: int = 1) -> None:
        """Count what was held against something."""
        self.counts[check] = self.counts.get(check, 0) + count

    def add(
        self, check: str, file: str, row: int, place: str, what: str, expected: object = "", found: object = ""
    ) -> None:
        """Keep one thing that does not agree; ``row`` is 0 where it is about the whole file."""
        self.faults[check] = self.faults.get(check, 0) + 1
        if len(self.kept) < KEPT_MAX:
            self.kept.append(Finding(check, file, row, place, what, short(expected), short(found)))

    def compare(self, check: str, file: str, row: int, place: str, expected: object, found: object) -> None:
        """Count a comparison, and keep it where both values differ."""
        self.checked(check)
        if expected != found:
            self.add(check, file, row, place, "differs", expected, found)

    def note(self, english: str, chinese: str) -> None:
        """Say what could not be proven, which is no disagreement."""
        self.notes.append((english, chinese))

    def told(self, chinese: int) -> List[str]:
        """Return what an auditor reads, one line a check, then what does not agree; ``chinese`` is 1 or 0."""
        lines = []
        for name, words in CHECKS.items():
            if name not in self.counts and name not in self.faults:
                continue
            faults = self.faults.get(name, 0)
            state = ("ok  ", "相符")[chinese] if not faults else (f"{faults} wrong", f"不符 {faults} 处")[chinese]
            lines.append(f"{name:11}{self.counts.get(name, 0):>10}  {state}  {words[chinese]}")
        lines += ["  " + note[chinese] for note in self.notes]
        shown = [one for name in CHECKS for one in [kept for kept in self.kept if kept.check == name][:TOLD_MAX]]
        lines += [sentence(one, chinese) for one in shown]
        hidden = sum(self.faults.values()) - len(shown)
        if hidden > 0:
            lines.append((f"... and {hidden} more", f"…… 另有 {hidden} 处")[chinese])
        return lines


def sentence(one: Finding, chinese: int) -> str:
    """Return one finding as a line."""
    where = one.file + ((f" row {one.row}", f" 第 {one.row} 行")[chinese] if one.row else "")
    said = WORDS.get(one.what, (one.what, one.what))[chinese]
    line = f"[{one.check}] {where}: {one.place} {said}"
    if one.expected or one.found:
        line += (f": expected {one.expected!r}, found {one.found!r}", f"：应为 {one.expected!r}，实为 {one.found!r}")[
            chinese
        ]
    return line


def short(value: object) -> str:
    """Return a value as it is shown: no longer than a line."""
    text = str(value)
    return text if len(text) <= 100 else text[:97] + "..."
