from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TreasuryConfig(AppConfig):
    name = "treasury"
    verbose_name = _("乡镇财政")
    default_auto_field = "django.db.models.BigAutoField"
