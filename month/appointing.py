"""Make officers and give them posts of the bureau: one officer gives, another confirms, nobody his own (design 8).

What only takes away (posts, a password, access) is done by one officer at once. ``manage.py officer`` gives posts
without a second officer: who has the machine's terminal begins an instance with it.
"""

import re
import secrets
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from ledger.models import Officer
from ledger.models.words import OfficerKind
from ledger.posts import require_post
from ledger.recording import record_event
from ledger.refusals import TextNotPlain, UnableToPost
from month.models import Appointment
from month.posts import POSTS, PostsConflict, UnknownPost, conflict_among, deactivate, ensure_posts
from treasury.models.words import SecondmentStatus
from treasury.refusals import NothingThere, OneOfficerTwice, OwnPost, StateRefuses
from treasury.secondments import day_of, still_to_hold

GIVES: Final = "treasury.give_post"
CONFIRMS: Final = "treasury.confirm_post"
USERNAME: Final = re.compile("[a-z][a-z0-9-]{1,29}")
PASSWORD_BYTES: Final = 10


class NameTaken(UnableToPost):
    message = _("The user name is in use or is none.")
    remedy = _("Write 2 to 30 small letters, digits and hyphens that nobody has, beginning with a letter.")


class NotSaid(UnableToPost):
    message = _("Something is missing.")
    remedy = _("Choose at least one post, and write the name and the reason.")


class AnotherWaits(UnableToPost):
    message = _("Posts given to this officer wait to be confirmed already.")
    remedy = _("Have them confirmed or refused first.")


class HeldAlready(UnableToPost):
    message = _("The officer holds this post already, or does not hold the one that is to be taken away.")
    remedy = _("Look at the posts as they are now.")


class HoldsTownshipPost(UnableToPost):
    message = _("The officer holds posts in townships, which a new password would open to who gives it.")
    remedy = _("End those posts first and give them anew, or have the password set at the machine: manage.py officer.")


class OfSuperuser(UnableToPost):
    message = _("The password of a superuser is nobody's to give.")
    remedy = _("Have it set at the machine: manage.py changepassword.")


@dataclass(frozen=True, slots=True)
class Given:
    """An officer with the password that is shown this once, and changed at the first sign-in."""

    officer: Officer
    password: str


def new_password() -> str:
    """Return a password for one sign-in: 80 bits in letters that are not mistaken for each other."""
    text = b32encode(secrets.token_bytes(PASSWORD_BYTES)).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


@transaction.atomic
def make_officer(*, username: str, full_name: str, officer: Officer, at: datetime) -> Given:
    """Make an officer without any post, with a password for one sign-in.

    :raises NameTaken: if the user name is in use or is none
    :raises NotSaid: if the officer has no name
    """
    require_post(officer, GIVES)
    if not full_name.strip():
        raise NotSaid("officer_has_a_name")
    if not full_name.isprintable():
        raise TextNotPlain("officer_name_is_plain")
    if not USERNAME.fullmatch(username) or Officer.objects.filter(username=username).exists():
        raise NameTaken("user_name_is_free", {"officer": username[:40]})
    made = Officer(username=username, full_name=full_name.strip(), kind=OfficerKind.PERSON)
    password = new_password()
    made.set_password(password)
    made.save()
    record(officer, "officer.make", made, at, after={"name": made.full_name})
    return Given(made, password)


@transaction.atomic
def give_posts(*, holder: Officer, posts: Sequence[str], reason: str, officer: Officer, at: datetime) -> Appointment:
    """Give an officer posts besides those held; they are held once another officer has confirmed them.

    :raises UnknownPost: if a post is none of ``POSTS``
    :raises NotSaid: if no post or no reason is named
    :raises OwnPost: if the officer gives them to himself
    :raises HeldAlready: if one of them is held
    :raises AnotherWaits: if posts of the holder wait already
    :raises PostsConflict: if one of them checks, funds, pays or supervises what another does
    """
    require_post(officer, GIVES)
    holder = person(holder, at_work=True)
    wanted = ordered(posts)
    if not wanted or not reason.strip():
        raise NotSaid("appointment_names_posts_and_reason")
    if not reason.isprintable():
        raise TextNotPlain("appointment_text_is_plain")
    if holder.pk == officer.pk:
        raise OwnPost("nobody_appoints_himself", {"officer": officer.username})
    held = held_by(holder)
    if set(wanted) & set(held):
        raise HeldAlready("post_is_not_held_yet", {"officer": holder.username, "posts": " ".join(held)})
    if Appointment.objects.filter(holder=holder, status=SecondmentStatus.GIVEN).exists():
        raise AnotherWaits("one_appointment_at_a_time", {"officer": holder.username})
    require_no_conflict(holder, [*held, *wanted])
    given = Appointment.objects.create(
        holder=holder, posts=wanted, reason=reason.strip()[:200], given_by=officer, given_at=at
    )
    record(officer, "officer.give_posts", holder, at, after={"posts": " ".join(wanted), "reason": given.reason})
    return given


@transaction.atomic
def confirm_posts(*, appointment: Appointment, officer: Officer, at: datetime) -> Appointment:
    """Confirm posts that another officer gave: they are held from now on.

    :raises StateRefuses: if they are confirmed or refused already, or their holder has left
    :raises OneOfficerTwice: if the officer gave them
    :raises OwnPost: if they are the officer's own
    :raises PostsConflict: if one of them excludes one that is held by now
    """
    require_post(officer, CONFIRMS)
    holder = person(appointment.holder, at_work=True)
    waiting = waiting_for_decision(appointment, officer)
    held = held_by(holder)
    require_no_conflict(holder, [*held, *waiting.posts])
    decide(waiting, SecondmentStatus.CONFIRMED, "", officer, at)
    ensure_posts()
    holder.groups.add(*Group.objects.filter(name__in=waiting.posts))
    record(
        officer,
        "officer.appoint",
        holder,
        at,
        before={"posts": " ".join(held)},
        after={"posts": " ".join(ordered([*held, *waiting.posts])), "given_by": waiting.given_by_id},
    )
    return waiting


@transaction.atomic
def refuse_posts(*, appointment: Appointment, reason: str, officer: Officer, at: datetime) -> Appointment:
    """Refuse posts that another officer gave; they were never held.

    :raises NotSaid: if no reason is given
    :raises StateRefuses: if they are confirmed or refused already
    :raises OneOfficerTwice: if the officer gave them
    :raises OwnPost: if they are the officer's own
    """
    require_post(officer, CONFIRMS)
    if not reason.strip():
        raise NotSaid("appointment_is_decided_for_its_state")
    if not reason.isprintable():
        raise TextNotPlain("appointment_text_is_plain")
    holder = person(appointment.holder, at_work=False)
    waiting = waiting_for_decision(appointment, officer)
    decide(waiting, SecondmentStatus.REFUSED, reason.strip()[:200], officer, at)
    told = {"posts": " ".join(waiting.posts), "reason": waiting.answer}
    record(officer, "officer.refuse_posts", holder, at, after=told)
    return waiting


@transaction.atomic
def take_posts_away(*, holder: Officer, posts: Sequence[str], officer: Officer, at: datetime) -> Officer:
    """Take posts away from an officer, at once; what was signed by them stays.

    :raises NotSaid: if no post is named
    :raises HeldAlready: if one of them is not held
    :raises OwnPost: if they are the officer's own
    """
    require_either(officer)
    holder = person(holder, at_work=False)
    gone, held = ordered(posts), held_by(holder)
    if not gone:
        raise NotSaid("appointment_names_posts_and_reason")
    if holder.pk == officer.pk:
        raise OwnPost("nobody_appoints_himself", {"officer": officer.username})
    if not set(gone) <= set(held):
        raise HeldAlready("post_is_held", {"officer": holder.username, "posts": " ".join(held)})
    holder.groups.remove(*Group.objects.filter(name__in=gone))
    left = [post for post in held if post not in gone]
    record(officer, "officer.appoint", holder, at, before={"posts": " ".join(held)}, after={"posts": " ".join(left)})
    return holder


@transaction.atomic
def renew_password(*, holder: Officer, reason: str, officer: Officer, at: datetime) -> Given:
    """Give an officer a new password for one sign-in, also one who has left and comes back.

    Who gives a password could sign in with it: so the posts held are no longer held, and wait anew for the officer
    who confirms posts.

    :raises NotSaid: if no reason is given
    :raises OwnPost: if it is the officer's own
    :raises OfSuperuser: if the officer is a superuser, whom no post has to be confirmed for
    :raises HoldsTownshipPost: if the officer holds posts in townships
    """
    require_post(officer, GIVES)
    holder = person(holder, at_work=False)
    if not reason.strip():
        raise NotSaid("new_password_has_its_reason")
    if not reason.isprintable():
        raise TextNotPlain("appointment_text_is_plain")
    if holder.pk == officer.pk:
        raise OwnPost("nobody_renews_his_own_password", {"officer": officer.username})
    if holder.is_superuser:
        raise OfSuperuser("superuser_keeps_the_password", {"officer": holder.username})
    if still_to_hold(holder=holder, on=day_of(at)).exists():
        raise HoldsTownshipPost("new_password_opens_no_township", {"officer": holder.username})
    held, password = held_by(holder), new_password()
    holder.groups.clear()
    holder.is_active = True
    holder.set_password(password)
    holder.save(update_fields=["is_active", "password"])
    if held and not Appointment.objects.filter(holder=holder, status=SecondmentStatus.GIVEN).exists():
        Appointment.objects.create(
            holder=holder, posts=held, reason=reason.strip()[:200], given_by=officer, given_at=at
        )
    told = {"posts_to_be_confirmed": " ".join(held), "reason": reason.strip()[:200]}
    record(officer, "officer.new_password", holder, at, before={"posts": " ".join(held)}, after=told)
    return Given(holder, password)


@transaction.atomic
def let_go(*, holder: Officer, officer: Officer, at: datetime) -> Officer:
    """Take an officer's posts, password and access away, at once.

    :raises OwnPost: if it is the officer himself
    :raises StateRefuses: if the officer has left before
    """
    require_either(officer)
    holder = person(holder, at_work=True)
    if holder.pk == officer.pk:
        raise OwnPost("nobody_lets_himself_go", {"officer": officer.username})
    return deactivate(username=holder.username, appointer=officer.username, at=at)


def person(officer: Officer, *, at_work: bool) -> Officer:
    """Lock an officer who is a person, so that what is held stays while it is judged.

    :raises NothingThere: if it is a service
    :raises StateRefuses: if one who has to be at work has left
    """
    found = Officer.objects.select_for_update(no_key=True).get(pk=officer.pk)
    if found.kind != OfficerKind.PERSON:
        raise NothingThere("officer_is_a_person", {"officer": found.username})
    if at_work and not found.is_active:
        raise StateRefuses("officer_is_at_work", {"officer": found.username})
    return found


def ordered(posts: Sequence[str]) -> list[str]:
    """Return posts once each, in the order of ``POSTS``.

    :raises UnknownPost: if one is none of them
    """
    unknown = [post[:40] for post in posts if post not in POSTS]
    if unknown:
        raise UnknownPost("post_is_known", {"posts": ", ".join(unknown), "known": ", ".join(POSTS)})
    return [post for post in POSTS if post in posts]


def held_by(holder: Officer) -> list[str]:
    held = set(holder.groups.values_list("name", flat=True))
    return [post for post in POSTS if post in held]


def require_no_conflict(holder: Officer, posts: Sequence[str]) -> None:
    if conflict := conflict_among(ordered(posts)):
        raise PostsConflict("posts_do_not_conflict", {"officer": holder.username, "posts": " ".join(conflict)})


def require_either(officer: Officer) -> None:
    """Check that an officer gives posts or confirms them: either may take them away."""
    require_post(officer, CONFIRMS if officer.has_perm(CONFIRMS) else GIVES)


def waiting_for_decision(appointment: Appointment, officer: Officer) -> Appointment:
    """Return posts that were given, locked, if the officer may decide on them."""
    waiting = Appointment.objects.select_for_update(no_key=True).get(pk=appointment.pk)
    if waiting.status != SecondmentStatus.GIVEN:
        raise StateRefuses("appointment_moves", {"appointment": waiting.pk, "status": waiting.status})
    if waiting.given_by_id == officer.username:
        raise OneOfficerTwice("appointment_four_eyes", {"officer": officer.username})
    if waiting.holder_id == officer.username:
        raise OwnPost("nobody_appoints_himself", {"officer": officer.username})
    return waiting


def decide(waiting: Appointment, status: SecondmentStatus, answer: str, officer: Officer, at: datetime) -> None:
    waiting.status, waiting.answer, waiting.decided_by, waiting.decided_at = status, answer, officer, at
    waiting.save(update_fields=["status", "answer", "decided_by", "decided_at"])


def record(
    officer: Officer,
    act: str,
    holder: Officer,
    at: datetime,
    *,
    after: Mapping[str, object],
    before: Mapping[str, object] | None = None,
) -> None:
    record_event(
        chain="",
        at=at,
        actor=officer.username,
        act=act,
        subject=f"officer/{holder.username}",
        before=before or {},
        after=after,
    )
