"""All controls before payment by name: where each looks, and who keeps it.

``CONTROLS`` is the whole list. A CHECK answers exceptions, whose severity is the policy ``checks/controls``: what
blocks is put right, what is to sign waits for a reason. A RULE computes nothing for whoever it finds; the run tells
the reason. A PROMISE is kept by PostgreSQL under the names beside it: nothing is paid that breaks it, whatever a
policy says.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from ledger.policies import PolicySet, as_record, as_text
from payouts.rules.controls import Severity


class Place(StrEnum):
    """Where a control looks: at a run before it is submitted, or at a batch when it is built."""

    PAYROLL = "payroll"
    BENEFITS = "benefits"
    RELEASES = "releases"
    REISSUES = "reissues"
    BATCHES = "batches"


class Keeper(StrEnum):
    """Who keeps a control."""

    CHECK = "CHECK"
    RULE = "RULE"
    PROMISE = "PROMISE"


class Listed(NamedTuple):
    """One control of the list; ``promises`` are the names under which PostgreSQL refuses."""

    name: str
    places: tuple[Place, ...]
    keeper: Keeper = Keeper.CHECK
    promises: tuple[str, ...] = ()


RUNS = (Place.PAYROLL, Place.BENEFITS)
OTHERS = (Place.RELEASES, Place.REISSUES)
PEOPLE = (*RUNS, *OTHERS)
PROMISE, RULE = Keeper.PROMISE, Keeper.RULE

# In the order of design section 6, then what is looked at besides.
CONTROLS: tuple[Listed, ...] = (
    Listed(
        "already_paid", (Place.BATCHES,), PROMISE, ("obligation_is_paid_once", "payment_is_reissued_after_its_return")
    ),
    Listed(
        "person_twice",
        PEOPLE,
        PROMISE,
        ("payslip_is_unique", "obligation_is_owed_once", "obligation_source_is_owed_once", "treasury_usedinvoice_pkey"),
    ),
    Listed("account_shared", PEOPLE),
    Listed("account_of_staff", (Place.BENEFITS,)),
    Listed("account_of_officer", PEOPLE),
    Listed("passbook_of_officer", (Place.PAYROLL, *OTHERS)),
    Listed("name_differs", PEOPLE),
    Listed("declared_name_differs", (Place.PAYROLL,)),
    Listed("account_changed", (*RUNS, Place.RELEASES)),
    Listed("account_refused", PEOPLE),
    Listed("dead", (Place.PAYROLL, *OTHERS)),
    Listed("died", (Place.BENEFITS,), RULE),
    Listed("stopped_in_roster", (Place.PAYROLL,), RULE),
    Listed("stopped_by_change", (Place.PAYROLL,), RULE),
    Listed("ended", (Place.BENEFITS,), RULE),
    Listed("person_gone", (Place.PAYROLL,)),
    Listed("person_new", (Place.PAYROLL,)),
    Listed("double_enrolment", (Place.BENEFITS,), PROMISE, ("enrolment_is_not_doubled",)),
    Listed("exclusive_double", (Place.BENEFITS,), RULE),
    Listed("verification_overdue", (Place.BENEFITS,), RULE),
    Listed("notice_open", (Place.BENEFITS,), PROMISE, ("notice_has_run_out", "objection_blocks")),
    Listed("over_establishment", (Place.PAYROLL,)),
    Listed("net_negative", (Place.PAYROLL,)),
    Listed("change_over_limit", (Place.PAYROLL,)),
    Listed("scheme_changed", (Place.BENEFITS,)),
    Listed("unit_new", (Place.PAYROLL,)),
    Listed("unit_gone", (Place.PAYROLL,)),
    Listed("unit_changed", (Place.PAYROLL,)),
    Listed(
        "totals_differ",
        (Place.BATCHES,),
        PROMISE,
        (
            "batch_total_is_its_payments",
            "payment_is_the_sum_of_its_parts",
            "batch_digest_is_its_payments",
            "batch_total_is_its_files",
        ),
    ),
    Listed("funds_short", (Place.BATCHES,), PROMISE, ("cash_not_negative", "release_is_funded")),
    Listed("over_budget", RUNS),
    Listed("no_approved_budget", RUNS),
    Listed("payment_over_limit", (Place.BATCHES,)),
    Listed("batch_over_limit", (Place.BATCHES,)),
    Listed("day_over_limit", (Place.BATCHES,)),
    Listed("gross_zero", (Place.PAYROLL,)),
    Listed("tax_differs_from_records", (Place.PAYROLL,)),
    Listed("contribution_base_out_of_bounds", (Place.PAYROLL,)),
    Listed("unit_reports_nothing", (Place.PAYROLL,)),
    Listed("people_not_paid", RUNS),
    Listed("arrears", (Place.BENEFITS,)),
    Listed("overpaid", (Place.BENEFITS,)),
    Listed("age_outside", (Place.BENEFITS,)),
    Listed("unknown_category", (Place.PAYROLL,)),
    Listed("unknown_nature", (Place.PAYROLL,)),
    Listed("holidays_unknown", (Place.PAYROLL,)),
)


def checks_at(place: Place) -> list[str]:
    """Return the names of the checks that look at a place, in the order of the list."""
    return [one.name for one in CONTROLS if one.keeper is Keeper.CHECK and place in one.places]


def severities(*, policies: PolicySet, on: date, place: Place) -> Mapping[str, Severity]:
    """Return what each check of a place asks for on a day; the policy names exactly those of the list."""
    places = as_record(policies["checks/controls"].value_on(on), *Place)
    listed = as_record(places[place], *checks_at(place))
    return MappingProxyType({name: Severity(as_text(severity)) for name, severity in listed.items()})
