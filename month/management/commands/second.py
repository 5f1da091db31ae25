"""``manage.py second``: give posts in townships, ask the party committee, confirm, refuse, end and list them."""

from argparse import ArgumentParser, Namespace
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Officer
from month.asking import with_officer, with_reason
from month.management.acting import day_of, officer_named, take, township_of
from month.tables import table, tell
from treasury.models import Secondment
from treasury.models.words import CommitteeAnswer, PostKind
from treasury.refusals import NothingThere
from treasury.seconding import Term, confirm_post, end_post, give_post, record_consultation, refuse_post


class Command(BaseCommand):
    help = "Give posts in townships, ask the party committee, confirm, refuse, end and list them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
        give = steps.add_parser("give", help=_("give a post; another officer confirms it"))
        give.add_argument("--township", required=True, help=_("code or name of the township"))
        give.add_argument("--post", required=True, choices=PostKind.values)
        held = give.add_mutually_exclusive_group(required=True)
        held.add_argument("--holder", default="", help=_("username of the officer who holds it"))
        held.add_argument("--name", default="", help=_("name of the holder who only signs on paper"))
        give.add_argument("--from", dest="begin", type=day_of, required=True, help=_("first day"))
        give.add_argument("--to", dest="end", type=day_of, required=True, help=_("first day after the term"))
        consult = numbered(steps.add_parser("consult", help=_("record what the party committee answered")))
        consult.add_argument("--asked", type=day_of, required=True, help=_("day of the question"))
        consult.add_argument("--answered", type=day_of, required=True, help=_("day of the answer"))
        consult.add_argument("--answer", required=True, choices=CommitteeAnswer.values)
        consult.add_argument("--paper", required=True, help=_("the evidence, e.g. the number of a letter"))
        confirm = numbered(steps.add_parser("confirm", help=_("confirm a post that another officer gave")))
        confirm.add_argument("--reason", default="", help=_("the answer to a committee that objected"))
        with_reason(numbered(steps.add_parser("refuse", help=_("refuse a post that another officer gave"))))
        end = numbered(steps.add_parser("end", help=_("end a post before its term")))
        end.add_argument("--on", type=day_of, required=True, help=_("first day on which it is no longer held"))
        with_reason(end)
        for sub in (give, *(steps.choices[name] for name in ("consult", "confirm", "refuse", "end"))):
            with_officer(sub)
        shown = steps.add_parser("list", help=_("list the posts"))
        shown.add_argument("--township", default="", help=_("code or name of the township"))
        shown.add_argument("--on", type=day_of, help=_("only posts held on this day"))

    def handle(self, *args: Any, step: str, **options: Any) -> None:
        asked = Namespace(**options)
        if step == "list":
            tell([posts_table(asked)])
            return
        subject = f"secondment/{asked.number}" if step != "give" else "secondment"
        made = take(
            asked=asked,
            command=f"second {step}",
            act=f"post.{step}",
            subject=subject,
            step=lambda officer, at: STEPS[step](asked, officer, at),
        )
        told = _("Post {number}: {post}, {status}, held from {begin} until {end}.")
        self.stdout.write(
            told.format(
                number=made.pk,
                post=made,
                status=made.get_status_display(),
                begin=made.effective_from,
                end=made.held_until,
            )
        )


def numbered(parser: ArgumentParser) -> ArgumentParser:
    parser.add_argument("number", type=int, help=_("number of the post, as list shows it"))
    return parser


def give(asked: Namespace, officer: Officer, at: datetime) -> Secondment:
    return give_post(
        township=township_of(asked.township),
        post=PostKind(asked.post),
        holder=officer_named(asked.holder) if asked.holder else None,
        name=asked.name,
        term=Term(asked.begin, asked.end),
        officer=officer,
        at=at,
    )


def consult(asked: Namespace, officer: Officer, at: datetime) -> Secondment:
    return record_consultation(
        secondment=post_of(asked.number),
        asked_on=asked.asked,
        answered_on=asked.answered,
        answer=CommitteeAnswer(asked.answer),
        paper=asked.paper,
        officer=officer,
        at=at,
    ).secondment


def confirm(asked: Namespace, officer: Officer, at: datetime) -> Secondment:
    return confirm_post(secondment=post_of(asked.number), officer=officer, reason=asked.reason, at=at)


def refuse(asked: Namespace, officer: Officer, at: datetime) -> Secondment:
    return refuse_post(secondment=post_of(asked.number), officer=officer, reason=asked.reason, at=at)


def end(asked: Namespace, officer: Officer, at: datetime) -> Secondment:
    return end_post(secondment=post_of(asked.number), ends_on=asked.on, reason=asked.reason, officer=officer, at=at)


STEPS = {"give": give, "consult": consult, "confirm": confirm, "refuse": refuse, "end": end}


def post_of(number: int) -> Secondment:
    """Return a post by its number.

    :raises NothingThere: if there is none
    """
    found = Secondment.objects.filter(pk=number).first()
    if found is None:
        raise NothingThere("post_is_given", {"post": number})
    return found


def posts_table(asked: Namespace) -> Any:
    """Return the posts of all townships or of one, with what the committee answered."""
    day = asked.on or timezone.localdate()
    posts = Secondment.objects.select_related("township", "consultation").order_by("township__number", "post", "pk")
    if asked.township:
        posts = posts.filter(township=township_of(asked.township))
    if asked.on:
        posts = posts.filter(effective_from__lte=asked.on, held_until__gt=asked.on)
    made = table(
        _("Posts in townships"),
        _("No."),
        _("Township"),
        _("Post"),
        _("Holder"),
        _("From"),
        _("Until"),
        _("State"),
        _("Held"),
        _("Committee"),
        right=(0,),
    )
    for post in posts:
        consultation = getattr(post, "consultation", None)
        held = post.status == "CONFIRMED" and post.effective_from <= day < post.held_until
        made.add_row(
            str(post.pk),
            post.township.name,
            post.get_post_display(),
            f"{post.name} ({post.holder_id})" if post.holder_id else post.name,
            str(post.effective_from),
            str(post.held_until),
            post.get_status_display(),
            _("yes") if held else "",
            consultation.get_answer_display() if consultation else "",
        )
    return made
