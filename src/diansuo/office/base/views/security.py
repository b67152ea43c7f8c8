"""One's own account: the second step, where one is signed in; the second step at sign-in itself."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from diansuo.office.base import sessions
from diansuo.office.base.models import User
from diansuo.office.base.rights import EVERYONE, PUBLIC, allowed
from diansuo.office.base.second_factor import codes, devices, operations, standing
from diansuo.office.base.second_factor.forms import CodeForm, FirstCodeForm, ProvenForm

PENDING, PENDING_SECONDS = "second_step_of", 300
SEED = "second_factor_seed"


@allowed(EVERYONE)
@never_cache
def security_page(request: HttpRequest) -> HttpResponse:
    """Show whether the second step is on, and where one is signed in."""
    return _security_page(request, ProvenForm(request))


def _security_page(request: HttpRequest, form: ProvenForm) -> HttpResponse:
    factor, here = standing.factor_of(request.user), request.session.session_key
    context = {
        "factor": factor,
        "codes_left": standing.codes_left(factor) if factor else 0,
        "required": standing.is_required(request.user),
        "form": form,
        "places": [
            {"row": row, "device": devices.in_words(row.agent), "here": row.session_key == here}
            for row in standing.sign_ins(request.user)
        ],
        "section": "account_security",
    }
    return render(request, "base/security.html", context)


@allowed(EVERYONE)
@never_cache
@sensitive_post_parameters("password", "code")
def switch_on(request: HttpRequest) -> HttpResponse:
    """Show the picture for the authenticator; with its first code and the password the second step is on."""
    if request.user.is_demo:
        raise PermissionDenied
    if standing.factor_of(request.user) is not None:
        return redirect("account_security")
    if SEED not in request.session:
        request.session[SEED] = codes.new_seed()
    seed = request.session[SEED]
    form = FirstCodeForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        drawn = operations.switch_on(request.user, seed, form.cleaned_data["code"], now=timezone.now())
        if drawn:
            del request.session[SEED]
            request.session[sessions.SECOND] = sessions.PASSED
            operations.end_sessions(request.user, but=request.session.session_key)
            return render(
                request, "base/recovery_codes.html", {"codes": drawn, "section": "account_security"}
            )
        form.add_error("code", _("动态码不对。请核对手机时间是否准确，再填当前显示的 6 位数字。"))
    secret = codes.secret_of(seed, request.user.pk)
    context = {
        "form": form,
        "picture": mark_safe(codes.picture(codes.address(secret, request.user.username, _("电所")))),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "required": standing.is_required(request.user),
        "section": "account_security",
    }
    return render(request, "base/second_factor_on.html", context)


@allowed(EVERYONE)
@require_POST
@sensitive_post_parameters("password", "code")
def switch_off(request: HttpRequest) -> HttpResponse:
    """Switch the second step off, with the password and a code."""
    factor = standing.factor_of(request.user)
    if factor is None:
        return redirect("account_security")
    form = ProvenForm(request, request.POST)
    if form.is_valid() and _passes(form, factor):
        operations.switch_off(request.user)
        if standing.is_required(request.user):
            request.session[sessions.SECOND] = sessions.WANTED
        messages.success(request, _("动态码已停用"))
        return redirect("account_security")
    return _security_page(request, form)


@allowed(EVERYONE)
@require_POST
def end_session(request: HttpRequest, sign_in_id: int) -> HttpResponse:
    """Sign oneself out in one other place."""
    if not operations.end_sessions(request.user, but=request.session.session_key, only=sign_in_id):
        raise Http404
    messages.success(request, _("已让那台设备退出登录"))
    return redirect("account_security")


@allowed(EVERYONE)
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign oneself out everywhere else."""
    ended = operations.end_sessions(request.user, but=request.session.session_key)
    messages.success(request, _("已让其他 %(count)d 处退出登录") % {"count": ended})
    return redirect("account_security")


def begin_second_step(request: HttpRequest, user: Any, goes_to: str) -> HttpResponse:
    """Remember who gave the right password, and ask for the code; nobody is signed in yet."""
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "backend": user.backend,
        "hash": user.get_session_auth_hash(),
        "at": int(time.time()),
        "next": goes_to,
    }
    return redirect("login_second")


@allowed(PUBLIC)
@never_cache
@sensitive_post_parameters("code")
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask for the code after the password; with a good one the person is signed in."""
    pending, user = _pending(request)
    factor = standing.factor_of(user) if user else None
    if user is None or factor is None:
        return redirect("login")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _passes(form, factor):
        del request.session[PENDING]
        request.second_step_passed = True
        login(request, user, backend=pending["backend"])
        return redirect(pending["next"])
    return render(request, "base/second_step.html", {"form": form})


def _passes(form: CodeForm, factor: Any) -> bool:
    try:
        if operations.passes(factor, form.cleaned_data["code"], now=timezone.now()):
            return True
    except operations.TooManyFailures as problem:
        until = timezone.localtime(problem.until).strftime("%H:%M")
        form.add_error("code", _("连续多次错误，动态码已锁定，请在 %(until)s 之后再试") % {"until": until})
    else:
        form.add_error("code", _("动态码不对，或者已经用过。请等下一个再填。"))
    return False


def _pending(request: HttpRequest) -> tuple[dict[str, Any], User | None]:
    """Return who gave the right password a little while ago, and still may sign in."""
    pending = request.session.get(PENDING)
    if not pending or time.time() - pending["at"] > PENDING_SECONDS:
        return {}, None
    user = standing.user_with(pending["user"], pending["hash"])
    return pending, user if user and (settings.DEMO or not user.is_demo) else None


@allowed(PUBLIC)
def library_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead from the library's sign-in page to our own: the second step stands there."""
    if request.user.is_authenticated:
        raise PermissionDenied
    query = request.META.get("QUERY_STRING", "")
    return redirect(reverse("login") + (f"?{query}" if query else ""))


@allowed(EVERYONE)
def library_password_change(request: HttpRequest) -> HttpResponse:
    """Lead from the library's page for the password to our own, which keeps its rules."""
    return redirect("password_change")
