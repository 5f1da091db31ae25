"""What a demo has to show of access: an officer whose posts wait, approved posts of units, an officer's own account."""

from datetime import date, datetime

from django.db import transaction

from ledger.models import Officer
from month.appointing import give_posts, make_officer
from month.posts import demo_officer
from payouts.checking import people_in_posts
from payouts.models import Run
from treasury.establishing import confirm_establishment, record_establishment, record_officer_account
from treasury.models import Establishment, Unit

NEW_OFFICER, NEW_NAME = "demo-newcomer", "演示新任"
# Invented; nobody of the demo is paid to it.
OWN_ACCOUNT = "622200000000000099"
UNITS = 6  # with approved posts; those of the last one wait to be confirmed


@transaction.atomic
def fill_demo_access(*, month: date, at: datetime) -> None:
    """Let the demo's administrator record what the head of its bureau then confirms, or has still to confirm."""
    administrator, head = demo_officer("administrator"), demo_officer("bureau_head")
    if Officer.objects.filter(username=NEW_OFFICER).exists():
        return
    made = make_officer(username=NEW_OFFICER, full_name=NEW_NAME, officer=administrator, at=at).officer
    made.set_password(NEW_OFFICER)  # a demo's officers sign in with their names
    made.save(update_fields=["password"])
    give_posts(holder=made, posts=["benefits_clerk"], reason="演示：人事〔2026〕12号", officer=administrator, at=at)
    record_officer_account(
        holder=demo_officer("cashier"), number=OWN_ACCOUNT, holder_number="", officer=administrator, at=at
    )
    paid = Run.objects.filter(month=month).order_by("pk").first()
    filled = people_in_posts(paid) if paid else {}
    units = Unit.objects.filter(pk__in=filled).order_by("code")[:UNITS]
    for number, unit in enumerate(units, start=1):
        if Establishment.objects.filter(unit=unit).exists():
            continue
        recorded = record_establishment(
            unit=unit,
            approved=filled[unit.pk] + number % 3,
            effective_from=month,
            paper=f"演示：编办〔2026〕{number}号",
            officer=administrator,
            at=at,
        )
        if number < UNITS:
            confirm_establishment(establishment=recorded, officer=head, at=at)
