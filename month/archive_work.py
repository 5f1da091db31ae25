"""The long work of the archives: a destruction list that names much is carried out by a worker."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from audit.destroying import carry_out_list, subject_of
from audit.destructions import DestructionSheet, list_numbered
from audit.models import DestructionCarriedOut, DestructionList
from ledger.models import Officer
from month.held import Asked, Held, Kind, key_of
from treasury.secondments import day_of

CARRY_OUT: Final = "archives.carry_out"
# What is more than this is not destroyed while a page waits.
FILES_AT_ONCE_MAX: Final = 200
BYTES_AT_ONCE_MAX: Final = 50_000_000
RECORDS_AT_ONCE_MAX: Final = 100_000


def is_long(sheet: DestructionSheet) -> bool:
    """Whether what a list names is so much that a worker carries it out."""
    return (
        sum(item.files for item in sheet.items) > FILES_AT_ONCE_MAX
        or sum(item.size for item in sheet.items) > BYTES_AT_ONCE_MAX
        or sum(item.records for item in sheet.items) > RECORDS_AT_ONCE_MAX
    )


def carrying_out(listed: DestructionList) -> Asked:
    """Ask for a destruction list to be carried out."""
    arguments = {"list": listed.pk}
    return {"kind": CARRY_OUT, "key": key_of(subject_of(listed), arguments), "arguments": arguments}


def carry_out(held: Held, arguments: Mapping[str, Any], officer: Officer, at: datetime) -> None:
    with held.effect():
        listed = list_numbered(arguments["list"])
        if DestructionCarriedOut.objects.filter(list=listed).exists():
            return  # by an attempt that was lost after its commit
        held.progress("destroy", 0)
        carry_out_list(listed=listed, on=day_of(at), officer=officer, at=at)


ARCHIVE_KINDS = (Kind(CARRY_OUT, "audit.carry_out_destruction", 3, carry_out),)
