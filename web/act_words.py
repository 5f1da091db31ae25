"""What the acts of the trail, their subjects and their facts are called: the trail keeps codes, which do not change.

An act is ``noun.verb``: both have their word here, so that a new act of known words needs no line.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from django.db.models import TextChoices

from audit.models import DestructionRole
from ledger.models.words import DraftStatus
from payouts.models.words import ApplicationStatus, BatchStatus, Level, RunStatus
from treasury.models.words import (
    BudgetChain,
    BudgetStatus,
    ClaimStatus,
    OrderStatus,
    PlanStatus,
    ProcurementStatus,
    ReceiptBookStatus,
    SecondmentStatus,
    SettlementStatus,
    SpecialPlanStatus,
)
from web.act_names import FACTS, NOUNS, VERBS

# What other facts have one of a few values of.
KINDS: Final[Mapping[str, type[TextChoices]]] = {"chain": BudgetChain, "level": Level, "role": DestructionRole}
NOTHING: Final = ("", "None")  # what a fact says that has no value
# The states that the fact ``status`` of an act speaks of, by the noun of the act.
STATES: Final[Mapping[str, type[TextChoices]]] = {
    "allocation": OrderStatus,
    "application": ApplicationStatus,
    "batch": BatchStatus,
    "budget": BudgetStatus,
    "claim": ClaimStatus,
    "draft": DraftStatus,
    "plan": PlanStatus,
    "post": SecondmentStatus,
    "prize": OrderStatus,
    "procurement": ProcurementStatus,
    "receipt_book": ReceiptBookStatus,
    "run": RunStatus,
    "settlements": SettlementStatus,
    "special_plan": SpecialPlanStatus,
}
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


def facts_in_words(act: str, facts: str) -> Sequence[str]:
    """Return the facts of an act that say something, each with its name."""
    noun = act.partition(".")[0]
    told = []
    for line in facts.splitlines():
        name, equals, value = line.partition("=")
        said = value_in_words(noun, name, value)
        named = FACTS["from state"] if name == "from" and said != value else FACTS.get(name, name)
        if value not in NOTHING or not equals:
            told.append(f"{named} {said}".strip())
    return told


def value_in_words(noun: str, name: str, value: str) -> str:
    kind = STATES.get(noun) if name in STATE_FACTS else KINDS.get(name)
    return str(kind(value).label) if kind and value in kind.values else value
