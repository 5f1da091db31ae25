"""The invented officers of a demo, as its sign-in page shows them: by desk, with their posts in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from ledger.models import Officer
from month.post_names import POST_NAMES
from month.posts import POSTS
from treasury.secondments import holders_on

PREFIX: Final = "demo-"
BENEFITS: Final = frozenset(
    {"benefits_clerk", "village_clerk", "township_benefits", "district_benefits", "benefits_officer", "benefits_funder"}
)
ARCHIVES: Final = frozenset({"archivist", "archive_head", "it_officer", "it_witness"})
MONTH: Final = frozenset({"clerk", "preparer", "reviewer", "releaser", "cashier", "chief_accountant", "bureau_head"})


@dataclass(frozen=True, slots=True)
class Shown:
    """An officer with the post in words; in a demo the username is the password too."""

    username: str
    full_name: str
    post: str


def demo_officers(*, on: date) -> Sequence[tuple[Any, Sequence[Shown]]]:
    """Return the desks of a demo with their officers; only ever called in a demo."""
    found = Officer.objects.filter(username__startswith=PREFIX, is_active=True)
    names = dict(found.values_list("username", "full_name"))
    posts = list(Group.objects.filter(user__in=found).values_list("user__username", "name"))
    posts.sort(key=lambda held: list(POSTS).index(held[1]) if held[1] in POSTS else len(POSTS))
    desks: dict[str, list[Shown]] = {"month": [], "township": [], "benefits": [], "archives": [], "other": []}
    for username, post in posts:
        desks[desk_of(post)].append(Shown(username, names[username], str(POST_NAMES.get(post, post))))
    for held in holders_on(on=on).filter(holder__in=found).select_related("township").order_by("pk"):
        username = str(held.holder_id)
        desks["township"].append(Shown(username, names[username], f"{held.township.name} {held.get_post_display()}"))
    return [(DESKS[desk], shown) for desk, shown in desks.items() if shown]


DESKS: Final = {
    "month": _("The month of the bureau"),
    "township": _("Townships"),
    "benefits": _("Benefits"),
    "archives": _("Archives"),
    "other": _("Supervision and access"),
}


def desk_of(post: str) -> str:
    """Return at which desk a post sits."""
    if post == "township_head":
        return "township"
    for desk, of_it in (("month", MONTH), ("benefits", BENEFITS), ("archives", ARCHIVES)):
        if post in of_it:
            return desk
    return "other"
