"""How long one stays signed in: so long from sign-in, and so long without a page asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse

BEGUN, SEEN = "begun", "seen"
NOTED_EVERY_SECONDS = 60
"""How exact the last page is known: a write for every page would cost more than a minute is worth."""


def begin(request: HttpRequest, **_: Any) -> None:
    """Note when somebody signed in (signal ``user_logged_in``)."""
    request.session[BEGUN] = request.session[SEEN] = int(time.time())


def watch() -> None:
    """Look at every sign-in (from the app's ``ready``)."""
    user_logged_in.connect(begin, dispatch_uid="session-begun")


def within_limits(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Return the middleware that signs out whoever stayed too long, or away too long."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now, session = int(time.time()), request.session
            begun, seen = session.get(BEGUN, 0), session.get(SEEN, 0)
            if now - begun > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_SECONDS:
                logout(request)
            elif now - seen > NOTED_EVERY_SECONDS:
                session[SEEN] = now
        return get_response(request)

    return answer
