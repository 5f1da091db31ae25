"""Steps of commands as officers take them, signed in, with what they are told."""

import io
from collections.abc import Callable

import pytest
from django.core.management import call_command

from tests.payroll import officer

Told = Callable[..., str]


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """Run a step of a command, as an officer who signs in, and return what is told."""

    def told(command: str, step: str, *arguments: object, post: str = "") -> str:
        by = officer(post) if post else None
        if by:
            by.set_password("geheim")
            by.save()
        monkeypatch.setattr("sys.stdin", io.StringIO("geheim\n"))
        capsys.readouterr()
        call_command(command, step, *map(str, arguments), *(("--as", by.username) if by else ()))
        return capsys.readouterr().out

    return told
