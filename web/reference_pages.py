"""Reference data at /admin/, for superusers: names that no act of its own changes and that are no evidence.

Nothing is added or taken away here, and nothing about money, officers or posts is shown. What is posted names its
dimensions by their codes; a name is what stands beside the code. Each change leaves its event in the trail.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.models import Chart, ChartAccount, Counterparty, EconomicClass, FunctionalClass, Fund, Officer, Project
from ledger.recording import record_event
from web.access import officer_of, to_sign_in
from web.security.sessions import end_session


class ReferenceSite(admin.AdminSite):
    """Django's admin behind our own sign-in; ``web.access`` lets in superusers alone."""

    site_header = site_title = index_title = _("Reference data")

    def has_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, Officer) and request.user.is_active and request.user.is_superuser

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Sign in where everybody does: with the lock-out and the second factor."""
        return to_sign_in(request)

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """End the session here and on the server."""
        end_session(request=request)
        return HttpResponseRedirect(reverse("sign_in"))

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the page where officers change their passwords."""
        return HttpResponseRedirect(reverse("password"))


class Shown(admin.ModelAdmin):  # type: ignore[type-arg]
    """Data that can be read: it comes from the lists that ``setup`` and ``load_chart`` load."""

    actions = None
    list_per_page = 100

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Named(Shown):
    """Data whose names can be put right."""

    fields = ("code", "name", "english_name")
    readonly_fields = ("code",)
    list_display = ("code", "name", "english_name")
    search_fields = ("code", "name", "english_name")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:  # noqa: FBT001 - given by Django
        """Save the names, and leave the change in the trail in the same transaction."""
        before = type(obj).objects.get(pk=obj.pk)
        super().save_model(request, obj, form, change)
        record_event(
            chain="",
            at=timezone.now(),
            actor=officer_of(request).username,
            act="reference.change",
            subject=f"{obj._meta.model_name}/{obj.code}",
            before={"name": before.name, "english_name": before.english_name},
            after={"name": obj.name, "english_name": obj.english_name},
        )

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]
        """Keep no second log beside the trail."""


class Listed(Shown):
    """Data of a list with its codes."""

    list_display = ("code", "name")
    search_fields = ("code", "name")


class ListedAccounts(Shown):
    """The codes of a chart."""

    list_display = ("chart", "code", "name")
    search_fields = ("code", "name")
    list_filter = ("chart",)


class ListedCharts(Shown):
    """The regimes."""

    list_display = ("regime", "name")


SITE = ReferenceSite(name="admin")
SITE.register([Project, Counterparty], Named)
SITE.register(Chart, ListedCharts)
SITE.register([Fund, FunctionalClass, EconomicClass], Listed)
SITE.register(ChartAccount, ListedAccounts)
