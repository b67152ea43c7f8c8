"""What a line says of its metering point beside others, otherwise than the archive does."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from diansuo.core.metering.energy import PointRelation
from diansuo.office.archive.importing.lines import Lines
from diansuo.office.archive.importing.naming import Names
from diansuo.office.archive.importing.references import References, Shared
from diansuo.office.archive.models import PointTerm, ShareKind

if TYPE_CHECKING:
    from diansuo.office.archive.importing.comparing import Comparison
    from diansuo.office.archive.importing.standing import PointNow

# Of a line: the column, and the attribute of the point's terms it fills.
POINT_FIELDS: Final = {
    "point_behind": "behind_id",
    "point_relation": "relation",
    "point_share": "share",
    "point_fixed_wh": "fixed_wh_month",
    "point_ratio_ppm": "ratio_ppm",
    "point_ratio_base": "ratio_base",
    "point_price_class": "price_class",
    "feed_demand_w": "contract_demand_w",
    "supplied_use": "supplied_use",
    "feed_in": "feed_in",
    "commissioned_date": "commissioned_date",
}
COLUMN_OF_TERM: Final = {attribute: column for column, attribute in POINT_FIELDS.items()}
VALUE_OF: Final = {ShareKind.FIXED_QUANTITY: "point_fixed_wh", ShareKind.FIXED_RATIO: "point_ratio_ppm"}
FEW: Final = 500


def load(company_id: int, points: Collection[int]) -> dict[int, PointTerm]:
    """Return the open terms of a company's points, by point; of these only where they are few."""
    rows = PointTerm.objects.filter(point__company=company_id, valid_to=None)
    if len(points) <= FEW:
        rows = rows.filter(point__in=list(points))
    return {row.point_id: row for row in rows.select_related("behind")}


def is_share(lines: Lines, i: int) -> bool:
    """Tell whether line ``i`` is of a point without a meter (定量定比)."""
    return bool(lines["point_share"][i]) and not lines["unowned"][i]


def said(lines: Lines, names: Names, i: int) -> dict[str, Any]:
    """Return what line ``i`` says of its point, by attribute; a master's or gate's line says nothing of it."""
    if lines["unowned"][i]:
        return {}
    found = {
        attribute: lines[column][i]
        for column, attribute in POINT_FIELDS.items()
        if column != "point_behind" and lines[column][i] is not None
    }
    if names.behind[i] is not None:
        found["behind_id"] = names.behind[i]
    return found


def check(lines: Lines) -> None:
    """Refuse lines whose point contradicts itself."""
    for i in list(lines.accepted()):
        share = lines["point_share"][i] or 0
        for kind, column in VALUE_OF.items():
            if share == kind and lines[column][i] is None:
                lines.refuse(i, column, _("有定量定比而没有它的值"), _("补填后重新导入"))
            elif share != kind and lines[column][i] is not None:
                lines.refuse(i, column, _("填了值而“定量定比”列不是这一种"), _("二者改成一致"))
        if share and lines["meter_number"][i] is not None:
            lines.refuse(
                i, "meter_number", _("定量、定比的计量点没有电能表"), _("清空电能表编号，或改为装表计量")
            )
        if share and lines["point_number"][i] is None:
            lines.refuse(i, "point_number", _("定量、定比的计量点没有编号"), _("补填“计量点编号”列"))
        below = share or lines["point_relation"][i] in (PointRelation.SERIES, PointRelation.TRANSFER)
        if below and lines["point_behind"][i] is None:
            lines.refuse(i, "point_behind", _("没有上级计量点"), _("填写它上面那个装表计量点的编号"))
        elif not below and lines["point_behind"][i] is not None and not lines["point_relation"][i]:
            lines.refuse(
                i, "point_relation", _("有上级计量点而没有写明主分表关系"), _("填写分表、并接或转供，或清空上级计量点")
            )  # fmt: skip
        elif lines["point_behind"][i] is not None and lines["point_behind"][i] == lines["point_number"][i]:
            lines.refuse(i, "point_behind", _("上级计量点是它自己"), _("填写它上面那个计量点的编号"))


def check_known(lines: Lines, names: Names, references: References) -> None:
    """Refuse lines whose point above is neither in the archive nor in the file."""
    in_file = {names.point[i] for i in lines.accepted()}
    for i in list(lines.accepted()):
        above = names.behind[i]
        if above is not None and above not in in_file and references.id_of(above) is None:
            lines.refuse(
                i, "point_behind", _("没有编号为 %(number)s 的计量点") % {"number": above.key[-1]},
                _("核对上级计量点编号，或把那个计量点放在同一文件里导入"),
            )  # fmt: skip


def compare(comparison: Comparison, i: int, point: PointNow) -> None:
    """Note what line ``i`` changes in the terms of a point that stands."""
    now = said(comparison.lines, comparison.names, i)
    if not now:
        return
    if "share" in now:
        # Of another kind: the value of the old one holds no longer.
        now = {"fixed_wh_month": None, "ratio_ppm": None, **now}
    if "behind_id" in now:
        now["behind_id"] = comparison.references.resolve_known(now["behind_id"])
    term = comparison.standings[comparison.place_of[i]].point_terms.get(point.id)
    if term is None:
        column = COLUMN_OF_TERM[next(name for name, value in now.items() if value is not None)]
        comparison.add(i, column, PointTerm, point.id, {"point_id": point.id, **now})
        return
    if term.behind is not None:
        comparison.references.shown[Shared.POINT, term.behind_id or 0] = str(term.behind)
    before = {name: getattr(term, name) for name in now}
    # Of another kind, everything holds from the same day.
    same_kind = now.get("share", term.share) == term.share
    comparison.dated(i, PointTerm, term.pk, term.valid_from, before, now, fill=same_kind)
