"""A job in the hands of a worker, and what a kind of work is."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json import dumps
from typing import Any, NotRequired, Protocol, TypedDict

from django.utils.translation import gettext_lazy as _

from ledger.models import Officer
from ledger.posts import require_post
from ledger.refusals import UnableToPost
from month.models import Job, JobState


class WorkChanged(UnableToPost):
    message = _("What was asked for is not what is there now.")
    remedy = _("Look at it again: manage.py month status. Then ask for what is to be done now.")


class Asked(TypedDict):
    """Work to ask for."""

    kind: str
    key: str
    arguments: Mapping[str, object]
    files: NotRequired[Sequence[tuple[str, bytes]]]


class Held(Protocol):
    """A job in the hands of a worker."""

    job: int

    def effect(self) -> AbstractContextManager[None]:
        """Open the transaction of an effect, which only the holder of the lease has."""

    def progress(self, step: str, rows: int) -> None:
        """Tell how far the work is; a job that is to be cancelled ends here, and its transaction is rolled back."""


# What the work made is told by who waits for it; another process finds it in the database.
Work = Callable[[Held, Mapping[str, Any], Officer, datetime], object]


# What is to be asked for once work is done, by its arguments.
Follow = Callable[[Mapping[str, Any]], Asked | None]


def nothing_follows(_arguments: Mapping[str, Any]) -> None:
    """Ask for nothing."""


@dataclass(frozen=True)
class Kind:
    """A kind of work: who may ask for it, how often it is tried without a person, what it does, what follows it."""

    name: str
    post: str
    attempts_max: int
    work: Work
    other_posts: tuple[str, ...] = ()
    follow: Follow = nothing_follows

    def is_for(self, officer: Officer) -> bool:
        """Return whether an officer holds a post for the work."""
        return any(officer.has_perm(post) for post in (self.post, *self.other_posts))

    def require_post(self, officer: Officer) -> None:
        """Check that an officer holds a post for the work.

        :raises OfficerMayNot: if not
        """
        held = [post for post in self.other_posts if officer.has_perm(post)]
        require_post(officer, held[0] if held else self.post)


def key_of(about: str, arguments: Mapping[str, object]) -> str:
    """Return the key of work that is done once for its arguments."""
    told = dumps(arguments, sort_keys=True, ensure_ascii=False)
    return f"{about}/{sha256(told.encode()).hexdigest()[:16]}"


def next_key(kind: str, about: str, arguments: Mapping[str, object]) -> str:
    """Return the key of work that may be done again for its arguments: while it is not done, it is the same job."""
    key = key_of(about, arguments)
    done = Job.objects.filter(kind=kind, key__startswith=f"{key}#", status=JobState.DONE).count()
    return f"{key}#{done + 1}"
