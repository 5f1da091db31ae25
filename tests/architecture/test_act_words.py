"""Every act that the trail may hold has its words: a page never shows a code that nobody explained."""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from django.utils import translation

from imports.refusals import WrongMonth
from ledger.refusals import OfficerMayNot
from web.act_names import FACTS, NOUNS, VERBS
from web.act_words import act_in_words, facts_in_words, refusal_in_words, refusal_told, subject_in_words
from web.budget_desk.entering import FileNotTaken
from web.refusal_facts import REFUSAL_FACTS

ACT = re.compile(r"[a-z_]+\.[a-z_.]+$")
RULE = re.compile(r"[a-z]+(_[a-z0-9]+)+$")
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


def facts_in(source: str) -> Iterator[str]:
    """Yield the names of the facts that an event is recorded with: ``record_event(…, after={"name": …})``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record_event":
            for told in (one.value for one in node.keywords if one.arg in ("before", "after")):
                for facts in (part for part in ast.walk(told) if isinstance(part, ast.Dict)):
                    yield from (str(key.value) for key in facts.keys if isinstance(key, ast.Constant))


def refusal_facts_in(source: str) -> Iterator[str]:
    """Yield the names of the facts of refusals: ``Refusal("rule_name", {"name": …})``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and len(node.args) == 2:
            rule, facts = node.args
            if isinstance(rule, ast.Constant) and RULE.match(str(rule.value)) and isinstance(facts, ast.Dict):
                yield from (str(key.value) for key in facts.keys if isinstance(key, ast.Constant))


def found_by(find: Callable[[str], Iterator[str]]) -> Sequence[str]:
    return sorted({one for app in APPS for path in (PROJECT / app).rglob("*.py") for one in find(path.read_text())})


ACTS = found_by(acts_in)
RECORDED_FACTS = found_by(facts_in)
REFUSED_FACTS = found_by(refusal_facts_in)


@pytest.mark.parametrize("act", ACTS)
def test_an_act_has_words(act: str) -> None:
    noun, _dot, verb = act.partition(".")
    if verb not in VERBS and "_" in verb:
        verb, _line, noun = verb.partition("_")
    assert noun in NOUNS, f"name {noun!r} in web/act_names.py"
    assert not verb or verb in VERBS, f"name {verb!r} in web/act_names.py"


@pytest.mark.parametrize("fact", RECORDED_FACTS)
def test_a_fact_has_words(fact: str) -> None:
    assert fact in FACTS, f"name {fact!r} in web/act_names.py"


@pytest.mark.parametrize("fact", REFUSED_FACTS)
def test_a_fact_of_a_refusal_has_words(fact: str) -> None:
    assert fact in FACTS or fact in REFUSAL_FACTS, f"name {fact!r} in web/refusal_facts.py"


def test_no_fact_has_two_names() -> None:
    assert not FACTS.keys() & REFUSAL_FACTS.keys()


def test_acts_and_facts_were_found() -> None:
    assert {"run.compute", "batch.approve", "claim.register"} <= set(ACTS)
    assert {"status", "amount", "may_go", "planned"} <= set(RECORDED_FACTS)
    assert {"sub_account", "room", "officer"} <= set(REFUSED_FACTS)


@translation.override("en")
def test_what_a_refusal_says_to_an_officer() -> None:
    short = OfficerMayNot("officer_holds_the_post", {"act": "payouts.release_run", "amount": "1200.50", "text": None})
    assert refusal_told(short) == (
        "The officer does not hold the post for this act. (act run · released, amount 1,200.50) "
        "Have an officer with the post do it, or have the post given. [officer_holds_the_post]"
    )
    assert refusal_told(WrongMonth({"file": "工资.csv"})) == (
        "The file is of another month. (file 工资.csv) " + str(WrongMonth.remedy)
    )
    assert refusal_told(FileNotTaken("file_is_taken", {"faults": "Row 4: …"})).splitlines()[1] == "Row 4: …"


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
    assert facts_in_words("receipt.propose", "status=PROPOSED") == ["state proposed"]
    assert facts_in_words("release.release", "rank=3") == ["order of release operations"]
    assert facts_in_words("batch.approve", "rank=2\ntotal=15441937.64") == [
        "level of the approval the chief accountant",
        "total 15,441,937.64",
    ]
    assert facts_in_words("retention.propose", "years=imported_files/1999 vouchers/2001") == [
        "archives and years imported files/1999、vouchers/2001"
    ]
    assert facts_in_words("claim.refuse", "reason=row_error:formula_cell") == ["reason formula instead of a value"]
    assert facts_in_words("claim.refuse", "reason=as an officer wrote it") == ["reason as an officer wrote it"]
    assert facts_in_words("application.pass", "scheme=only_child_fee") == ["scheme 独生子女保健费"]
    assert facts_in_words("application.pass", "scheme=none_such") == ["scheme none_such"]
    assert refusal_in_words("officer_holds_the_post") == "The officer does not hold the post for this act."
    assert refusal_in_words("some_rule") == "some_rule"
    assert facts_in_words("x.y", "odd=1\ntext without a name") == ["odd 1", "text without a name"]


@translation.override("en")
def test_words_begin_small() -> None:
    """They stand in the middle of a line."""
    for words in (NOUNS, VERBS, FACTS):
        assert [str(word) for word in words.values() if str(word)[0].isupper()] == []
