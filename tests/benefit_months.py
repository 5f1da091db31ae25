"""A district with a benefit run of each stage, for hands that go round the acts.

July is paid with one return. In August an entitlement turns out to have ended in June: 80.00 are overpaid, 10.00 of
it are paid in, and 30.00 are kept back of each later benefit. September is released, October reviewed, November
frozen.
"""

from dataclasses import replace
from decimal import Decimal

from payouts.models import Overpayment, Payment, SchemeValue
from tests import benefits
from tests.benefits import (
    AUGUST,
    FEE,
    JULY,
    NOVEMBER,
    OCTOBER,
    PENSION,
    SEPTEMBER,
    SONGJIANG,
    Recipient,
    answered,
    enrolled,
    frozen,
    funded,
    funded_and_sent,
    paid,
    planned,
    refunded,
    released,
    reviewed,
)
from tests.furnishing import fixtures
from tests.payroll import AT, officer

ENDED = Recipient(1)
PEOPLE = (ENDED, Recipient(1, FEE), Recipient(2, township=SONGJIANG), Recipient(3, FEE), Recipient(5, PENSION))


def furnish() -> None:
    """Make the months of this module's docstring."""
    benefits.furnish()
    enrolled(JULY, PEOPLE)
    run = funded_and_sent(JULY)
    answered(run, failing=[Payment.objects.get(parts__obligation__scheme=PENSION).serial])
    paid(AUGUST, [replace(ENDED, ended_on="2026-06-30"), *PEOPLE[1:]])
    overpayment = Overpayment.objects.get()
    refunded(overpayment, "10.00")
    planned(overpayment, "30.00", from_month=SEPTEMBER)
    funded(released(SEPTEMBER))
    reviewed(OCTOBER)
    frozen(NOVEMBER)
    SchemeValue.objects.create(
        scheme=FEE,
        effective_from=NOVEMBER,
        amount=Decimal("110.00"),
        reference="青财社〔2026〕9号",
        proposed_by=officer("benefits_officer"),
        proposed_at=AT,
    )


stage, own_stage, rolled_back = fixtures(furnish)
