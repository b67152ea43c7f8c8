"""Changing a station's way of running: refused while something stands in the way, and always recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diansuo.office.base import revision
from diansuo.office.base.mode_models import StationModeChange
from diansuo.office.base.models import Station, User

Obstacles = Callable[[Station, str], list[str]]
Follow = Callable[[Station, str], None]

_obstacles: list[Obstacles] = []
_follow: list[Follow] = []


class UnableToSwitch(ValueError):
    """The mode cannot be changed now; the message says why and what to do."""


def add_obstacles(find: Obstacles) -> None:
    """Publish (from an app's ``ready``) what forbids a station to take a mode, in words; nothing: it may."""
    _obstacles.append(find)


def add_follow_up(follow: Follow) -> None:
    """Publish (from an app's ``ready``) what must be done in the transaction in which a station takes a mode."""
    _follow.append(follow)


def obstacles(station: Station, mode: str) -> list[str]:
    """Return what forbids this station to take this mode, in words."""
    return [words for find in _obstacles for words in find(station, mode)]


def switch(station: Station, mode: str, *, user: User | None, now: datetime) -> StationModeChange | None:
    """Let a station run in this mode from now on, and record who said so; None if it does already.

    Raises:
        UnableToSwitch: there is no such mode, or something stands in the way.
    """
    if mode not in Station.Mode.values:
        raise UnableToSwitch(_("没有这种运行方式：%(mode)s；可用 alone、beside") % {"mode": mode})
    with transaction.atomic():
        held = Station.objects.select_for_update().get(pk=station.pk)
        if held.mode == mode:
            return None
        in_the_way = obstacles(held, mode)
        if in_the_way:
            raise UnableToSwitch("；".join(in_the_way))
        change = StationModeChange.objects.create(
            station=held, before=held.mode, after=mode, changed_by=user, changed_at=now
        )
        Station.objects.filter(pk=held.pk).update(mode=mode)
        for follow in _follow:
            follow(held, mode)
        revision.bump([held.pk])
    station.mode = mode
    return change
