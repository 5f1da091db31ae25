"""What an officer reads of payments that came back: which accounts cool off, which payments are given up."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from ledger.money import in_full
from month.tables import Told, table
from payouts.models import AccountCorrection, GivingUp, GivingUpDecision


def of_cooling(corrections: Sequence[AccountCorrection]) -> Told:
    """Tell which corrected accounts cool off, and until when."""
    if not corrections:
        return []
    made = table(_("Corrected accounts that cool off"), _("Payment"), _("Amount"), _("May be paid from"), right=(1,))
    for one in corrections:
        made.add_row(str(one.payment), in_full(one.payment.amount), f"{one.payable_from}")
    return [made]


def of_proposed(giving_up: GivingUp) -> Told:
    return [
        _("It is proposed to give up payment {payment} of {amount}.").format(
            payment=giving_up.payment, amount=in_full(giving_up.payment.amount)
        ),
        _("Next: another officer takes month decide-giving-up."),
    ]


def of_decided(decision: GivingUpDecision) -> Told:
    payment = decision.giving_up.payment
    if not decision.is_approved:
        return [_("Payment {payment} is not given up: it can be corrected and paid again.").format(payment=payment)]
    return [
        _("Payment {payment} of {amount} is given up: it is not owed any more.").format(
            payment=payment, amount=in_full(payment.amount)
        )
    ]
