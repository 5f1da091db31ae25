"""What the controls before payment look at: deaths, holders, officers' accounts, and policies that say otherwise."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from payouts import policy
from payouts.declaring import DeathRow, declare, declare_deaths
from tests.payroll import AT, SEPTEMBER, Staffer, a_file, card, officer
from treasury.establishing import record_officer_account
from treasury.models import AccountVerification, BankAccount

NOBODYS = card(400)


def declares_death(staffer: Staffer, died_on: date) -> None:
    declaration = declare(source=a_file(SEPTEMBER, "DEATHS"), rows=1, officer=officer("preparer"), at=AT)
    declare_deaths(
        declaration=declaration, rows=[DeathRow(2, staffer.id_number, staffer.name, died_on.isoformat(), "")]
    )


def verifies(number: str, holder: str, verdict: str = "VERIFIED") -> None:
    account = BankAccount.objects.create(number=number, bank="农商行", holder_name=holder, holder_number="")
    AccountVerification.objects.create(account=account, verdict=verdict, on=SEPTEMBER, source="result 9: 1004")


def owns(number: str, id_number: str = "") -> None:
    record_officer_account(
        holder=officer("clerk"), number=number, holder_number=id_number, officer=officer("administrator"), at=AT
    )


def other_policy(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, *changes: tuple[str, str]) -> None:
    """Let the policies be those of a copy in which a file says something else."""
    shutil.copytree(policy.FOLDER, folder / "policy")
    file = folder / "policy" / name
    text = file.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(policy, "FOLDER", folder / "policy")
