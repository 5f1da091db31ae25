"""Give posts in townships, ask the party committee, confirm, refuse and end them (人员委派, F26).

One officer gives, another confirms, and nobody a post of his own; the database keeps that, the one head at a time
and the posts that one person may not hold together (``treasury/promises/secondments.sql``).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from ledger.models import Officer
from ledger.posts import require_post
from ledger.recording import record_event
from treasury.models import Consultation, Secondment, SecondmentEnd, Township
from treasury.models.words import CommitteeAnswer, PostKind, SecondmentStatus
from treasury.refusals import StateRefuses, refusals_named

CHAIN = ""  # the trail of acts that belong to no single book


@dataclass(frozen=True, slots=True)
class Term:
    """From which day to which a post is held; the end is exclusive."""

    effective_from: date
    effective_to: date


def give_post(
    *,
    township: Township,
    post: PostKind,
    holder: Officer | None,
    name: str,
    term: Term,
    officer: Officer,
    at: datetime,
) -> Secondment:
    """Give a post of a township to an officer, or to a name that only signs on paper; it counts once confirmed.

    :raises PostTaken: if somebody else is the head in that time
    :raises PostsConflict: if the same person would hold two posts that exclude each other
    :raises OwnPost: if the officer gives it to himself
    """
    require_post(officer, "treasury.give_post")
    with refusals_named(), transaction.atomic():
        given = Secondment.objects.create(
            township=township,
            post=post,
            holder=holder,
            name=holder.full_name if holder else name,
            effective_from=term.effective_from,
            effective_to=term.effective_to,
            held_until=term.effective_to,
            given_by=officer,
            given_at=at,
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="post.give",
            subject=f"secondment/{given.pk}",
            after={
                "township": township.code,
                "post": post,
                "holder": holder.username if holder else "",
                "name": given.name,
                "from": term.effective_from,
                "to": term.effective_to,
            },
        )
        return given


def record_consultation(
    *,
    secondment: Secondment,
    asked_on: date,
    answered_on: date,
    answer: CommitteeAnswer,
    paper: str,
    officer: Officer,
    at: datetime,
) -> Consultation:
    """Record what the party committee of the township answered.

    :raises StateRefuses: if the post is confirmed or refused already
    """
    require_post(officer, "treasury.give_post")
    with refusals_named(), transaction.atomic():
        asked = Consultation.objects.create(
            secondment=secondment,
            asked_on=asked_on,
            answered_on=answered_on,
            answer=answer,
            paper=paper,
            recorded_by=officer,
            recorded_at=at,
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="post.consult",
            subject=f"secondment/{secondment.pk}",
            after={"asked_on": asked_on, "answered_on": answered_on, "answer": answer, "paper": paper},
        )
        return asked


def confirm_post(*, secondment: Secondment, officer: Officer, reason: str, at: datetime) -> Secondment:
    """Confirm a post: from its first day on it gives access. ``reason`` answers a committee that objected.

    :raises NotConsulted: if the post is seconded and the committee was not asked
    :raises OwnPost: if it is the officer's own post
    :raises OneOfficerTwice: if the officer gave it
    """
    return decide(secondment, SecondmentStatus.CONFIRMED, officer, reason, at)


def refuse_post(*, secondment: Secondment, officer: Officer, reason: str, at: datetime) -> Secondment:
    """Refuse a post that was given; it was never held."""
    return decide(secondment, SecondmentStatus.REFUSED, officer, reason, at)


def decide(secondment: Secondment, status: SecondmentStatus, officer: Officer, reason: str, at: datetime) -> Secondment:
    require_post(officer, "treasury.confirm_post")
    with refusals_named(), transaction.atomic():
        secondment = Secondment.objects.select_for_update().get(pk=secondment.pk)
        if secondment.status != SecondmentStatus.GIVEN:
            raise StateRefuses("secondment_moves", {"secondment": secondment.pk, "status": secondment.status})
        secondment.status, secondment.reason = status, reason
        secondment.decided_by, secondment.decided_at = officer, at
        secondment.save(update_fields=["status", "reason", "decided_by", "decided_at"])
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act=f"post.{'confirm' if status == SecondmentStatus.CONFIRMED else 'refuse'}",
            subject=f"secondment/{secondment.pk}",
            before={"status": SecondmentStatus.GIVEN},
            after={"status": status, "reason": reason},
        )
        return secondment


def end_post(*, secondment: Secondment, ends_on: date, reason: str, officer: Officer, at: datetime) -> Secondment:
    """End a post before its term; on ``ends_on`` it is no longer held.

    :raises StateRefuses: if it is not confirmed, ended before, or the day lies outside its term
    """
    require_post(officer, "treasury.give_post")
    with refusals_named(), transaction.atomic():
        SecondmentEnd.objects.create(
            secondment=secondment, ends_on=ends_on, reason=reason, recorded_by=officer, recorded_at=at
        )
        record_event(
            chain=CHAIN,
            at=at,
            actor=officer.username,
            act="post.end",
            subject=f"secondment/{secondment.pk}",
            before={"held_until": secondment.held_until},
            after={"held_until": ends_on, "reason": reason},
        )
        return Secondment.objects.get(pk=secondment.pk)
