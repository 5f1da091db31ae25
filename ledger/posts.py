"""Whether an officer holds the post for an act; the posts and who holds them are data."""

from ledger.models import Officer
from ledger.refusals import OfficerMayNot


def require_post(officer: Officer, act: str) -> None:
    """Check that an officer holds the post for an act, such as ``payouts.stage_file``.

    :raises OfficerMayNot: if not
    """
    if not officer.is_active or not officer.has_perm(act):
        raise OfficerMayNot("officer_holds_the_post", {"officer": officer.username, "act": act.partition(".")[2]})
