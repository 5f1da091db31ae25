"""A demo's applications for benefits, one of each kind of standing, and a rate that waits: small, and nothing is paid.

Their people are invented. The first was registered and published before, so that its notice has run out by now.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from imports.cleaning.identities import check_digit
from month.posts import demo_officer
from payouts.applicants import schemes_on
from payouts.applying import (
    AppliedAccount,
    AppliedFor,
    pass_application,
    refuse_application,
    register_application,
)
from payouts.models import Application
from payouts.models.words import Level
from payouts.objecting import post_notice, raise_objection
from payouts.setting_rates import propose_value
from treasury.models import Township
from treasury.secondments import day_of

DAYS_AGO = 9
TOWNSHIP, VILLAGE, BOARD = "220112100", "演示村", "演示村村务公开栏"
REWARD, FEE = "reward_assistance", "only_child_fee"
NEXT_RATE = Decimal("110.00")


class Applicant(NamedTuple):
    """An invented person who applies in the demo."""

    name: str
    stem: str
    scheme: str
    account: str

    @property
    def id_number(self) -> str:
        return self.stem + check_digit(self.stem)


READY = Applicant("演示申请人甲", "22011219600101901", REWARD, "0710099990000101")
OBJECTED = Applicant("演示申请人乙", "22011219610202902", REWARD, "0710099990000102")
REFUSED = Applicant("演示申请人丙", "22011219840303903", FEE, "0710099990000103")
NEW = Applicant("演示申请人丁", "22011219900404904", FEE, "")


@transaction.atomic
def take_demo_applications(*, at: datetime) -> None:
    """Register a demo's applications and take them to where they stand; where there are some nothing is done."""
    if Application.objects.exists() or not Township.objects.filter(code=TOWNSHIP).exists():
        return
    earlier = at - timedelta(days=DAYS_AGO)
    published(passed(registered(READY, earlier), earlier), earlier)
    objected = passed(registered(OBJECTED, at), at)
    published(objected, at)
    raise_objection(
        notice=objected.notices.get(),
        text="演示：村民反映户籍不在本村",
        officer=demo_officer("benefits_clerk"),
        on=day_of(at),
        at=at,
    )
    refuse_application(
        application=registered(REFUSED, at),
        reason="演示：证件与户口簿不符",
        officer=demo_officer("village_clerk"),
        on=day_of(at),
        at=at,
    )
    registered(NEW, at)
    propose_value(
        scheme=FEE,
        grade="",
        effective_from=date(day_of(at).year + 1, 1, 1),
        amount=NEXT_RATE,
        reference="演示：拟调整标准，尚无文件",
        officer=demo_officer("benefits_officer"),
        at=at,
    )


def registered(who: Applicant, at: datetime) -> Application:
    on = day_of(at)
    wanted = AppliedFor(
        id_number=who.id_number,
        name=who.name,
        scheme=who.scheme,
        township=Township.objects.get(code=TOWNSHIP),
        village=VILLAGE,
        claimed_from=on.replace(day=1),
        paper=f"演示：{who.name}申请表",
        account=AppliedAccount(who.account, "演示银行", who.name) if who.account else None,
    )
    officer = demo_officer("benefits_clerk")
    return register_application(applied_for=wanted, schemes=schemes_on(on=on), officer=officer, on=on, at=at)


def passed(application: Application, at: datetime) -> Application:
    village = demo_officer("village_clerk")
    return pass_application(application=application, level=Level.VILLAGE, officer=village, on=day_of(at), at=at)


def published(application: Application, at: datetime) -> None:
    post_notice(
        application=application,
        schemes=schemes_on(on=day_of(at)),
        starts_on=day_of(at),
        place=BOARD,
        officer=demo_officer("village_clerk"),
        at=at,
    )
