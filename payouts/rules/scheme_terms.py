"""The terms of a scheme: who may have it, how often and when it is paid, what it may not stand beside.

Terms are one dated mapping; what a mapping leaves out does not limit anybody. README.md of the
policies lists the keys.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple, TypeVar

from ledger.policies import Value, as_day, as_flag, as_list, as_mapping, as_text, as_whole_number
from payouts.rules.month_windows import MONTHS_OF_YEAR, StartRule, StopRule
from payouts.rules.scheme_rates import UnsoundScheme

Word = TypeVar("Word", bound=StrEnum)
NEEDED = ("name", "rate_per", "frequency", "start_rule", "stop_rule", "functional", "economic", "paid_by")
MAY = (
    "pay_months",
    "minimum_age",
    "below_age",
    "born_from",
    "verification_months",
    "arrears_months",
    "excludes",
    "recovers_overpayment",
)


class RatePer(StrEnum):
    """What one amount of a rate is for."""

    MONTH = "MONTH"
    YEAR = "YEAR"
    ONCE = "ONCE"


class Frequency(StrEnum):
    """How often a scheme is paid; the value of a frequency names its period."""

    MONTH = "MONTH"
    HALF_YEAR = "HALF_YEAR"
    YEAR = "YEAR"
    ONCE = "ONCE"


PERIOD_MONTHS = {Frequency.MONTH: 1, Frequency.HALF_YEAR: 6, Frequency.YEAR: 12, Frequency.ONCE: 1}


class Ages(NamedTuple):
    """The age window: the age to be reached by sex, the age not to be reached, the earliest date of birth."""

    women: int | None = None
    men: int | None = None
    below: int | None = None
    born_from: date | None = None


class Terms(NamedTuple):
    """The terms of one scheme in a month; ``paid_by`` names its funder shares."""

    name: str
    rate_per: RatePer
    frequency: Frequency
    start_rule: StartRule
    stop_rule: StopRule
    functional: str
    economic: str
    paid_by: str
    pay_months: frozenset[int]
    ages: Ages
    verification_months: int | None
    arrears_months: int
    excludes: frozenset[str]
    recovers_overpayment: bool


class UnknownTerm(UnsoundScheme):
    """A key that terms do not have, or the lack of one that they need."""

    def __init__(self, scheme: str, keys: str) -> None:
        super().__init__(scheme, f"its terms lack or do not know {keys}")


class NotOneOf(UnsoundScheme):
    """A word that is not among those of its key."""

    def __init__(self, scheme: str, word: str, words: type[StrEnum]) -> None:
        super().__init__(scheme, f"{word!r} is not one of {', '.join(words)}")


class PayMonthsUnfit(UnsoundScheme):
    """Pay months that do not stand once in each period."""

    def __init__(self, scheme: str, frequency: Frequency) -> None:
        super().__init__(scheme, f"paid by {frequency}, it has one of pay_months in each half-year or year, else none")


class OneOffByMonths(UnsoundScheme):
    """A scheme paid once at a rate for months, or the other way round."""

    def __init__(self, scheme: str) -> None:
        super().__init__(scheme, "rate_per ONCE and frequency ONCE stand together, with start_rule MONTH")


class VerificationUnfit(UnsoundScheme):
    """Verification months without arrears months, or the other way round."""

    def __init__(self, scheme: str) -> None:
        super().__init__(scheme, "verification_months and arrears_months stand together, the first above zero")


def read_terms(value: Value, *, code: str) -> Terms:
    """Return the terms of a scheme from a policy value.

    :raises UnsoundScheme: by one of its kinds
    """
    record = as_mapping(value)
    odd = sorted({*NEEDED} - record.keys() | record.keys() - {*NEEDED, *MAY})
    if odd:
        raise UnknownTerm(code, ", ".join(odd))
    terms = Terms(
        name=as_text(record["name"]),
        rate_per=one_of(RatePer, record["rate_per"], code),
        frequency=one_of(Frequency, record["frequency"], code),
        start_rule=one_of(StartRule, record["start_rule"], code),
        stop_rule=one_of(StopRule, record["stop_rule"], code),
        functional=as_text(record["functional"]),
        economic=as_text(record["economic"]),
        paid_by=as_text(record["paid_by"]),
        pay_months=frozenset(as_whole_number(month) for month in as_list(record.get("pay_months", ()))),
        ages=read_ages(record, code),
        verification_months=count_of(record, "verification_months"),
        arrears_months=count_of(record, "arrears_months") or 0,
        excludes=frozenset(as_text(other) for other in as_list(record.get("excludes", ()))),
        recovers_overpayment=as_flag(record.get("recovers_overpayment", False)),
    )
    check_terms(terms, record, code)
    return terms


def check_terms(terms: Terms, record: Mapping[str, Value], code: str) -> None:
    """Refuse terms of which one does not fit another; raises as ``read_terms``."""
    once = (terms.rate_per is RatePer.ONCE, terms.frequency is Frequency.ONCE)
    if any(once) and not (all(once) and terms.start_rule is StartRule.MONTH):
        raise OneOffByMonths(code)
    length = PERIOD_MONTHS[terms.frequency]
    periods = list(range(MONTHS_OF_YEAR // length)) if length > 1 else []
    if sorted((month - 1) // length for month in terms.pay_months) != periods:
        raise PayMonthsUnfit(code, terms.frequency)
    if ("verification_months" in record) is not ("arrears_months" in record) or terms.verification_months == 0:
        raise VerificationUnfit(code)


def read_ages(record: Mapping[str, Value], code: str) -> Ages:
    """Return the age window of terms; raises as ``read_terms``."""
    minimum = as_mapping(record.get("minimum_age", {}))
    odd = sorted(minimum.keys() - {"women", "men"})
    if odd:
        raise UnknownTerm(code, ", ".join(odd))
    born_from = as_day(record["born_from"]) if "born_from" in record else None
    return Ages(count_of(minimum, "women"), count_of(minimum, "men"), count_of(record, "below_age"), born_from)


def count_of(record: Mapping[str, Value], key: str) -> int | None:
    return as_whole_number(record[key]) if key in record else None


def one_of(words: type[Word], value: Value, code: str) -> Word:
    text = as_text(value)
    if text not in set(words):
        raise NotOneOf(code, text, words)
    return words(text)
