"""The trail of acts: searched by officer, act, subject and day, page by page, each event held against its chain."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit.trails import DONE, REFUSED, Search, events_found, heads
from web.audit_desk import fields
from web.audit_desk.check_results import latest_of
from web.officer_names import username_of

PAGE = 50
CHECK = "trail"


@require_GET
def trail(request: HttpRequest) -> HttpResponse:
    """Show a page of the trail; ``before`` is the key of the last event of the page before."""
    asked = request.GET
    outcome = asked.get("outcome", "")
    search = Search(
        actor=username_of(fields.text_in(asked, "actor")),
        act=fields.text_in(asked, "act"),
        subject=fields.text_in(asked, "subject"),
        since=fields.day_or_none(asked, "since"),
        until=fields.day_or_none(asked, "until"),
        outcome=outcome if outcome in (REFUSED, DONE) else "",
    )
    found = events_found(search=search, before=fields.key_in(asked, "before"), length=PAGE)
    following = asked.copy()
    if len(found) == PAGE:
        following["before"] = str(found[-1].pk)
    context = {
        "events": found,
        "search": search,
        "following": following.urlencode() if len(found) == PAGE else "",
        "broken": [event for event in found if not event.holds],
        "heads": heads(),
        "checked": latest_of(CHECK),
    }
    return render(request, "web/audit_desk/trail.html", context)
