"""Templates as YAML files: strictly read, every fault told at once.

The keys are those of the shipped files in ``templates/``. A bank's format is added by a file there,
or in a folder of the bureau's own; no code changes.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml

from ledger.exact_yaml import parse_exact
from payouts.bank_files.template_checks import contradictions
from payouts.bank_files.templates import (
    AmountUnit,
    CodeMeaning,
    Column,
    Encoding,
    Field,
    LineEnding,
    Meaning,
    ResultFormat,
    SpaceRule,
    SummaryField,
    SummaryPart,
    Template,
)

SHIPPED = Path(__file__).parent / "templates"
DEFAULT = "list_gb18030"

TEXTS = ("name", "description", "source", "delimiter", "forbidden", "file_name", "single_payment")
WORDS = {"encoding": Encoding, "line_ending": LineEnding, "amount_unit": AmountUnit, "spaces_in_names": SpaceRule}
OTHERS = ("verified", "rows", "columns", "header", "trailer", "result")

Word = TypeVar("Word", bound=Enum)


class TemplateFault(NamedTuple):
    """What is wrong in a template: the place (``columns[2].field``), the fault, and what stands there."""

    place: str
    fault: str
    value: str


class BadTemplate(ValueError):
    """A template that is not used; ``faults`` has everything that is wrong with it."""

    def __init__(self, file: str, faults: Sequence[TemplateFault]) -> None:
        told = "; ".join(f"{fault.place}: {fault.fault} {fault.value}".rstrip() for fault in faults)
        super().__init__(f"{file}: {told}")
        self.file = file
        self.faults = faults


class UnknownTemplate(LookupError):
    """No shipped template has this name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"{name!r} is no template; there are {', '.join(known)}")
        self.name = name
        self.known = known


def shipped_template(*, name: str = DEFAULT) -> Template:
    """Return a template of those shipped.

    :raises UnknownTemplate: if there is none of this name
    """
    templates = load_templates(folder=SHIPPED)
    if name not in templates:
        raise UnknownTemplate(name, sorted(templates))
    return templates[name]


def template_names() -> list[str]:
    """Return the names of the shipped templates."""
    return sorted(load_templates(folder=SHIPPED))


@cache
def load_templates(*, folder: Path) -> Mapping[str, Template]:
    """Read every ``*.yaml`` of a folder, by name.

    :raises BadTemplate: for the first file with faults, or if a single-payment template is not there or takes
        more or fewer rows than one
    """
    templates = {path.stem: read_template(path=path) for path in sorted(folder.glob("*.yaml"))}
    for template in templates.values():
        single = templates.get(template.single_payment)
        if template.single_payment and (single is None or single.limit != 1):
            fault = "unknown_template" if single is None else "not_for_single_payments"
            raise BadTemplate(
                f"{template.name}.yaml", [TemplateFault("single_payment", fault, template.single_payment)]
            )
    return templates


def read_template(*, path: Path) -> Template:
    """Read one template.

    :raises BadTemplate: with all its faults
    """
    try:
        content = parse_exact(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadTemplate(path.name, [TemplateFault("file", "not_yaml", str(error))]) from error
    root = Node(content, "", [])
    template = template_of(root)
    faults = root.faults or [TemplateFault(*fault) for fault in contradictions(template)]
    if not root.faults and template.name != path.stem:
        faults.append(TemplateFault("name", "not_the_file_name", template.name))
    if faults:
        raise BadTemplate(path.name, faults)
    return template


class Node:
    """A value of the file with its place. A wrong one is noted, and a stand-in lets the reading go on."""

    def __init__(self, value: object, place: str, faults: list[TemplateFault]) -> None:
        self.value = value
        self.place = place
        self.faults = faults

    def wrong(self, fault: str) -> None:
        self.faults.append(TemplateFault(self.place or "file", fault, str(self.value)[:80]))

    def keys(self, *needed: str, optional: Sequence[str] = ()) -> dict[str, "Node"]:
        """Return the nodes of a mapping with exactly these keys; a missing optional one is absent."""
        found = self.value if isinstance(self.value, dict) else {}
        if not isinstance(self.value, dict):
            self.wrong("not_a_mapping")
        for key in found:
            if key not in (*needed, *optional):
                self.below(key).wrong("unknown_key")
        for key in needed:
            if key not in found and isinstance(self.value, dict):
                self.faults.append(TemplateFault(self.below(key).place, "missing", ""))
        missing = Missing(None, self.place, self.faults)
        return {key: self.below(key) if key in found else missing for key in (*needed, *(set(optional) & set(found)))}

    def below(self, key: object) -> "Node":
        place = f"{self.place}.{key}" if self.place else str(key)
        return Node(self.value.get(key) if isinstance(self.value, dict) else None, place, self.faults)

    def each(self) -> list["Node"]:
        if not isinstance(self.value, list):
            self.wrong("not_a_list")
            return []
        return [Node(value, f"{self.place}[{at}]", self.faults) for at, value in enumerate(self.value)]

    def text(self) -> str:
        """Return a text; a number is none, so codes stand in quotation marks."""
        if not isinstance(self.value, str):
            self.wrong("not_a_text")
            return ""
        return self.value

    def whole(self) -> int:
        if not isinstance(self.value, Decimal) or self.value != int(self.value):
            self.wrong("not_a_whole_number")
            return 1
        return int(self.value)

    def truth(self) -> bool:
        if not isinstance(self.value, bool):
            self.wrong("not_true_or_false")
        return self.value is True

    def word(self, words: type[Word]) -> Word:
        if self.value not in [word.value for word in words]:
            self.wrong("not_one_of " + ", ".join(word.value for word in words))
            return next(iter(words))
        return words(self.value)


class Missing(Node):
    """A key that is not there; that is noted once, not again for its form."""

    def wrong(self, fault: str) -> None:
        pass


def template_of(root: Node) -> Template:
    node = root.keys(*TEXTS, *WORDS, *OTHERS)
    rows = node["rows"].keys("minimum", "limit")
    columns = columns_of(node["columns"])
    texts: dict[str, Any] = {name: node[name].text() for name in TEXTS}
    words: dict[str, Any] = {name: node[name].word(kind) for name, kind in WORDS.items()}
    return Template(
        verified=node["verified"].truth(),
        minimum=rows["minimum"].whole(),
        limit=rows["limit"].whole(),
        columns=columns,
        header=summary_of(node["header"], columns),
        trailer=summary_of(node["trailer"], ()),
        result=result_of(node["result"]),
        **texts,
        **words,
    )


def columns_of(node: Node) -> tuple[Column, ...]:
    return tuple(column_of(each) for each in node.each())


def column_of(node: Node) -> Column:
    if isinstance(node.value, dict) and "constant" in node.value:
        keys = node.keys("title", "constant")
        return Column(keys["title"].text(), Field.CONSTANT, keys["constant"].text(), may_be_empty=True)
    keys = node.keys("title", "field", optional=["may_be_empty"])
    return Column(
        keys["title"].text(),
        keys["field"].word(Field),
        may_be_empty="may_be_empty" in keys and keys["may_be_empty"].truth(),
    )


def summary_of(node: Node, columns: Sequence[Column]) -> tuple[SummaryPart, ...]:
    """Return a header or trailer line: ``none``, ``titles`` of the columns, or a list of its cells."""
    if node.value == "none":
        return ()
    if node.value == "titles" and columns:
        return tuple(SummaryPart(SummaryField.CONSTANT, column.title) for column in columns)
    return tuple(part_of(each) for each in node.each())


def part_of(node: Node) -> SummaryPart:
    if isinstance(node.value, dict) and "constant" in node.value:
        return SummaryPart(SummaryField.CONSTANT, node.keys("constant")["constant"].text())
    return SummaryPart(node.keys("field")["field"].word(SummaryField))


def result_of(node: Node) -> ResultFormat:
    keys = node.keys("columns", "header", "trailer", "success", "failures")
    columns = columns_of(keys["columns"])
    success = keys["success"].keys("code", "text")
    codes = {success["code"].text(): CodeMeaning(success["text"].text(), Meaning.SETTLED)}
    for failure in keys["failures"].each():
        each = failure.keys("code", "text", "meaning")
        code = each["code"].text()
        if code in codes:
            each["code"].wrong("stands_twice")
        codes[code] = CodeMeaning(each["text"].text(), each["meaning"].word(Meaning))
    return ResultFormat(
        columns=columns,
        header=summary_of(keys["header"], columns),
        trailer=summary_of(keys["trailer"], ()),
        codes=codes,
    )
