"""Schemes: the policies under which people of a jurisdiction are paid, as they stand in a month.

A scheme is put together from its files: ``schemes/`` its dated rates, ``scheme_terms/`` its terms,
``funder_shares/`` who pays it, and ``public_notice`` how long its lists hang out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from ledger.policies import NoValue, Policy, PolicySet, WrongKindOfValue, as_mapping, as_text, as_whole_number
from payouts.rules.funder_shares import FunderShares, read_funder_shares
from payouts.rules.month_windows import StartRule, StopRule
from payouts.rules.scheme_rates import UNGRADED, AddedRate, DatedRate, Rate, UnsoundScheme, dated_rates
from payouts.rules.scheme_terms import Ages, Frequency, RatePer, Terms, read_terms


@dataclass(frozen=True, slots=True)
class Scheme:
    """A scheme as it stands in a month, with all its dated rates.

    ``excludes`` names what is not paid beside it; ``verification_months`` None means that nobody has
    to be met; ``recovers_overpayment`` allows to keep what the household was overpaid from it.
    """

    code: str
    jurisdiction: str
    name: str
    rate_per: RatePer
    frequency: Frequency
    pay_months: frozenset[int]
    start_rule: StartRule
    stop_rule: StopRule
    ages: Ages
    verification_months: int | None
    arrears_months: int
    excludes: frozenset[str]
    recovers_overpayment: bool
    functional: str
    economic: str
    notice_days: Mapping[str, int]
    shares: FunderShares
    rates: tuple[DatedRate, ...]

    def dated_rate(self, on: date) -> Rate | None:
        """Return the rate that holds on a day, None before the first and where the scheme is closed."""
        held = None
        for dated in self.rates:
            if dated.effective_from > on:
                break
            held = dated.rate
        return held

    def is_closed(self, on: date) -> bool:
        """Tell whether a scheme has no rate on a day."""
        return self.dated_rate(on) is None

    def is_by_person(self, on: date) -> bool:
        """Tell whether the amounts stand with the enrolments on a day."""
        rate = self.dated_rate(on)
        return rate is not None and rate.by_person

    def grades_on(self, on: date) -> list[str]:
        """Return the grades of a day, none where all have one amount."""
        rate = self.dated_rate(on)
        return [grade for grade in rate.amounts if grade != UNGRADED] if rate else []

    def rate_on(self, on: date, grade: str = UNGRADED) -> Decimal:
        """Return the rate of a grade on a day.

        :raises NoRate: if the scheme is closed or has no such grade then, or its amounts stand by person
        """
        rate = self.dated_rate(on)
        if rate is None or grade not in rate.amounts:
            raise NoRate(self.code, on, grade)
        return rate.amounts[grade]


class NoRate(LookupError):
    """A scheme has no rate for a grade on a day."""

    def __init__(self, scheme: str, on: date, grade: str) -> None:
        super().__init__(f"the scheme {scheme} has no rate for grade {grade!r} on {on}; look at its rates and grades")
        self.scheme = scheme
        self.on = on
        self.grade = grade


class NoSuchJurisdiction(LookupError):
    """A jurisdiction that has no schemes in a month."""

    def __init__(self, jurisdiction: str, month: date) -> None:
        super().__init__(f"{jurisdiction!r} has no schemes in {month:%Y-%m}; look at schemes_in_use")
        self.jurisdiction = jurisdiction


class NoSuchScheme(LookupError):
    """A code that no scheme of a jurisdiction has."""

    def __init__(self, jurisdiction: str, codes: Iterable[str]) -> None:
        super().__init__(f"{jurisdiction} has no scheme {', '.join(sorted(codes))}")
        self.jurisdiction = jurisdiction


class NameTwice(UnsoundScheme):
    """Two schemes of a jurisdiction that a roster could not tell apart."""

    def __init__(self, scheme: str, name: str) -> None:
        super().__init__(scheme, f"another scheme is called {name} as well")


def jurisdiction_in_use(*, policies: PolicySet, month: date) -> str:
    """Return the jurisdiction whose schemes the bureau pays in a month."""
    return as_text(policies["schemes_in_use"].value_on(month))


def schemes_of(
    *, policies: PolicySet, jurisdiction: str, month: date, added: Sequence[AddedRate] = ()
) -> Mapping[str, Scheme]:
    """Return the schemes of a jurisdiction by code that have terms in a month, closed ones included.

    ``added`` are rates that officers added, in the order they were added.

    :raises NoSuchJurisdiction: if there are none
    :raises NoSuchScheme: if a rate was added to, or a scheme excludes, what is none
    :raises UnsoundScheme: if the files or the added rates contradict themselves, by one of its kinds
    """
    files = {policy.name.rpartition("/")[2]: policy for policy in policies.under(f"schemes/{jurisdiction}")}
    unknown = {row.scheme for row in added} - files.keys()
    if unknown:
        raise NoSuchScheme(jurisdiction, unknown)
    schemes: dict[str, Scheme] = {}
    for code, policy in files.items():
        try:
            value = policies[f"scheme_terms/{jurisdiction}/{code}"].value_on(month)
        except NoValue:
            continue
        try:
            terms = read_terms(value, code=code)
            schemes[code] = put_together(policies, jurisdiction, month, terms, policy, added)
        except WrongKindOfValue as error:
            raise UnsoundScheme(f"{jurisdiction}/{code}", str(error)) from error
    if not schemes:
        raise NoSuchJurisdiction(jurisdiction, month)
    check_together(jurisdiction, schemes, files)
    return MappingProxyType(schemes)


def put_together(
    policies: PolicySet, jurisdiction: str, month: date, terms: Terms, policy: Policy, added: Sequence[AddedRate]
) -> Scheme:
    """Return one scheme from its files; raises as ``schemes_of``."""
    code = policy.name.rpartition("/")[2]
    said = terms._asdict()
    shares = policies[f"funder_shares/{jurisdiction}/{said.pop('paid_by')}"].value_on(month)
    return Scheme(
        **said,
        code=code,
        jurisdiction=jurisdiction,
        notice_days=notice_days(policies=policies, month=month),
        shares=read_funder_shares(shares),
        rates=dated_rates(policy=policy, code=code, added=added),
    )


def notice_days(*, policies: PolicySet, month: date) -> Mapping[str, int]:
    """Return for how many days a list hangs out, by level."""
    levels = as_mapping(policies["public_notice"].value_on(month))
    return MappingProxyType({level: as_whole_number(days) for level, days in levels.items()})


def check_together(jurisdiction: str, schemes: Mapping[str, Scheme], files: Mapping[str, Policy]) -> None:
    """Refuse two schemes of one name, and excluded ones that are none; raises as ``schemes_of``."""
    names: set[str] = set()
    for scheme in schemes.values():
        if scheme.name in names:
            raise NameTwice(scheme.code, scheme.name)
        names.add(scheme.name)
        unknown = scheme.excludes - files.keys()
        if unknown:
            raise NoSuchScheme(jurisdiction, unknown)


def excluded_among(schemes: Iterable[Scheme]) -> frozenset[str]:
    """Return the codes that are not paid, of the schemes that would pay one person in a month.

    Who has a new scheme does not have the one it took the place of beside it (B18 over B17, INFERRED).
    """
    had = list(schemes)
    return frozenset(scheme.code for scheme in had) & frozenset(code for scheme in had for code in scheme.excludes)


def rivals_among(schemes: Iterable[Scheme]) -> frozenset[str]:
    """Return the codes of schemes that exclude another or are excluded by one."""
    return frozenset(code for scheme in schemes if scheme.excludes for code in (scheme.code, *scheme.excludes))
