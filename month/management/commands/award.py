"""``manage.py award STEP``: prizes that are paid once, fines that are set off once (G10, G11)."""

from argparse import ArgumentParser, Namespace
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.models import Officer
from ledger.money import in_full
from month.management.earmarking import (
    Act,
    EarmarkingCommand,
    Look,
    day_of,
    only,
    township_of,
    townships_of,
    with_any_township,
    with_day,
    with_number,
    with_number_and_day,
    with_number_and_reason,
    with_paper,
    with_township,
    yuan_of,
)
from month.tables import Told, table
from treasury.awarding import impose_fine, left_of_fine, post_prize, propose_prize, set_off_fine
from treasury.models import Fine, Prize
from treasury.models.words import AppraisalKind
from treasury.ordering import approve_order, withdraw_order
from treasury.policy import treasury_policies
from treasury.rules.appraisals import usual_prize


def prize_arguments(parser: ArgumentParser) -> None:
    with_township(parser)
    with_paper(parser)
    with_day(parser)
    parser.add_argument("--award", required=True, help=_("name of the award"))
    parser.add_argument("--year", type=int, required=True, help=_("year"))
    parser.add_argument("--place", type=int, required=True, help=_("place, 1 the first"))
    parser.add_argument("--post", default="", help=_("post of the one who receives it; default: the township"))
    parser.add_argument("--wage-grades", type=int, default=0, choices=(0, 1), help=_("one wage grade with it"))
    parser.add_argument("--amount", type=yuan_of, help=_("amount in yuan; default: by the policy"))


def prize_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    amount = asked.amount
    if amount is None:
        amount = usual_prize(policies=treasury_policies(), on=day_of(asked), post=asked.post, place=asked.place)
    prize = propose_prize(
        award=asked.award,
        year=asked.year,
        rank=asked.place,
        township=township_of(asked.township),
        post=asked.post,
        wage_grades=asked.wage_grades,
        amount=amount,
        paper=asked.paper,
        officer=officer,
        at=at,
    )
    said = _("Prize {number} of {amount} is proposed; another officer approves it.")
    return [said.format(number=prize.pk, amount=in_full(prize.amount))]


def approve_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    order = approve_order(order=only(Prize, pk=asked.number), officer=officer, at=at)
    return [_("{order} is approved; the cashier posts it.").format(order=order.source)]


def withdraw_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    order = withdraw_order(order=only(Prize, pk=asked.number), officer=officer, reason=asked.reason, at=at)
    return [_("{order} is withdrawn.").format(order=order.source)]


def post_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    prize = post_prize(prize=only(Prize, pk=asked.number), on=day_of(asked), officer=officer, at=at)
    return [_("{order} is posted: {amount}.").format(order=prize.source, amount=in_full(prize.amount))]


def fine_arguments(parser: ArgumentParser) -> None:
    with_township(parser)
    with_paper(parser)
    with_day(parser)
    parser.add_argument("--year", type=int, required=True, help=_("year"))
    parser.add_argument("--matter", default="", help=_("the single matter; default: the overall appraisal"))
    parser.add_argument("--place", type=int, required=True, help=_("place from the last, 1 the last"))


def fine_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    fine = impose_fine(
        township=township_of(asked.township),
        year=asked.year,
        kind=AppraisalKind.SINGLE if asked.matter else AppraisalKind.OVERALL,
        matter=asked.matter,
        place_from_last=asked.place,
        paper=asked.paper,
        on=day_of(asked),
        officer=officer,
        at=at,
    )
    said = _("Fine {number} of {amount} is recorded; another officer sets it off.")
    return [said.format(number=fine.pk, amount=in_full(fine.amount))]


def set_off_asked(asked: Namespace, officer: Officer, at: datetime) -> Told:
    part = set_off_fine(fine=only(Fine, pk=asked.number), on=day_of(asked), officer=officer, at=at)
    said = _("{amount} of fine {number} is set off; {left} waits until the township is due money.")
    left = left_of_fine(part.fine)
    return [said.format(amount=in_full(part.amount), number=part.fine_id, left=in_full(left))]


def list_asked(asked: Namespace) -> Told:
    townships = townships_of(asked)
    prizes = table(
        _("Prizes"), _("number"), _("award"), _("year"), _("township"), _("post"), _("amount"), _("status"), right=(5,)
    )
    for prize in Prize.objects.filter(township__in=townships).select_related("township").order_by("pk"):
        amount = in_full(prize.amount)
        name = prize.township.name
        prizes.add_row(
            str(prize.pk), prize.award, str(prize.year), name, prize.post, amount, prize.get_status_display()
        )
    columns = (_("number"), _("township"), _("year"), _("appraisal"), _("amount"), _("not set off yet"))
    fines = table(_("Fines"), *columns, right=(4, 5))
    for fine in Fine.objects.filter(township__in=townships).select_related("township").order_by("pk"):
        appraisal = fine.matter or fine.get_kind_display()
        amounts = in_full(fine.amount), in_full(left_of_fine(fine))
        fines.add_row(str(fine.pk), fine.township.name, str(fine.year), appraisal, *amounts)
    return [prizes, fines]


class Command(EarmarkingCommand):
    help = "Pay prizes and set off fines of a year's appraisals, each once."
    name = "award"
    steps = {
        "prize": Act(gettext_lazy("propose a prize"), prize_arguments, prize_asked),
        "approve": Act(gettext_lazy("approve a prize"), with_number, approve_asked),
        "withdraw": Act(gettext_lazy("withdraw a prize"), with_number_and_reason, withdraw_asked),
        "post": Act(gettext_lazy("pay an approved prize"), with_number_and_day, post_asked),
        "fine": Act(gettext_lazy("record a fine"), fine_arguments, fine_asked),
        "set_off": Act(gettext_lazy("set off a fine"), with_number_and_day, set_off_asked),
        "list": Look(gettext_lazy("show prizes and fines"), with_any_township, list_asked),
    }
