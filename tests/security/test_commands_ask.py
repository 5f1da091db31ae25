"""A command taken with ``--as`` asks for what the sign-in asks for: the password, and the code of the device."""

import io
from argparse import Namespace

import pytest
from django.core.management import CommandError

from ledger.models import Officer
from month.management.commands.month import officer_of
from tests.security.test_second_factor import enrol
from tests.sign_ins import PASSWORD, code_of, forget_waiting, hire, signed_in

pytestmark = [pytest.mark.django_db]


def ask(monkeypatch: pytest.MonkeyPatch, *lines: str) -> Officer | None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    return officer_of(Namespace(officer="wang"))


def test_the_password_is_enough_without_a_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    wang = hire("wang", "releaser")
    assert ask(monkeypatch, PASSWORD) == wang
    with pytest.raises(CommandError, match=r"password|口令|密码"):
        ask(monkeypatch, "wrong")


def test_a_code_is_asked_for_with_a_second_factor_and_works_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wang = hire("wang", "releaser")
    enrol(signed_in("wang"), wang)
    for lines in ([PASSWORD], [PASSWORD, "000000"], ["wrong", code_of(wang)]):
        with pytest.raises(CommandError):
            ask(monkeypatch, *lines)
        forget_waiting(wang)
    code = code_of(wang)
    assert ask(monkeypatch, PASSWORD, code) == wang
    with pytest.raises(CommandError):
        ask(monkeypatch, PASSWORD, code)
