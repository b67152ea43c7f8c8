"""Being signed in: how long it lasts, where one is signed in, and what comes before anything else."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.utils import timezone

from diansuo.office.base.models import SignIn, User
from diansuo.office.base.second_factor import standing

BEGUN, SEEN, ROW = "begun", "seen", "sign_in"
NOTED_EVERY_SECONDS = 60
"""How exact the last page is known: a write for every page would cost more than a minute is worth."""
SECOND, PASSED, WANTED, LACKING = "second_step", "passed", "wanted", "lacking"
"""How the second step stands in a session: passed or not asked for; to be switched on first; on, but left out."""
OPEN_BEFORE = {"logout", "set_language", "password_change"}
OPEN_BEFORE_SECOND = OPEN_BEFORE | {"account_security", "second_factor_on"}
LONGEST_AGENT = 300


def begin(request: HttpRequest, user: User, **_rest: Any) -> None:
    """Note when and where somebody signed in, and whether by both steps (signal ``user_logged_in``)."""
    session = request.session
    session[BEGUN] = session[SEEN] = int(time.time())
    session[SECOND] = _second_step(request, user)
    if not session.session_key:
        session.create()
    now = timezone.now()
    row, _made = SignIn.objects.update_or_create(  # whoever signs in once more keeps the session and its key
        session_key=session.session_key,
        defaults={
            "user": user,
            "agent": request.META.get("HTTP_USER_AGENT", "")[:LONGEST_AGENT],
            "origin": request.META.get("REMOTE_ADDR", ""),
            "begun_at": now,
            "seen_at": now,
        },
    )
    session[ROW] = row.pk


def _second_step(request: HttpRequest, user: User) -> str:
    if standing.factor_of(user) is not None:
        return PASSED if getattr(request, "second_step_passed", False) else LACKING
    return WANTED if standing.is_required(user) else PASSED


def end(request: HttpRequest, **_rest: Any) -> None:
    """Forget where somebody was signed in (signal ``user_logged_out``)."""
    if row := request.session.get(ROW):
        SignIn.objects.filter(pk=row).delete()


def watch() -> None:
    """Look at every sign-in and sign-out (from the app's ``ready``)."""
    user_logged_in.connect(begin, dispatch_uid="session-begun")
    user_logged_out.connect(end, dispatch_uid="session-ended")


def note(request: HttpRequest) -> None:
    """Note that the session is in use; its key changes with the password."""
    request.session[SEEN] = int(time.time())
    if row := request.session.get(ROW):
        SignIn.objects.filter(pk=row).update(seen_at=timezone.now(), session_key=request.session.session_key)


def within_limits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware that signs out whoever stayed too long, away too long, or left the second step out."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, session = int(time.time()), request.session
            begun, seen = session.get(BEGUN, 0), session.get(SEEN, 0)
            too_long = now - begun > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_SECONDS
            if too_long or session.get(SECOND) == LACKING:
                logout(request)
            else:
                if now - seen > NOTED_EVERY_SECONDS:
                    note(request)
                if first := _first(request):
                    return first
        return get_response(request)

    return answer


def _first(request: HttpRequest) -> HttpResponse | None:
    """Lead whoever must renew the password, or switch the second step on, there before anything else."""
    renew, switch_on = request.user.must_renew, request.session.get(SECOND) == WANTED
    if not renew and not switch_on:
        return None
    page = getattr(_resolved(request), "url_name", "")
    if page in (OPEN_BEFORE if renew else OPEN_BEFORE_SECOND):
        return None
    return redirect("password_change" if renew else "second_factor_on")


def _resolved(request: HttpRequest) -> Any:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None
