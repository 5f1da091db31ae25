"""The pages of sign-in: name and password, code, own password, second factor and its reset."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from ledger.models import Officer
from ledger.recording import refusals_recorded
from ledger.refusals import UnableToPost
from web.access import officer_of
from web.demo_officers import demo_officers
from web.security.confirming import ProofWrong, own_password_is_right, require_fresh
from web.security.factors import (
    backup_codes_left,
    begun_device,
    enrol_device,
    has_factor,
    needs_factor,
    renew_backup_codes,
    secret_text,
)
from web.security.lock_out import is_locked_out, locked_out_page
from web.security.measurements import REFUSED_SIGN_INS
from web.security.passwords import change_password, is_initial, password_rules
from web.security.qr_codes import qr_svg
from web.security.refusals import CodeRefused
from web.security.resetting import ask_for_reset, confirm_reset, open_resets
from web.security.sessions import ENDED, end_other_sessions, end_session
from web.security.signing_in import (
    INITIAL,
    begin_sign_in,
    finish_with_code,
    pending_sign_in,
    record_refused_sign_in,
    sign_in,
)


@method_decorator(sensitive_post_parameters("password"), name="dispatch")
class SignIn(LoginView):
    """The sign-in page; a demo shows its officers, whose passwords are their names."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        officers = demo_officers(on=timezone.localdate()) if settings.DEMO else ()
        own = {"demo_officers": officers, "has_ended": self.request.session.pop(ENDED, False)}
        return super().get_context_data(**kwargs) | own

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, or ask for the code of the second factor."""
        officer, at = form.get_user(), timezone.now()
        initial = is_initial(officer=officer, password=form.cleaned_data["password"])
        if has_factor(officer):
            following = self.get_success_url()
            begin_sign_in(request=self.request, officer=officer, initial=initial, following=following, at=at)
            return redirect("sign_in_code")
        sign_in(request=self.request, officer=officer, initial=initial, at=at)
        return redirect(self.get_success_url())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Tell that name or password is wrong, and leave it in the trail."""
        if form.data.get("username") and form.data.get("password"):
            REFUSED_SIGN_INS.inc()
            record_refused_sign_in(request=self.request, name=form.data["username"], at=timezone.now())
        return super().form_invalid(form)


@sensitive_post_parameters("code")
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of an officer whose password was right."""
    at = timezone.now()
    pending = pending_sign_in(request=request, at=at)
    if pending is None:
        return redirect("sign_in")
    if request.method != "POST":
        return render(request, "web/sign_in_code.html")
    try:
        finish_with_code(request=request, pending=pending, code=request.POST.get("code", ""), at=at)
    except CodeRefused as refusal:
        REFUSED_SIGN_INS.inc()
        return render(request, "web/sign_in_code.html", {"refusal": refusal})
    return redirect(pending.following)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and on the server."""
    end_session(request=request)
    return redirect(resolve_url(settings.LOGOUT_REDIRECT_URL))


@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """Let an officer choose a password; the other sessions of the officer end."""
    officer = officer_of(request)
    form = PasswordChangeForm(officer, request.POST or None)
    if request.method == "POST":
        present = request.POST.get("old_password", "")
        own_password_is_right(request=request, officer=officer, password=present, act="officer.password")
        if is_locked_out(request):
            return locked_out_page(request)
    if request.method == "POST" and form.is_valid():
        change_password(officer=officer, password=form.cleaned_data["new_password1"], at=timezone.now())
        update_session_auth_hash(request, officer)
        end_other_sessions(request=request, officer=officer)
        request.session[INITIAL] = False
        return redirect("books")
    context = {"form": form, "rules": password_rules(), "is_initial": request.session.get(INITIAL, False)}
    return render(request, "web/password.html", context)


@sensitive_post_parameters("code", "password")
def second_factor(request: HttpRequest) -> HttpResponse:
    """Take a second factor into use, or make new backup codes; codes are shown once, in the answer to the form."""
    officer = officer_of(request)
    context: dict[str, Any] = {"is_wanted": needs_factor(officer)}
    act = renew_backup_codes if has_factor(officer) else enrol_device
    if request.method == "POST":
        try:
            if act is enrol_device:
                require_own_password(request, officer)
            codes = act(officer=officer, code=request.POST.get("code", ""), at=timezone.now())
        except (CodeRefused, ProofWrong) as refusal:
            if is_locked_out(request):
                return locked_out_page(request)
            context["refusal"] = refusal
        else:
            return render(request, "web/second_factor_codes.html", {"codes": codes})
    if has_factor(officer):
        context |= {"in_use": True, "codes_left": backup_codes_left(officer)}
    else:
        context["secret"] = secret_text(begun_device(officer=officer))
    return render(request, "web/second_factor.html", context)


def require_own_password(request: HttpRequest, officer: Officer) -> None:
    """Check the password of who takes a device into use: its codes confirm what only the officer confirms.

    :raises ProofWrong: if it is wrong
    """
    given = request.POST.get("password", "")
    if not own_password_is_right(request=request, officer=officer, password=given, act="officer.factor_enrol"):
        raise ProofWrong("confirmation_is_right")


def second_factor_qr(request: HttpRequest) -> HttpResponse:
    """Return the code that a device scans, as a picture of its own: only before the factor is in use."""
    officer = officer_of(request)
    if has_factor(officer):
        return HttpResponse(status=404)
    return HttpResponse(qr_svg(begun_device(officer=officer).config_url), content_type="image/svg+xml")


def factor_resets(request: HttpRequest) -> HttpResponse:
    """List the resets that wait; ask for one, or confirm one of another officer by the password.

    :raises NotFresh: by its kinds, for a confirmation without the password; ``FreshMiddleware`` draws that page
    """
    officer, at = officer_of(request), timezone.now()
    context: dict[str, Any] = {}
    if request.method == "POST":
        if number := request.POST.get("reset", ""):
            require_fresh(request, act="officer.factor_reset", subject=f"factor_reset/{number[:20]}", digest="")
        try:
            take_reset(request, officer)
        except UnableToPost as refusal:
            context["refusal"] = refusal
        else:
            return redirect("factor_resets")
    context |= {
        "resets": open_resets(at=at),
        "may_ask": officer.has_perm("treasury.give_post"),
        "asked_for": request.POST.get("username", ""),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "web/factor_resets.html", context)


def take_reset(request: HttpRequest, officer: Officer) -> None:
    at, number = timezone.now(), request.POST.get("reset", "")
    recorded = partial(refusals_recorded, chain="", at=at, actor=officer.username)
    if number:
        reset_id = int(number) if number.isdecimal() and len(number) < 10 else 0
        with recorded(act="officer.factor_reset", subject=f"factor_reset/{reset_id}"):
            confirm_reset(reset_id=reset_id, officer=officer, at=at)
        return
    username = request.POST.get("username", "")[:150]
    with recorded(act="officer.factor_reset_ask", subject="officer"):
        ask_for_reset(username=username, reason=request.POST.get("reason", ""), officer=officer, at=at)
