"""Batches are signed for and approved by command, and an auditor reads the list of all controls."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.utils.translation import override

from ledger.models import AuditEvent
from month.telling_approvals import control_rows
from payouts.models import Batch, BatchException
from payouts.rules.control_list import CONTROLS
from tests import releases, telling
from tests.payroll import OFFICE, SEPTEMBER, Staffer, collected, released
from tests.releases import Order, codes
from tests.telling import Told
from treasury.models.words import ReleaseKind
from treasury.releasing import PayeeLine

stage, rolled_back, tell = releases.stage, releases.rolled_back, telling.tell
pytestmark = pytest.mark.usefixtures("rolled_back")

DECEMBER = date(2026, 12, 1)
IN_DECEMBER = ("--month", "2026-12", "--batch", "1")
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "controls.md"


def test_a_large_batch_is_approved_by_command(tell: Told) -> None:
    batch = released(collected(DECEMBER, [Staffer(one.number, one.unit, one.account, "4000000.00") for one in OFFICE]))
    assert "1/2" in tell("month", "status", "--month", "2026-12")
    with pytest.raises(CommandError, match="officer_holds_the_post"):
        tell("month", "approve", *IN_DECEMBER, post="cashier")
    assert "2/2" in tell("month", "approve", *IN_DECEMBER, post="chief_accountant")
    batch.refresh_from_db()
    assert batch.status == "APPROVED"
    event = AuditEvent.objects.get(chain="", act="batch.approve", subject="batch/2026-12/1")
    assert event.actor == "demo-chief"


def test_a_batch_is_signed_for_by_command(tell: Told) -> None:
    for staffer in OFFICE[1:3]:
        line = PayeeLine(staffer.name, Decimal("5.00"), account_number=OFFICE[0].account)
        order = Order(f"shared/{staffer.number}", ReleaseKind.CLAIM, codes().township.transfers, [line])
        releases.released(SEPTEMBER, order)
    in_september = ("--month", "2026-09")
    tell("month", "allot", *in_september, "--on", "2026-09-18", post="releaser")
    batch = Batch.objects.get(month=SEPTEMBER)
    shared = BatchException.objects.filter(batch=batch, kind="account_shared").order_by("pk")
    assert shared.count() == 3  # whose it is gets back pay in the same batch
    named = (*in_september, "--batch", batch.number)
    told = tell("month", "status", *in_september)
    assert all(str(one.pk) in told for one in shared)
    assert OFFICE[0].account not in told
    with pytest.raises(CommandError, match="batch_exceptions_are_signed"):
        tell("month", "approve", *named, post="fund-releaser")
    first = shared[0]
    tell("month", "sign_batch", *named, "--reason", "代领", "--exception", first.pk, post="preparer")
    assert shared.filter(signed_by=None).count() == 2
    with pytest.raises(CommandError, match="exception_is_of_the_batch"):
        tell("month", "sign_batch", *named, "--reason", "代领", "--exception", first.pk, post="preparer")
    tell("month", "sign_batch", *named, "--reason", "代领", post="preparer")
    tell("month", "approve", *named, post="fund-releaser")
    batch.refresh_from_db()
    assert batch.status == "APPROVED"
    assert AuditEvent.objects.filter(chain="", act="batch.sign", subject=f"batch/{batch}").count() == 2


def test_an_auditor_reads_the_list_without_signing_in(tell: Told) -> None:
    told = tell("month", "controls", "--on", "2026-11-25")
    assert all(one.name in told for one in CONTROLS)


def test_the_document_has_the_list_as_it_is() -> None:
    written = [line for line in DOCUMENT.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
    assert written == documented()


def documented() -> list[str]:
    """Return the rows of the document: what is said in English, with the Chinese name."""
    with override("zh-hans"):
        chinese = [label for _name, label, *_more in control_rows(date(2026, 11, 27))]
    with override("en"):
        said = list(control_rows(date(2026, 11, 27)))
    return [
        f"| `{name}` | {label} {local} | {place} | {asks} | {keeper} |"
        for (name, label, place, asks, keeper), local in zip(said, chinese, strict=True)
    ]
