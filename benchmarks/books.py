"""The books that the vouchers of ``journal.py`` are posted into: a district and its townships."""

from django.core.management import call_command

from benchmarks.journal import PAYEES, UNITS
from ledger.models import AccountingUnit, Counterparty
from tests.builders import make_books

TOWNSHIPS = 16


def set_up() -> dict[str, int]:
    """Set up the database; every database of the benchmarks is a copy of it."""
    call_command("setup", verbosity=0)
    return {}


def open_books() -> dict[str, int]:
    """Open the books that the benchmarks of posting use."""
    make_books(townships=TOWNSHIPS)
    AccountingUnit.objects.bulk_create([AccountingUnit(code=code, name="测试单位") for code in UNITS])
    Counterparty.objects.bulk_create([Counterparty(code=code, name="测试收款人") for code in PAYEES])
    return {"books": TOWNSHIPS + 1}
