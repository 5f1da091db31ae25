"""Destruction lists: who has signed and who is missing, each officer's signature, and the list carried out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from audit.destroying import SIGNS_BY, carry_out_list, sign_list, subject_of
from audit.destructions import DestructionSheet, sheet_of, sheets_of
from audit.models import SIGNING, DestructionList, DestructionRole, DestructionSignature
from ledger.masking import masked
from ledger.models import Officer
from month.archive_work import CARRY_OUT, carrying_out, is_long
from month.models import Job
from month.post_names import POST_NAMES
from month.posts import POSTS
from web.access import officer_of
from web.archive_desk.typed import Step, enter, key_in, mark_of, text_in
from web.job_pages import ask_for_work, told

PAGE: Final = 50
JOBS_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class RoleShown:
    """As what a list is signed: which posts may, and who has."""

    role: DestructionRole
    posts: str
    signature: DestructionSignature | None
    reason: str


def open_lists() -> Any:
    return DestructionList.objects.select_related("appraisal")


@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """List the destruction lists, the newest first, each with who is missing; ``before`` is the last one above."""
    found = open_lists()
    if before := key_in(request.GET, "before"):
        found = found.filter(pk__lt=before)
    sheets = sheets_of(list(found.order_by("-pk")[:PAGE]))
    context = {
        "sheets": [(one, state_of(one), sum(item.size for item in one.items)) for one in sheets],
        "following": sheets[-1].list.pk if len(sheets) == PAGE else "",
    }
    return render(request, "web/archive_desk/lists.html", context)


def state_of(sheet: DestructionSheet) -> str:
    """Return where a list stands, in words."""
    return str(STATES[standing_of(sheet)])


def standing_of(sheet: DestructionSheet) -> str:
    if sheet.carried_out:
        return "done"
    if sheet.refusal:
        return "refused"
    if not sheet.missing:
        return "ready"
    return "to_sign" if any(role in SIGNING for role in sheet.missing) else "to_watch"


STATES: Final = {
    "done": gettext_lazy("carried out"),
    "refused": gettext_lazy("refused"),
    "ready": gettext_lazy("to be carried out"),
    "to_sign": gettext_lazy("waits for signatures"),
    "to_watch": gettext_lazy("waits for witnesses"),
}


@require_GET
def destruction_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a list with its items, its signatures, and what who looks may do with it."""
    return draw_list(request, get_object_or_404(open_lists(), pk=pk))


def draw_list(request: HttpRequest, listed: DestructionList, refusal: str = "") -> HttpResponse:
    sheet, officer = sheet_of(listed), officer_of(request)
    is_ready = standing_of(sheet) == "ready"
    jobs = Job.objects.filter(kind=CARRY_OUT, key__startswith=f"{subject_of(listed)}/")
    context = {
        "refusal": refusal,
        "typed": request.POST,
        "sheet": sheet,
        "state": state_of(sheet),
        "totals": {name: sum(getattr(item, name) for item in sheet.items) for name in ("records", "files", "size")},
        "roles": roles_of(sheet, sheet.roles),
        "witnesses": roles_of(sheet, sheet.witnesses),
        "missing": roles_of(sheet, sheet.missing),
        "signs_as": roles_open_to(sheet, officer),
        "carries_out": is_ready and officer.has_perm("audit.carry_out_destruction") and not watches(sheet, officer),
        "is_decided": bool(sheet.carried_out or sheet.refusal),
        "jobs": told(list(jobs.order_by("-pk")[:JOBS_SHOWN])),
        "subject": subject_of(listed),
        "mark": mark_of(subject_of(listed)),
    }
    return render(request, "web/archive_desk/list.html", context)


def roles_of(sheet: DestructionSheet, roles: Sequence[DestructionRole]) -> Sequence[RoleShown]:
    return [
        RoleShown(role, posts_of(role), found, masked(found.reason) if found else "")
        for role, found in ((role, sheet.signatures.get(role)) for role in roles)
    ]


def posts_of(role: DestructionRole) -> str:
    """Return the posts that sign as a role."""
    return ", ".join(str(POST_NAMES[post]) for post, acts in POSTS.items() if SIGNS_BY[role] in acts)


def roles_open_to(sheet: DestructionSheet, officer: Officer) -> Sequence[DestructionRole]:
    """Return as what an officer may sign a list now: first all sign, then the witnesses, nobody twice."""
    standing = standing_of(sheet)
    if standing not in ("to_sign", "to_watch"):
        return []
    of_now = sheet.roles if standing == "to_sign" else sheet.witnesses
    if any(one.signed_by_id == officer.username for role, one in sheet.signatures.items() if role in of_now):
        return []
    return [role for role in of_now if role in sheet.missing and officer.has_perm(SIGNS_BY[role])]


def watches(sheet: DestructionSheet, officer: Officer) -> bool:
    return any(
        one.signed_by_id == officer.username for role, one in sheet.signatures.items() if role in sheet.witnesses
    )


@require_POST
def list_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign a list, watch its destruction, refuse it, or carry it out: the act itself asks who may."""
    listed = get_object_or_404(open_lists(), pk=pk)
    act = request.POST.get("act", "")
    if act not in DEEDS:
        raise Http404(act)
    named, make = DEEDS[act]
    return enter(
        request,
        act=named,
        subject=subject_of(listed),
        step=make(request, listed),
        to=lambda: reverse("archive_list", args=[pk]),
        draw=partial(draw_list, request, listed),
        shown=mark_of(subject_of(listed)),
        confirmed=True,
    )


def signing(request: HttpRequest, listed: DestructionList, *, approved: bool) -> Step:
    role = request.POST.get("role", "")
    if role not in DestructionRole.values:
        raise Http404(role)

    def step(officer: Officer, at: datetime) -> str:
        sign_list(
            listed=listed,
            role=DestructionRole(role),
            approved=approved,
            reason=text_in(request.POST, "reason"),
            officer=officer,
            at=at,
        )
        said = _("Signed as {role}.") if approved else _("Refused as {role}; the list is ended.")
        return said.format(role=DestructionRole(role).label)

    return step


def carrying(_request: HttpRequest, listed: DestructionList) -> Step:
    """Carry a list out, by a worker where it names much; what is not ready is refused at once."""

    def step(officer: Officer, at: datetime) -> str:
        sheet = sheet_of(listed)
        if is_long(sheet) and standing_of(sheet) == "ready":
            return ask_for_work(carrying_out(listed), officer, at)
        carry_out_list(listed=listed, on=timezone.localdate(at), officer=officer, at=at)
        return _("The list is carried out; what it names is destroyed.")

    return step


DEEDS: Final[dict[str, tuple[str, Callable[[HttpRequest, DestructionList], Step]]]] = {
    "sign": ("retention.sign", partial(signing, approved=True)),
    "refuse": ("retention.refuse", partial(signing, approved=False)),
    "carry_out": ("retention.carry_out", carrying),
}
