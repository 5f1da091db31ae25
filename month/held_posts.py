"""What an officer may do by the posts held: nothing as long as two of them exclude each other, however they were given.

It takes the place of Django's own backend, and asks what that asks: one query an officer, not one an act.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group
from django.db.models import Model

from ledger.models import Officer
from month.posts import POSTS, conflict_among


class HeldPosts(ModelBackend):
    """The sign-in by password, and the acts of the posts (groups) of who has signed in."""

    def get_group_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """Return the acts of an officer's posts, and leave with the officer which two posts exclude each other."""
        if obj is not None or not isinstance(user_obj, Officer) or user_obj.is_superuser or not user_obj.is_active:
            return super().get_group_permissions(user_obj, obj)
        acts: set[str] | None = getattr(user_obj, "_acts_of_posts", None)
        if acts is None:
            held = list(
                Group.objects.filter(user=user_obj).values_list(
                    "name", "permissions__content_type__app_label", "permissions__codename"
                )
            )
            user_obj.conflicting_posts = conflict_held(name for name, _app, _act in held)
            acts = set() if user_obj.conflicting_posts else {f"{app}.{act}" for _name, app, act in held if act}
            user_obj._acts_of_posts = acts  # type: ignore[attr-defined]
        return acts


def conflict_held(posts: Iterable[str]) -> tuple[str, ...]:
    """Return the first two posts among some that exclude each other, in the order of the posts."""
    held = set(posts)
    return conflict_among([post for post in POSTS if post in held]) or ()
