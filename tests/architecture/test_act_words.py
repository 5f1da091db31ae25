"""Every act that the trail may hold has its words: a page never shows a code that nobody explained."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from web.act_names import FACTS, NOUNS, VERBS
from web.act_words import act_in_words, facts_in_words, subject_in_words

ACT = re.compile(r"[a-z_]+\.[a-z_.]+$")
PROJECT = Path(__file__).resolve().parents[2]
APPS = ("ledger", "treasury", "payouts", "imports", "audit", "month", "web")


def acts_in(source: str) -> Iterator[str]:
    """Yield the acts that are named where they are taken: ``act="noun.verb"``, ``Deed("noun.verb", …)``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            named = [one.value for one in node.keywords if one.arg == "act"]
            if getattr(node.func, "id", "") == "Deed":
                named += node.args[:1]
            for one in named:
                for part in ast.walk(one):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str) and ACT.match(part.value):
                        yield part.value


ACTS = sorted({act for app in APPS for path in (PROJECT / app).rglob("*.py") for act in acts_in(path.read_text())})


@pytest.mark.parametrize("act", ACTS)
def test_an_act_has_words(act: str) -> None:
    noun, _dot, verb = act.partition(".")
    if verb not in VERBS and "_" in verb:
        verb, _line, noun = verb.partition("_")
    assert noun in NOUNS, f"name {noun!r} in web/act_names.py"
    assert not verb or verb in VERBS, f"name {verb!r} in web/act_names.py"


def test_acts_were_found() -> None:
    assert {"run.compute", "batch.approve", "claim.register"} <= set(ACTS)


@translation.override("en")
def test_what_is_said_of_an_event() -> None:
    assert act_in_words("run.reviewed") == "run · reviewed"
    assert act_in_words("payouts.release_run") == "run · released"
    assert act_in_words("something.new") == "something · new"
    assert subject_in_words("batch/2026-11/3") == "batch 2026-11/3"
    assert subject_in_words("treasury.claim/BZ1/1") == "claim BZ1/1"
    assert facts_in_words("run.settled", "reason=\nstatus=SETTLED") == ["state settled"]
    assert facts_in_words("run.refused", "from=SUBMITTED\namount=None") == ["state before submitted"]
    assert facts_in_words("post.give", "from=2026-11-01") == ["from day 2026-11-01"]
    assert facts_in_words("x.y", "odd=1\ntext without a name") == ["odd 1", "text without a name"]


@translation.override("en")
def test_words_begin_small() -> None:
    """They stand in the middle of a line."""
    for words in (NOUNS, VERBS, FACTS):
        assert [str(word) for word in words.values() if str(word)[0].isupper()] == []
