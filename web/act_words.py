"""What the acts of the trail, their subjects and their facts are called: the trail keeps codes, which do not change.

An act is ``noun.verb``: both have their word here, so that a new act of known words needs no line.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from imports.refusals import UnableToStage
from ledger.money import in_full
from ledger.refusals import OfficerMayNot, UnableToPost
from payouts.benefit_facts import scheme_names
from payouts.refusals import KNOWN
from web.act_names import FACTS, NOUNS, VERBS
from web.act_values import FACTS_OF, LISTS, STATES, VALUES, VALUES_OF
from web.refusal_facts import REFUSAL_FACTS

AMOUNT: Final = re.compile(r"-?[0-9]+\.[0-9]{2}")
REFUSALS: Final[Mapping[str, type[UnableToPost]]] = {**KNOWN, "officer_holds_the_post": OfficerMayNot}
NOTHING: Final = ("", "None")  # what a fact says that has no value
STATE_FACTS: Final = ("status", "from")  # the state after an act, and before it; ``from`` may be a day too


def act_in_words(act: str) -> str:
    """Return what an act is called; a word that has no name stands as it is."""
    noun, _dot, verb = act.partition(".")
    if verb not in VERBS and "_" in verb:  # an act that is named as who may do it: ``payouts.release_run``
        verb, _line, noun = verb.partition("_")
    return f"{NOUNS.get(noun, noun)} · {VERBS.get(verb, verb)}" if verb else str(VERBS.get(noun, noun))


def subject_in_words(subject: str) -> str:
    """Return what an act was about, or a voucher comes from: the kind of thing in words, and its number."""
    noun, _slash, number = subject.partition("/")
    noun = noun.rpartition(".")[2]  # the source of a voucher begins with its app
    return f"{NOUNS.get(noun, noun)} {number}".rstrip()


def refusal_in_words(rule: str) -> str:
    """Return why an act was refused: what the rule says that refused it; a rule that nobody names stands as it is."""
    known = REFUSALS.get(rule)
    return str(known.message) if known else rule


def refusal_told(refusal: UnableToPost | UnableToStage) -> str:
    """Return what a refusal says to an officer: why, what was found, what to do, and at the end its rule."""
    if type(refusal).__str__ not in (UnableToPost.__str__, UnableToStage.__str__):
        return str(refusal)  # it tells what it found in its own way
    found = ", ".join(
        f"{REFUSAL_FACTS.get(name) or FACTS.get(name, name)} {value_in_words('', name, spoken(value))}"
        for name, value in refusal.facts.items()
        if value not in (None, "")
    )
    rule = f"[{refusal.name}]" if isinstance(refusal, UnableToPost) else ""
    return " ".join(filter(None, (str(refusal.message), found and f"({found})", str(refusal.remedy), rule)))


def spoken(value: object) -> str:
    """Return a fact as text: the things of a list one after the other, each with all that is known of it."""
    if isinstance(value, Mapping):
        return " ".join(map(spoken, value.values()))
    return "; ".join(map(spoken, value)) if isinstance(value, (list, tuple)) else str(value)


def facts_in_words(act: str, facts: str) -> Sequence[str]:
    """Return the facts of an act that say something, each with its name."""
    noun = act.partition(".")[0]
    told = []
    for line in facts.splitlines():
        name, equals, value = line.partition("=")
        said = value_in_words(noun, name, value)
        if value not in NOTHING or not equals:
            told.append(f"{fact_in_words(noun, name, speaks_of_state=said != value)} {said}".strip())
    return told


def fact_in_words(noun: str, name: str, *, speaks_of_state: bool) -> str:
    if name == "from" and speaks_of_state:
        return str(FACTS["from state"])
    return str(FACTS_OF.get((noun, name)) or FACTS.get(name, name))


def value_in_words(noun: str, name: str, value: str) -> str:
    """Return a value as people read it: a code in its words, an amount with its thousands."""
    if AMOUNT.fullmatch(value):
        return in_full(Decimal(value))
    if name in LISTS:
        return "、".join(word_of(noun, name, one) for one in value.split())
    return word_of(noun, name, value)


def word_of(noun: str, name: str, value: str) -> str:
    if name == "act":
        return act_in_words(value)
    if name == "scheme":
        return scheme_names().get(value, value)
    kind = STATES.get(noun) if name in STATE_FACTS else VALUES_OF.get((noun, name)) or VALUES.get(name)
    head, slash, year = value.partition("/")  # a class of archives stands with its year: ``vouchers/2026``
    said = kind.get(head) if kind else None
    return f"{said}{slash}{year}" if said else value
