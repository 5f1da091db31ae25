"""The hidden fields of a form that acts, and what happened to a subject."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from ledger.models import AuditEvent
from web.access import officer_of
from web.acting import SHOWN, TOKEN, new_token

register = template.Library()
TOLD = 30


@register.inclusion_tag("web/parts/act_fields.html", takes_context=True)
def act_fields(context: Mapping[str, Any], shown: str = "") -> Mapping[str, Any]:
    """Return the token of a form, and the mark of what its page shows."""
    request = context["request"]
    return {
        "csrf_token": context.get("csrf_token"),
        "token_name": TOKEN,
        "token": new_token(officer=officer_of(request)),
        "shown_name": SHOWN,
        "shown": shown,
    }


@register.inclusion_tag("web/parts/trail.html")
def trail(*subjects: str) -> Mapping[str, Sequence[AuditEvent]]:
    """Return the last events about some subjects, the newest first."""
    return {"events": list(AuditEvent.objects.filter(subject__in=subjects).order_by("-at", "-pk")[:TOLD])}
