"""The invented officers of a demo who hold posts in its townships, given by one officer and confirmed by another."""

from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from ledger.models import Officer
from ledger.models.words import OfficerKind
from month.posts import demo_officer
from treasury.models import Secondment, Township
from treasury.models.words import PostKind
from treasury.seconding import Term, confirm_post, give_post
from treasury.secondments import day_of


class DemoTownshipOfficer(NamedTuple):
    """An invented officer of a township; a demo signs in with the username as password."""

    username: str
    full_name: str
    township: str
    post: PostKind


DEMO_TOWNSHIP_OFFICERS = (
    DemoTownshipOfficer("demo-yunxi-clerk", "演示云溪报账员", "220112100", PostKind.CENTRE_CLERK),
    DemoTownshipOfficer("demo-yunxi-reviewer", "演示云溪审核", "220112100", PostKind.CENTRE_REVIEWER),
    DemoTownshipOfficer("demo-yunxi-cashier", "演示云溪出纳", "220112100", PostKind.CASHIER),
    DemoTownshipOfficer("demo-yunxi-head", "演示云溪镇长", "220112100", PostKind.HEAD),
    DemoTownshipOfficer("demo-liuhe-clerk", "演示柳河报账员", "220112101", PostKind.CENTRE_CLERK),
)
TERM_YEARS = 5


@transaction.atomic
def second_demo_officers(*, month: date, at: datetime) -> None:
    """Give a demo's townships their officers, from its month on; who has the post already keeps it."""
    begin = min(month, day_of(at))
    term = Term(begin, date(day_of(at).year + TERM_YEARS, 1, 1))
    for one in DEMO_TOWNSHIP_OFFICERS:
        township = Township.objects.filter(code=one.township).first()
        if township is None or Secondment.objects.filter(holder__username=one.username, township=township).exists():
            continue
        holder, made = Officer.objects.get_or_create(
            username=one.username, defaults={"full_name": one.full_name, "kind": OfficerKind.PERSON}
        )
        if made:
            holder.set_password(one.username)
            holder.save()
        given = give_post(
            township=township,
            post=one.post,
            holder=holder,
            name="",
            term=term,
            officer=demo_officer("administrator"),
            at=at,
        )
        confirm_post(secondment=given, officer=demo_officer("bureau_head"), reason="", at=at)
