"""The hidden fields of a form that acts, and what happened to a subject, in words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from ledger.models import AuditEvent
from web.access import officer_of
from web.act_words import act_in_words, facts_in_words, refusal_in_words, subject_in_words
from web.acting import SHOWN, TOKEN, new_token

register = template.Library()
register.filter("act_in_words", act_in_words)
register.filter("subject_in_words", subject_in_words)
register.filter("refusal_in_words", refusal_in_words)
TOLD = 30
LONG_DIGEST = re.compile(r"[0-9a-f]{16,}")


@register.filter
def short_digests(key: str) -> str:
    """Return a key with the digests in it cut short, as people read it."""
    return LONG_DIGEST.sub(lambda digest: f"{digest[0][:8]}…", key)


@register.filter
def facts_before(event: AuditEvent) -> Sequence[str]:
    """Return what stood before an act, in words."""
    return facts_in_words(event.act, event.before)


@register.filter
def facts_after(event: AuditEvent) -> Sequence[str]:
    """Return what an act left, in words."""
    return facts_in_words(event.act, event.after)


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
