"""Which customer, metering point and meter of the archive each line of a file speaks of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from diansuo.office.archive.importing import points
from diansuo.office.archive.importing.lines import Lines
from diansuo.office.archive.importing.places import Place
from diansuo.office.archive.importing.standing import AreaNow, CustomerNow, MeterNow, PointNow, Standing
from diansuo.office.archive.models import MeteringPoint


@dataclass(slots=True)
class Matches:
    """What stands for each line, None where the line brings something new."""

    customer: list[CustomerNow | None]
    point: list[PointNow | None]
    meter: list[MeterNow | None]
    area: list[AreaNow | None]


def match(lines: Lines, places: list[Place], place_of: list[int], standings: list[Standing]) -> Matches:
    """Match lines with what stands, refusing those that contradict it; ``standings`` is one a place."""
    count = len(lines)
    matches = Matches([None] * count, [None] * count, [None] * count, [None] * count)
    unmatched: dict[tuple[int | None, int | None, str | None], list[int]] = defaultdict(list)
    matched: dict[int, int] = {}
    for i in list(lines.accepted()):
        standing, station_id = standings[place_of[i]], places[place_of[i]].station_id
        candidates = _match_owner(lines, matches, i, standing, station_id)
        point = None if lines.refused[i] else _named_point(lines, i, standing, candidates)
        matches.point[i] = point
        matches.meter[i] = standing.meters.get(lines["meter_number"][i])
        if point is not None:
            _claim(lines, matched, i, point)
        elif candidates and not lines.refused[i] and not points.is_share(lines, i):
            first = candidates[0]
            unmatched[first.contract_id, first.master_of_id, first.gate_of].append(i)
    for (contract, area, feeder), positions in unmatched.items():
        standing = standings[place_of[positions[0]]]
        owned = standing.points_of.get(contract or 0) or standing.master_points.get(area or 0)
        owned = owned or standing.gate_points[feeder or ""]
        # A point without a meter (定量定比) has none to be changed.
        free = [one for one in owned if one.id not in matched and not standing.is_share(one.id)]
        _pair(lines, matches, positions, free)
    _refuse_meters_elsewhere(lines, matches)
    return matches


def _match_owner(
    lines: Lines, matches: Matches, i: int, standing: Standing, station_id: int | None
) -> list[PointNow]:
    """Match the area, and the customer unless it has none; return the points that may be meant."""
    if lines["gate"][i]:
        return standing.gate_points.get(lines["feeder_name"][i], [])
    area = matches.area[i] = standing.areas.get(lines["area_number"][i])
    if area is not None and area.station_id != station_id:
        lines.refuse(i, "area_number", _("该台区属于另一供电所"), _("核对台区编号和供电所"))
    if lines["master"][i]:
        return standing.master_points.get(area.id, []) if area else []
    customer = matches.customer[i] = standing.customers.get(lines["customer_number"][i])
    closed = lines["closed_date"][i]
    if customer is None and closed is not None:
        reason = _("该用户已销户（%(day)s）") % {"day": closed}
        lines.refuse(i, "closed_date", reason, _("从文件中去掉这一行；本版本只导入在用用户"))
    if customer is None:
        return []
    if customer.station_id != station_id:
        lines.refuse(i, "customer_number", _("该用户编号属于本公司另一供电所"), _("核对用户编号和供电所"))
    if customer.contract_id is None:
        lines.refuse(i, "customer_number", _("该用户已销户"), _("重新立户使用新的用户编号"))
        return []
    return standing.points_of.get(customer.contract_id, [])


def _named_point(lines: Lines, i: int, standing: Standing, candidates: list[PointNow]) -> PointNow | None:
    """Return the point whose number the line gives, else the one its meter hangs at."""
    number, asset = lines["point_number"][i], lines["meter_number"][i]
    if number is not None and number in standing.point_numbers:
        for point in candidates:
            if point.id == standing.point_numbers[number]:
                return point
        lines.refuse(i, "point_number", _("该计量点编号属于另一用户"), _("核对计量点编号和用户编号"))
        return None
    for point in candidates:
        if asset is not None and point.asset_number == asset:
            if number is not None and point.number is not None:
                reason = _("该电能表装在计量点 %(point)s") % {"point": point.number}
                lines.refuse(i, "point_number", reason, _("核对计量点编号"))
            return point
    return None


def _claim(lines: Lines, matched: dict[int, int], i: int, point: PointNow) -> None:
    earlier = matched.setdefault(point.id, i)
    if earlier != i:
        reason = _("与%(where)s是同一个计量点") % {"where": lines.where(earlier)}
        lines.refuse(i, "meter_number", reason, _("一个计量点只保留一行"))


def _pair(lines: Lines, matches: Matches, positions: list[int], points: list[PointNow]) -> None:
    """Take one line with an unknown meter and one point no line speaks of for a point with a new meter."""
    all_numbered = all(lines["point_number"][i] is not None for i in positions)
    free = [point for point in points if point.number is None or not all_numbered]
    if not free:
        return
    if len(positions) == len(free) == 1:
        matches.point[positions[0]] = free[0]
        return
    for i in positions:
        reason = _("该用户有几个计量点，认不出这一行是哪一个换了表")
        lines.refuse(i, "meter_number", reason, _("填写“计量点编号”列"))


def _refuse_meters_elsewhere(lines: Lines, matches: Matches) -> None:
    elsewhere: dict[int, int] = {}
    for i in lines.accepted():
        meter, point = matches.meter[i], matches.point[i]
        if meter is not None and meter.point_id is not None and (point is None or point.id != meter.point_id):
            elsewhere[i] = meter.point_id
    if not elsewhere:
        return
    owners = MeteringPoint.objects.filter(pk__in=set(list(elsewhere.values())[:500]))
    names = dict(owners.values_list("id", "contract__customer__number"))
    for i, point_id in elsewhere.items():
        reason = _("该电能表已装在用户 %(customer)s 处") % {
            "customer": names.get(point_id) or _("（台区总表）")
        }
        lines.refuse(i, "meter_number", reason, _("核对表号；确已移装的，先登记原用户换表"))
