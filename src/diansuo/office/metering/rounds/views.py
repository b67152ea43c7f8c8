"""Pages of a reader's round: the routes that are theirs, the round on the phone, what phones sent, and taking it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.exceptions import BadRequest
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from diansuo.office.archive.models import Route
from diansuo.office.base import personal
from diansuo.office.base.masks import Part
from diansuo.office.base.rights import allowed
from diansuo.office.base.scope import Scope
from diansuo.office.base.wording import kilowatt_hours, short_day
from diansuo.office.base.work_orders import photos
from diansuo.office.metering import walk_queries
from diansuo.office.metering.models import RoundEntry
from diansuo.office.metering.rounds import findings, offline, operations, queries
from diansuo.office.metering.rounds.forms import NoteForm
from diansuo.office.metering.routes import calendar, visiting
from diansuo.office.metering.walk_queries import Stop, WalkRegister

TONES = {"asks": "warn", "stored": "ok", "same": "ok", "proposed": "info", "refused": "bad"}
SHOWN = 200


def _reasons() -> list[str]:
    """Return why a meter may not have been read, as offered on the phone."""
    return [_("锁门"), _("表箱打不开"), _("表计故障"), _("表前有障碍"), _("用户不配合"), _("找不到表")]


@allowed("base.enter_readings")
def round_list(request: HttpRequest) -> HttpResponse:
    """Show the viewer's routes, the most pressing first; made for a phone."""
    today = timezone.localdate()
    rows = queries.rounds(Scope.of(request.user), request.user, today)
    context = {
        "rows": rows,
        "today": today,
        "section": "rounds",
        "words": _words(),
        "worker": offline.worker_address(),
    }
    return render(request, "metering/rounds.html", context)


@allowed("base.enter_readings")
def round_page(request: HttpRequest, route_id: int, period: int) -> HttpResponse:
    """Show the round of a route, with all its stops, so that it goes on where there is no network."""
    scope, today = Scope.of(request.user), timezone.localdate()
    route = _route(scope, route_id)
    if not visiting.known_month(period, today):
        raise Http404
    days = calendar.of_route(route.pk)
    scheduled = days.scheduled(period)
    day = _day(request, min(scheduled, today))
    stops = queries.stops(scope, route, request.user, period=period, day=day, today=today)
    if personal.may_see(request):
        personal.note(request.user, [Part.ADDRESS], [one.customer_id for one in stops], _("抄表"))
    context = {
        "route": route,
        "period": period,
        "day": day,
        "scheduled": scheduled,
        "visit": visiting.visit(scheduled, days.spell(period).method),
        "data": {
            "user": request.user.pk,
            "period": period,
            "day": day.isoformat(),
            "served_at": int(timezone.now().timestamp() * 1000),
            "stops": _stops(request, scope, route, stops, period),
            "reasons": _reasons(),
            "found": [[code, str(said[0])] for code, said in findings.FINDINGS.items()],
        },
        "words": _words(),
        "worker": offline.worker_address(),
        "section": "rounds",
    }
    return render(request, "metering/round.html", context)


@allowed("base.enter_readings")
def sent_list(request: HttpRequest, route_id: int, period: int) -> HttpResponse:
    """Show what phones sent of a route in a month, and what became of each entry."""
    scope = Scope.of(request.user)
    rows = list(queries.sent(scope, _route(scope, route_id).pk, period)[: SHOWN + 1])
    context = {
        "route": _route(scope, route_id),
        "period": period,
        "rows": [(row, TONES[row.outcome], _said(row)) for row in rows[:SHOWN]],
        "more": len(rows) > SHOWN,
        "shown": SHOWN,
        "section": "reading_routes",
    }
    return render(request, "metering/round_sent.html", context)


@require_POST
@allowed("base.enter_readings")
def take(request: HttpRequest, point_id: int) -> JsonResponse:
    """Take one entry of a phone; the answer says what became of it, the same whenever it is sent again."""
    form = NoteForm(request.POST)
    point = walk_queries.point(Scope.of(request.user), point_id)
    if request.POST.get("user") != str(request.user.pk):
        if point is None:
            raise Http404
        return JsonResponse({"words": _("请由录入人本人登录后上传")}, status=409)
    if point is None:
        return _refused(_("这个计量点已不在您的权限范围内，请告诉所里补录"))
    if not form.is_valid():
        problems = [str(problem) for listed in form.errors.values() for problem in listed]
        return _refused("；".join(problems))
    file = request.FILES.get("photo")
    photo = (str(file.name), file.read(photos.LARGEST_PHOTO_BYTES + 1)) if file else None
    try:
        held = operations.take(
            Scope.of(request.user), point, form.note(), photo=photo, user=request.user, now=timezone.now()
        )
    except operations.NotYours as problem:
        return _refused(str(problem))
    return JsonResponse(
        {
            "outcome": held.outcome,
            "title": held.get_outcome_display(),
            "words": held.words,
            "final": held.outcome != RoundEntry.Outcome.ASKS,
        }
    )


@allowed("base.enter_readings")
def photo(request: HttpRequest, entry_id: int) -> FileResponse:
    """Send the photo of an entry, as the picture it was found to be and nothing else."""
    found = queries.entry_with_photo(Scope.of(request.user), entry_id)
    path = photos.path_of(found.photo_file) if found else None
    if found is None or path is None or not path.is_file():
        raise Http404
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return FileResponse(path.open("rb"), content_type=found.photo_type, headers=headers)


def _refused(words: str) -> JsonResponse:
    title = RoundEntry.Outcome.REFUSED.label
    return JsonResponse({"outcome": "refused", "title": str(title), "words": words, "final": True})


def _route(scope: Scope, route_id: int) -> Route:
    route = walk_queries.route(scope, route_id)
    if route is None:
        raise Http404
    return route


def _day(request: HttpRequest, otherwise: date) -> date:
    given = request.GET.get("day")
    try:
        return date.fromisoformat(given) if given else otherwise
    except ValueError as problem:
        raise BadRequest("day") from problem


def _stops(
    request: HttpRequest, scope: Scope, route: Route, stops: list[Stop], period: int
) -> list[dict[str, Any]]:
    points = [one.point_id for one in stops]
    missed = queries.missed(scope, points, period)
    changes = queries.open_changes(scope, route.station_id, [one.number for one in stops])
    waits = {row.point_id: row for row in queries.waiting(scope, points, period)}
    return [
        {
            "id": stop.point_id,
            "take": reverse("round_take", args=[stop.point_id]),
            "order": stop.order,
            "number": stop.number,
            "name": stop.name,
            "address": personal.shown(request, Part.ADDRESS, stop.address),
            "meter": stop.meter,
            "multiplier": stop.multiplier,
            "read": stop.read,
            "billed": stop.billed,
            "missed": missed.get(stop.point_id, ""),
            "changes": changes.get(stop.number, []),
            "waits": waits[stop.point_id].words if stop.point_id in waits else "",
            "registers": [_register(one) for one in stop.registers],
        }
        for stop in stops
    ]


def _register(register: WalkRegister) -> dict[str, Any]:
    said = asdict(register)
    return {
        "code": register.code,
        "label": register.label,
        "last_date": short_day(register.last_date) if register.last_date else "",
        **{name: said[f"{name}_wh"] for name in ("last", "expected_from", "expected_to", "entered")},
    }


def _said(row: RoundEntry) -> str:
    """Write what an entry says: its registers in kWh, a reason, or what was found."""
    if row.kind == RoundEntry.Kind.READING:
        return "、".join(kilowatt_hours(wh) for wh in row.said["registers"].values())
    if row.kind == RoundEntry.Kind.FOUND and row.said["found"] in findings.FINDINGS:
        return str(findings.FINDINGS[row.said["found"]][0])
    return str(row.said["text"])


def _words() -> dict[str, str]:
    """Return what the phone's script says, in the reader's language."""
    return {
        "online": _("在线"),
        "offline": _("无网络，照常录入，联网后自动上传"),
        "queued": _("待上传"),
        "all_sent": _("全部已上传"),
        "sign_in": _("登录已过期：重新登录后自动上传，已录入的都在手机上"),
        "others": _("手机上有别人没上传的记录，由本人登录后上传"),
        "failed": _("上传没有成功，稍后自动再传"),
        "below": _("比上次示数小"),
        "outside": _("不在预计范围内"),
        "look_again": _("再看一眼表；没有抄错就再按一次保存"),
        "needed": _("请先填示数"),
        "no_number": _("示数不是数字"),
        "no_photo": _("这个文件不是照片，没有添加。请用 JPG、PNG 或 WebP 格式"),
        "too_large": _("照片超过 8 MB，没有添加。请改用较小的尺寸"),
        "no_store": _("这台手机的浏览器不能保存离线记录；请换浏览器，或在网络好的地方录入"),
        "last": _("上次"),
        "expected": _("预计"),
        "no_last": _("没有上次示数"),
        "read": _("已抄"),
        "missed": _("未抄"),
        "billed": _("已发行"),
        "to_read": _("待抄"),
        "dismiss": _("知道了"),
        "confirm": _("看过了，照此保存"),
        "done_all": _("这一段都抄完了"),
    }
