"""Days and officers as they are typed into the forms of this desk."""

from datetime import date

from ledger.models import Officer
from ledger.models.words import OfficerKind
from treasury.refusals import NothingThere, TermWrong


def day_typed(text: str) -> date:
    """Return a day that was typed.

    :raises TermWrong: if it is none
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise TermWrong("day_is_a_date", {"day": text[:20]}) from error


def holder_named(username: str) -> Officer:
    """Return the officer of a user name.

    :raises NothingThere: if there is none
    """
    found = Officer.objects.filter(username=username, kind=OfficerKind.PERSON).first()
    if found is None:
        raise NothingThere("officer_is_appointed", {"officer": username[:40]})
    return found
