"""An instance of a version before, upgraded with what is in it."""

from django.core.management import call_command
from django.db import connections

from ledger.checks import run_checks
from payouts.models import BankFile
from tests import benefit_months
from tests.attacks import Stage

stage, own_stage = benefit_months.stage, benefit_months.own_stage


def carried() -> dict[str, list[int]]:
    """Return the serial numbers of the payments of each bank file."""
    return {
        file.name: list(file.payments.order_by("serial").values_list("serial", flat=True))
        for file in BankFile.objects.order_by("pk")
    }


def test_files_of_the_bank_keep_their_payments(own_stage: Stage) -> None:
    before = carried()
    assert len(before) > 1
    assert all(before.values())
    call_command("migrate", "payouts", "0010", database="owner", verbosity=0)
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM payouts_payment WHERE file_id IS NOT NULL")
        assert cursor.fetchone() == (sum(map(len, before.values())),)
    call_command("setup", verbosity=0)  # migrates, and grants what tables made anew need
    assert carried() == before
    assert not list(run_checks([]))
