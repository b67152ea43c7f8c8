"""The worker that lets the round open without a network; another version of the pages makes it anew."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from diansuo.office.base.rights import allowed

APP: Final = Path(__file__).parents[1]
STATIC: Final = APP / "static/metering"
PARTS: Final = (
    STATIC / "round_worker.js",
    STATIC / "offline.js",
    STATIC / "outbox.js",
    STATIC / "round.js",
    STATIC / "round.css",
    APP / "templates/metering/round.html",
    APP / "templates/metering/rounds.html",
)


@allowed("base.enter_readings")
def worker(request: HttpRequest) -> HttpResponse:
    """Serve the worker beside the pages it works for: from among the static files it would have no say over them."""
    return HttpResponse(PARTS[0].read_bytes(), content_type="text/javascript; charset=utf-8")


def worker_address() -> str:
    """Return the worker's address; another version of the pages has another one, and keeps nothing of the earlier."""
    return f"{reverse('round_worker')}?{urlencode({'v': _version(), 'static': settings.STATIC_URL})}"


@cache
def _version() -> str:
    return hashlib.sha256(b"".join(part.read_bytes() for part in PARTS)).hexdigest()[:12]
