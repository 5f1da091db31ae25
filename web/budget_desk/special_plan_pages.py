"""Plans to spend from a special account: the form of a plan, and one plan as its township's head signs it (F22).

The centre's review and the release are at the bank's desk (``web/bank_desk/money_pages.py``).
"""

from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.masking import masked_account
from ledger.models import Officer
from treasury.item_balances import item_balances
from treasury.models import SpecialPlan, Township, Unit
from treasury.models.words import SpecialPlanStatus
from treasury.secondments import may_there
from treasury.spending import SIGN, WantedSpending, draft_plan, refuse_plan, sign_plan
from web.access import officer_of, open_townships
from web.budget_desk.entering import UNPROCESSABLE, Deed, amount_in, day_in, enter, mark_of, text_in, township_here
from web.budget_desk.purchase_pages import account_and_item, places_of, unit_in


def earmarked_plan_new(request: HttpRequest, code: str) -> HttpResponse:
    """Show the form of a plan of a township; draft what it says."""
    township = township_here(request, code)
    draw = partial(draw_form, request, township)
    if request.method != "POST":
        return draw("")
    made: list[SpecialPlan] = []

    def plan(officer: Officer, at: datetime) -> str:
        account, item = account_and_item(township, text_in(request, "money", 40))
        made.append(
            draft_plan(
                township=township,
                unit=unit_in(request, township),
                account=account,
                item=item,
                wanted=WantedSpending(
                    amount=amount_in(request, "amount"),
                    purpose=text_in(request, "purpose"),
                    papers=text_in(request, "papers"),
                    payee_name=text_in(request, "payee", 80),
                    account_number=text_in(request, "payee_account", 40),
                    bank=text_in(request, "payee_bank", 80),
                    payee_number=text_in(request, "payee_number", 20),
                    functional=text_in(request, "functional", 40),
                    economic=text_in(request, "economic", 40),
                    project=text_in(request, "project", 40),
                ),
                on=day_in(request, "on"),
                officer=officer,
                at=at,
            )
        )
        return _("Plan {number} is drafted; the centre reviews it.").format(number=made[0].pk)

    return enter(
        request,
        {"plan": Deed("special_plan.draft", plan)},
        subject=f"township/{township.code}",
        shown="",
        to=lambda: reverse("earmarked_plan", args=[made[0].pk]) if made else reverse("earmarked_township", args=[code]),
        draw=draw,
    )


def draw_form(request: HttpRequest, township: Township, refusal: str) -> HttpResponse:
    """Draw the form of a plan: with a refusal, what was typed stays."""
    context = {
        "township": township,
        "units": Unit.objects.filter(township=township).order_by("code"),
        "moneys": places_of(township),
        "balances": item_balances(townships=[township]),
        "refusal": refusal,
        "typed": request.POST,
        "today": timezone.localdate(),
    }
    return render(request, "web/budget_desk/plan_form.html", context, status=UNPROCESSABLE if refusal else None)


def earmarked_plan(request: HttpRequest, key: int) -> HttpResponse:
    """Show a plan of a township; its head signs it, or refuses it."""
    found = SpecialPlan.objects.filter(township__in=open_townships(request))
    plan = get_object_or_404(found.select_related("township", "item", "unit", "release"), pk=key)
    if request.method != "POST":
        return draw_plan(request, plan)

    def sign(officer: Officer, at: datetime) -> str:
        sign_plan(plan=plan, on=day_in(request, "on"), officer=officer, at=at)
        return _("Plan {number} is signed; its money waits to be released.").format(number=key)

    def refuse(officer: Officer, at: datetime) -> str:
        refuse_plan(plan=plan, officer=officer, reason=text_in(request, "reason", 100), at=at)
        return _("Plan {number} is refused.").format(number=key)

    return enter(
        request,
        {
            "sign": Deed("special_plan.sign", sign, is_confirmed=True),
            "refuse": Deed("special_plan.refuse", refuse),
        },
        subject=f"special_plan/{key}",
        shown=mark_of(plan.status, f"special_plan/{key}"),
        to=lambda: reverse("earmarked_plan", args=[key]),
        draw=partial(draw_plan, request, plan),
    )


def draw_plan(request: HttpRequest, plan: SpecialPlan, refusal: str = "") -> HttpResponse:
    """Draw the page of a plan: with a refusal, what was typed stays in its form."""
    officer, today = officer_of(request), timezone.localdate()
    signs = plan.status == SpecialPlanStatus.REVIEWED
    signs = signs and may_there(officer=officer, township=plan.township, act=SIGN, on=today)
    signed = (plan.drafted_by_id, plan.reviewed_by_id)
    context = {
        "plan": plan,
        "township": plan.township,
        "account": masked_account(plan.account_number),
        "mark": mark_of(plan.status, f"special_plan/{plan.pk}"),
        "subject": f"special_plan/{plan.pk}",
        "refusal": refusal,
        "typed": request.POST if refusal else {},
        "today": today,
        "may_sign": signs and officer.username not in signed,
        "may_refuse": signs,
        "is_drafted": plan.status == SpecialPlanStatus.DRAFTED,
    }
    return render(request, "web/budget_desk/special_plan.html", context, status=UNPROCESSABLE if refusal else None)
