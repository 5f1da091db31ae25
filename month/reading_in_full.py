"""Read what stands with long numbers in full: a file for the bank, a payee. Each reading leaves its event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from ledger.contents import bytes_of
from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from payouts.models import BankFile, Payment

READS_FILES: Final = "payouts.render_batch"
# Who pays an account, or puts it right on a paper, has to see it.
READS_PAYEES: Final = (READS_FILES, "payouts.propose_correction", "payouts.approve_correction")


@transaction.atomic
def read_file(*, file: BankFile, officer: Officer, at: datetime) -> bytes:
    """Return the bytes of a file as the bank gets them.

    :raises OfficerMayNot: without the post that hands files to the bank
    :raises ContentDestroyed: if they were destroyed with the archives of their year
    """
    require_post(officer, READS_FILES)
    content = bytes_of(name=file.name, digest=file.sha256, content=file.content)
    record(f"bank file/{file.pk}", [file.name], officer, at)
    return content


@transaction.atomic
def read_payee(*, payment: Payment, officer: Officer, at: datetime) -> Payment:
    """Return a payment whose account and ID number are read in full.

    :raises OfficerMayNot: without a post that pays or corrects accounts
    """
    held = [act for act in READS_PAYEES if officer.has_perm(act)]
    require_post(officer, held[0] if held else READS_FILES)
    record(f"payment/{payment}", [f"payment {payment}"], officer, at)
    return payment


def record(subject: str, names: Sequence[str], officer: Officer, at: datetime) -> None:
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act="documents.read",
        subject=subject,
        after={"documents": len(names), "names": " ".join(names)[:1000]},
    )
