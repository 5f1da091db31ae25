"""import-linter does not see a foreign key written as a string; this walks the models."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

# From left to right: an app points to itself and to apps to its right.
APPS = ("web", "month", "audit", "imports", "payouts", "treasury", "ledger")
# Django's own, below all of ours.
BELOW = ("auth", "contenttypes", "sessions")


def list_relations() -> Iterator[tuple[type[models.Model], "models.Field[Any, Any]", type[models.Model]]]:
    for app in APPS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
                if field.remote_field is not None:
                    yield model, field, field.remote_field.model


def test_foreign_keys_point_to_the_same_app_or_to_the_right() -> None:
    upward = [
        f"{model._meta.label}.{field.name} -> {target._meta.label}"
        for model, field, target in list_relations()
        if target._meta.app_label not in BELOW
        and APPS.index(target._meta.app_label) < APPS.index(model._meta.app_label)
    ]
    assert not upward, (
        "A foreign key points up. Keep it on the upper model, or name the upper thing by an "
        "opaque key such as Voucher.source.\n" + "\n".join(upward)
    )


def test_every_installed_app_is_placed() -> None:
    ours = {config.label for config in apps.get_app_configs() if "." not in config.name}
    assert ours - {"whitenoise", "axes", "csp", "django_otp"} == set(APPS), (
        "Place the app in APPS, in pyproject.toml and in BANS."
    )


def test_deleting_takes_nothing_along() -> None:
    lossy = [
        f"{model._meta.label}.{field.name}"
        for model, field, _ in list_relations()
        if not model._meta.auto_created
        and isinstance(field, models.ForeignKey)
        and field.remote_field.on_delete is not models.PROTECT
    ]
    assert not lossy, "Write on_delete=models.PROTECT.\n" + "\n".join(lossy)
