"""Who holds which post in which township on a day: access follows the post and ends with it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.timezone import get_current_timezone

from ledger.models import Officer
from ledger.posts import require_post
from ledger.refusals import OfficerMayNot
from treasury.models import Secondment, Township
from treasury.models.words import PostKind, SecondmentStatus

# The acts of townships, each with the posts that may take it. The acts of the bureau are in ``month.posts``.
TOWNSHIP_ACTS: Mapping[str, tuple[PostKind, ...]] = {
    "treasury.register_claim": (PostKind.CENTRE_CLERK,),
    "treasury.sign_claim": (PostKind.HEAD,),
    "treasury.review_claim": (PostKind.CENTRE_REVIEWER,),
    "treasury.sign_special_plan": (PostKind.HEAD,),
    "treasury.receive_receipts": (PostKind.CENTRE_CLERK, PostKind.CASHIER),
    "treasury.void_receipts": (PostKind.CENTRE_CLERK, PostKind.CASHIER),
}


def holders_on(*, on: date) -> QuerySet[Secondment]:
    """Return the posts that are held on a day: confirmed, begun, and not ended."""
    return Secondment.objects.filter(status=SecondmentStatus.CONFIRMED, effective_from__lte=on, held_until__gt=on)


def still_to_hold(*, holder: Officer, on: date) -> QuerySet[Secondment]:
    """Return the posts in townships that an officer holds on a day or after it, or may come to hold."""
    open_ones = Secondment.objects.filter(holder=holder, held_until__gt=on)
    return open_ones.exclude(status=SecondmentStatus.REFUSED)


def head_on(*, township: Township, on: date) -> Secondment | None:
    """Return who heads a township (乡镇长; of a 街道 the 主任) on a day."""
    return holders_on(on=on).filter(township=township, post=PostKind.HEAD).first()


def signer_fault(*, township: Township, name: str, on: date) -> str | None:
    """Return what is wrong with a signature on paper, None where the signer held the head's post on that day.

    Nothing is wrong while the township has no recorded head at all.
    """
    heads = Secondment.objects.filter(township=township, post=PostKind.HEAD, status=SecondmentStatus.CONFIRMED)
    if not heads.exists():
        return None
    head = head_on(township=township, on=on)
    if head is None:
        return "no_head_on_the_day"
    return None if head.name == name else "signer_is_not_the_head"


def townships_with_a_head() -> Sequence[Township]:
    """Return the townships whose head is or was recorded: signatures on their papers are held against it."""
    heads = Secondment.objects.filter(post=PostKind.HEAD, status=SecondmentStatus.CONFIRMED)
    return list(Township.objects.filter(pk__in=heads.values("township")))


def day_of(at: datetime) -> date:
    """Return the day of a moment here: access is judged by when an act is taken, not by the date on its paper."""
    return at.astimezone(get_current_timezone()).date()


def require_township_post(*, officer: Officer, township: Township, act: str, on: date) -> None:
    """Check that an officer holds, on a day, a post of a township that may take an act.

    ``on`` is the day on which the act is taken (``day_of``): a date that the officer types gives no access.

    :raises OfficerMayNot: if not
    """
    held = holders_on(on=on).filter(holder=officer, township=township, post__in=TOWNSHIP_ACTS[act])
    if not officer.is_active or not held.exists():
        raise OfficerMayNot(
            "officer_holds_the_post",
            {
                "officer": officer.username,
                "act": act.partition(".")[2],
                "township": township.name,
                "on": on,
                "posts": ", ".join(TOWNSHIP_ACTS[act]),
            },
        )


def require_post_for(*, officer: Officer, township: Township | None, act: str, on: date) -> None:
    """Check that an officer holds the post for an act about a township: one of the bureau, or one there on a day.

    :raises OfficerMayNot: if not
    """
    if township is None or officer.has_perm(act):
        require_post(officer, act)
    else:
        require_township_post(officer=officer, township=township, act=act, on=on)


def may_there(*, officer: Officer, township: Township, act: str, on: date) -> bool:
    """Return whether an officer holds the post for an act about a township on a day, of the bureau or there."""
    held = holders_on(on=on).filter(holder=officer, township=township, post__in=TOWNSHIP_ACTS.get(act, ()))
    return officer.has_perm(act) or (officer.is_active and held.exists())
