"""Officers at the desk of benefits, and applications brought to where a page takes them on; everybody is invented."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from imports.cleaning.identities import check_digit
from payouts.applicants import schemes_on
from payouts.applying import AppliedAccount, AppliedFor, pass_application, register_application
from payouts.models import Application
from payouts.models.words import Level
from payouts.objecting import post_notice
from tests.benefits import FEE
from tests.payroll import card, officer
from tests.sign_ins import hire, signed_in
from treasury.models import Township
from treasury.secondments import day_of

SEE_OTHER, UNPROCESSABLE, NOT_FOUND, MAY_NOT = 303, 422, 404, 403
BIRCH_NAME, VILLAGE = "白桦镇", "柳树村"
POSTS_OF_LEVELS: Mapping[Level, str] = {
    Level.VILLAGE: "village_clerk",
    Level.TOWNSHIP: "township_benefits",
    Level.DISTRICT: "district_benefits",
}
NOTICE_DAYS = 7


def at_desk(post: str, *, number: int = 1) -> Client:
    """Return a client with an officer of a post; another ``number`` is another officer."""
    username = f"b{number}-{post}"
    hire(username, post)
    return signed_in(username)


def id_number(number: int) -> str:
    digits = f"22011219600606{number:03}"
    return digits + check_digit(digits)


def name_of(number: int) -> str:
    return f"申请人{number}"


def applied(number: int, *, days_ago: int = 0, scheme: str = FEE, account: bool = True) -> Application:
    """Register an application of some days ago by the acts."""
    at = days_before(days_ago)
    own = AppliedAccount(card(700 + number), "农商行", name_of(number))
    wanted = AppliedFor(
        id_number=id_number(number),
        name=name_of(number),
        scheme=scheme,
        township=Township.objects.get(name=BIRCH_NAME),
        village=VILLAGE,
        claimed_from=day_of(at).replace(day=1),
        paper=f"申请表{number}",
        account=own if account else None,
    )
    clerk = officer("benefits_clerk")
    return register_application(
        applied_for=wanted, schemes=schemes_on(on=day_of(at)), officer=clerk, on=day_of(at), at=at
    )


def passed(number: int, *levels: Level, **changes: Any) -> Application:
    """Return an application that levels have passed, each with a notice that has run out by today."""
    ago = NOTICE_DAYS * len(levels) + 1
    application = applied(number, days_ago=ago, **changes)
    for step, level in enumerate(levels):
        at = days_before(ago - NOTICE_DAYS * step)
        decider = officer(POSTS_OF_LEVELS[level])
        pass_application(application=application, level=level, officer=decider, on=day_of(at), at=at)
        post_notice(
            application=application,
            schemes=schemes_on(on=day_of(at)),
            starts_on=day_of(at),
            place="村务公开栏",
            officer=decider,
            at=at,
        )
    return Application.objects.get(pk=application.pk)


def days_before(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def today() -> str:
    return f"{timezone.localdate()}"


def text_of(answer: Any) -> str:
    return str(answer.content.decode())
