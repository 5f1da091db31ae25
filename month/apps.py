from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonthConfig(AppConfig):
    name = "month"
    verbose_name = _("The month")
    default_auto_field = "django.db.models.BigAutoField"
