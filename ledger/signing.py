"""Sign posted vouchers: the signatures of the regulation that come after posting (P7)."""

from datetime import datetime

from django.db import DatabaseError, transaction

from ledger.models import Officer, Signature, Voucher
from ledger.models.words import SignatureRole
from ledger.recording import record_event
from ledger.refusals import refusal_of


def sign_as_chief_accountant(*, voucher: Voucher, officer: Officer, at: datetime) -> Signature:
    """Set the chief accountant's signature on a posted voucher; it is sealed at once.

    :raises FourEyesMissing: if it is signed already, or by the cashier of the voucher
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                signature = Signature.objects.create(
                    voucher=voucher, role=SignatureRole.CHIEF_ACCOUNTANT, officer=officer, signed_at=at
                )
        except DatabaseError as error:
            raise refusal_of(error) from error
        record_event(
            chain=voucher.book.code,
            at=at,
            actor=officer.username,
            act="voucher.sign",
            subject=f"voucher/{voucher.pk}",
            after={"role": SignatureRole.CHIEF_ACCOUNTANT},
        )
    return signature
