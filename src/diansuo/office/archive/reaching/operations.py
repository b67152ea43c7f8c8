"""Writes how far somebody sees, once a second person agreed to it (``proposing``); every change is in the trail."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from diansuo.office.archive.models import AreaReach, TransformerArea
from diansuo.office.base.models import Staff, Team


class UnableToReach(Exception):
    """The reach cannot be set so; the message says why."""


def objection(staff: Staff, reach: str, area_ids: Iterable[int]) -> str:
    """Say why somebody cannot see so far; empty: they can."""
    wanted = set(area_ids)
    if reach not in Staff.Reach.values:
        return _("没有这种管辖范围")
    if TransformerArea.objects.filter(pk__in=wanted, station=staff.station_id).count() != len(wanted):
        return _("其中有台区不属于此人的供电所")
    return ""


@transaction.atomic
def set_reach(staff: Staff, reach: str, area_ids: Iterable[int], *, team: str | None = None) -> None:
    """Let somebody see a company, a station, their team's areas or their own, and areas named beside those.

    ``team`` is the name of their team, made if it is new, empty for none; left out, the team stays.

    Raises:
        UnableToReach: there is no such reach, or one of the areas is another station's.
    """
    wanted = set(area_ids)
    why = objection(staff, reach, wanted)
    if why:
        raise UnableToReach(why)
    staff.reach = reach
    if team is not None:
        name = team.strip()
        made = Team.objects.get_or_create(station=staff.station, name=name)[0] if name else None
        staff.team = made
    staff.save(update_fields=["reach", "team"])
    AreaReach.objects.filter(staff=staff).exclude(area__in=wanted).delete()
    held = set(AreaReach.objects.filter(staff=staff).values_list("area", flat=True))
    AreaReach.objects.bulk_create(
        AreaReach(staff=staff, area_id=area_id) for area_id in sorted(wanted - held)
    )
