"""Whether an officer holds the post for an act; the posts and who holds them are data."""

from ledger.models import Officer
from ledger.refusals import OfficerMayNot, PostsTogether


def require_post(officer: Officer, act: str) -> None:
    """Check that an officer holds the post for an act, such as ``payouts.stage_file``.

    :raises PostsTogether: if the officer holds two posts that exclude each other; none of them is held then
    :raises OfficerMayNot: if not
    """
    if officer.is_active and officer.has_perm(act):
        return
    if officer.conflicting_posts:
        raise PostsTogether("posts_do_not_conflict", conflict_told(officer))
    raise OfficerMayNot("officer_holds_the_post", {"officer": officer.username, "act": act.partition(".")[2]})


def conflict_told(officer: Officer) -> dict[str, str]:
    """Return who holds which two posts that exclude each other, for a refusal."""
    return {"officer": officer.username, "posts": " ".join(officer.conflicting_posts)}
