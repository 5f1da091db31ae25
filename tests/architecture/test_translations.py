"""Every text has its Chinese: the sources and the catalogues agree both ways.

Needs no GNU gettext. To bring a catalogue up to date with it: ``cd APP; ../.venv/bin/django-admin
makemessages -l zh_Hans --no-location``, then fill in each empty ``msgstr`` and delete the lines with
``#~``. makemessages does not read f-strings: keep texts out of them.
"""

import ast
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

PROJECT = Path(__file__).resolve().parents[2]
APPS = ("ledger", "treasury", "payouts", "imports", "audit", "month", "web")
CATALOGUE = "locale/zh_Hans/LC_MESSAGES/django.po"
# The functions that translate, each with the number of texts it takes.
TRANSLATORS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%(?:\(\w+\))?[a-z]")

Text = tuple[str, ...]  # a text, or its singular and plural


def texts_in_python(source: str) -> Iterator[tuple[int, Text]]:
    """Yield each text with its line; from the tree, for Babel misses what f-strings hold before Python 3.12."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in TRANSLATORS:
            said = [text.value for text in node.args[: TRANSLATORS[name]] if isinstance(text, ast.Constant)]
            # A text that is put together can be in no catalogue: the call itself is named as missing.
            yield node.lineno, tuple(map(str, said)) if len(said) == TRANSLATORS[name] else (ast.unparse(node),)


def texts_in_template(source: str) -> Iterator[tuple[int, Text]]:
    # What is no text becomes names such as XXX; Babel reads them as Python once nothing is set in.
    lines = [line.strip() for line in templatize(source).splitlines()]
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    for line, said, _comments, _context in extract("python", io.BytesIO("\n".join(lines).encode()), keywords):
        yield line, text_of(said)


def texts_in_sources(app: str) -> dict[Text, list[str]]:
    """Return the texts of an app, each with the places that use it."""
    places: dict[Text, list[str]] = defaultdict(list)
    for pattern, texts_in in (("*.py", texts_in_python), ("templates/**/*.*", texts_in_template)):
        for path in sorted((PROJECT / app).rglob(pattern)):
            for line, text in texts_in(path.read_text(encoding="utf-8")):
                places[text].append(f"{path.relative_to(PROJECT)}:{line}")
    return places


def read_catalogue(app: str) -> Catalog:
    path = PROJECT / app / CATALOGUE
    assert path.exists(), f"{path.relative_to(PROJECT)} is missing. Make it: see the head of {Path(__file__).name}."
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def entries_of(catalogue: Catalog) -> dict[Text, Message]:
    return {text_of(entry.id): entry for entry in catalogue if entry.id}


def text_of(said: str | list[str] | tuple[str, ...] | None) -> Text:
    return (said,) if isinstance(said, str) else tuple(said or ())


def faults_of(entry: Message) -> Iterator[str]:
    """Yield what is wrong with one entry of a catalogue."""
    texts, translations = text_of(entry.id), text_of(entry.string)
    if entry.fuzzy:
        yield "is fuzzy: check it and delete the mark"
    if len(translations) != 1:
        yield "has more forms than Chinese has: keep msgstr[0] only"
    if not all(translations):
        yield "is not translated"
    elif sorted(PLACEHOLDER.findall(texts[-1])) != sorted(PLACEHOLDER.findall(translations[0])):
        yield f"has other placeholders than its translation {translations[0]!r}"


@pytest.mark.parametrize("app", APPS)
def test_every_text_is_in_the_catalogue(app: str) -> None:
    entries = entries_of(read_catalogue(app))
    missing = [f"{places[0]}: {text[0]!r}" for text, places in texts_in_sources(app).items() if text not in entries]
    assert not missing, f"Add and translate in {app}/{CATALOGUE}:\n" + "\n".join(missing)


@pytest.mark.parametrize("app", APPS)
def test_every_entry_is_used(app: str) -> None:
    catalogue = read_catalogue(app)
    unused = [text[0] for text in entries_of(catalogue).keys() - texts_in_sources(app).keys()]
    obsolete = [text_of(entry.id)[0] for entry in catalogue.obsolete.values()]
    assert not unused + obsolete, f"No source uses these; delete them from {app}/{CATALOGUE}:\n" + "\n".join(
        unused + obsolete
    )


@pytest.mark.parametrize("app", APPS)
def test_every_entry_is_translated(app: str) -> None:
    catalogue = read_catalogue(app)
    assert not catalogue.fuzzy, f"Delete the mark `#, fuzzy` above the header of {app}/{CATALOGUE}."
    assert (str(catalogue.locale_identifier), catalogue.charset, catalogue.num_plurals) == ("zh_Hans", "utf-8", 1)
    faults = [f"{entry.id!r} {fault}" for entry in entries_of(catalogue).values() for fault in faults_of(entry)]
    assert not faults, f"{app}/{CATALOGUE}:\n" + "\n".join(faults)


def test_a_text_is_translated_alike_everywhere() -> None:
    """Django lays the catalogues over each other, so the first app would speak for all."""
    translations: dict[Text, dict[Text, str]] = defaultdict(dict)
    for app in APPS:
        for text, entry in entries_of(read_catalogue(app)).items():
            translations[text][text_of(entry.string)] = app
    differing = [
        f"{text[0]!r}: " + ", ".join(f"{app} {said[0]!r}" for said, app in by_app.items())
        for text, by_app in translations.items()
        if len(by_app) > 1
    ]
    assert not differing, "Translate alike, or word the English apart:\n" + "\n".join(differing)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('_("One" " and two")', ("One and two",)),
        ("f\"{_('One')} 2\"", ("One",)),
        ('translation.gettext_lazy("One")', ("One",)),
        ('ngettext("{n} row", "{n} rows", n)', ("{n} row", "{n} rows")),
        ('_("One" + two)', ("_('One' + two)",)),
    ],
)
def test_a_text_is_found_in_python(source: str, text: Text) -> None:
    assert list(texts_in_python(source)) == [(1, text)]


def test_texts_are_found_in_templates() -> None:
    source = (
        "{% load i18n %}<p title=\"{% translate 'One' %}\">{{ two }}\n"
        "{% blocktranslate with name=book %}Of {{ name }}.{% endblocktranslate %}\n"
        "{% blocktranslate count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}"
    )
    assert [text for _line, text in texts_in_template(source)] == [
        ("One",),
        ("Of %(name)s.",),
        ("%(n)s row", "%(n)s rows"),
    ]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (Message("Row {row}", "第 {row} 行"), None),
        (Message("Row {row}", "第 {line} 行"), "has other placeholders"),
        (Message("Row %(row)s", "第行"), "has other placeholders"),
        (Message("Row", ""), "is not translated"),
        (Message("Row", "行", flags=["fuzzy"]), "is fuzzy"),
        (Message(("%(n)s row", "%(n)s rows"), ("%(n)s 行",)), None),
        (Message(("%(n)s row", "%(n)s rows"), ("%(n)s 行", "")), "has more forms"),
    ],
)
def test_a_faulty_entry_is_seen(entry: Message, fault: str | None) -> None:
    found = list(faults_of(entry))
    assert found[0].startswith(fault) if fault else not found
