from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TreasuryConfig(AppConfig):
    name = "treasury"
    verbose_name = _("District and township money")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks of district and township money, and the accounts that its acts keep."""
        for checks in (
            "money_checks",
            "post_checks",
            "receipt_checks",
            "earmarking_checks",
            "budget_checks",
            "statement_checks",
            "kept_accounts",
        ):
            import_module(f"treasury.{checks}")
