"""Who did something, by name."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.models import Officer
from web.officer_names import name_of

register = template.Library()


@register.filter
def named(officer: Officer | str | None) -> str | SafeString:
    """Return the name of an officer, and the user name where it is pointed at; nobody is ''."""
    username = officer.username if isinstance(officer, Officer) else officer
    if not username:
        return ""
    name = name_of(username)
    return username if name == username else format_html('<span title="{}">{}</span>', username, name)
