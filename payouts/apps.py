from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PayoutsConfig(AppConfig):
    name = "payouts"
    verbose_name = _("Paying people")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks of paying people."""
        import_module("payouts.payment_checks")
        import_module("payouts.release_checks")
        import_module("payouts.benefit_checks")
        import_module("payouts.recovery_checks")
        import_module("payouts.approval_checks")
        import_module("payouts.bank_statement_checks")
