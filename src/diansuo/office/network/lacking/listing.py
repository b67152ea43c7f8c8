"""The list of what is missing: its columns, its rows, and what a task made from a row says."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base import wording
from diansuo.office.base.cells import Column
from diansuo.office.base.cells import Kind as Cells
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.network.lacking.needs import Kind
from diansuo.office.network.lacking.queries import Lack

NAMED = 5
KINDS = {
    Kind.NO_MASTER: gettext_lazy("档案缺总表"),
    Kind.SILENT: gettext_lazy("总表无冻结"),
    Kind.REVERSE: gettext_lazy("总表缺反向示数"),
    Kind.EXCHANGE: gettext_lazy("总表换表无止度起度"),
    Kind.FELL: gettext_lazy("总表示数倒走"),
    Kind.COLLECTION: gettext_lazy("用户表采集不足"),
    Kind.NO_SUPPLY: gettext_lazy("供电量为零"),
}
REMEDIES = {
    Kind.NO_MASTER: gettext_lazy("补录总表（线路为关口表）的档案与倍率，并导入它的日冻结"),
    Kind.SILENT: gettext_lazy("查电源、接线、通信，恢复采集并补召两端的零点冻结"),
    Kind.REVERSE: gettext_lazy("补召反向有功的零点冻结"),
    Kind.EXCHANGE: gettext_lazy("补录拆表止度与装表起度"),
    Kind.FELL: gettext_lazy("核对是否换表、清零或接反，补录或更正"),
    Kind.COLLECTION: gettext_lazy("补召用户表的零点冻结；补不到的查终端、模块与表计"),
    Kind.NO_SUPPLY: gettext_lazy("核实是否停运；在运的查总表接线与倍率"),
}


def columns() -> tuple[Column, ...]:
    """Return the columns of the page."""
    return (
        Column("name", _("台区或线路"), Cells.CODE, url_name="loss_area", url_args=("area_id",)),
        Column("kind", _("缺什么"), Cells.CODE),
        Column("areas", _("补好可算台区"), Cells.COUNT),
        Column("feeders", _("补好可算线路"), Cells.COUNT),
        Column("meter", _("电能表编号"), Cells.CODE),
        Column("since", _("自何日"), Cells.CODE),
        Column("manager", _("台区经理"), Cells.CODE),
        Column("task", _("在办任务"), Cells.CODE, url_name="work_order", url_args=("task_id",)),
        Column("detail", _("说明"), Cells.WORDS),
    )


def exported_columns() -> tuple[Column, ...]:
    """Return the columns of the exported list: those of the page, whose it is, and every silent meter by name."""
    return (
        Column("station", _("供电所"), Cells.CODE),
        *columns(),
        Column("number", _("台区编号"), Cells.CODE),
        Column("waiting", _("还缺别的"), Cells.COUNT),
        Column("which", _("补好可算的台区、线路")),
        Column("meters", _("无冻结的用户表")),
    )


def row(of: Lack) -> dict[str, Any]:
    """Return what is missing as a row of a list or workbook."""
    return {
        "station": of.station,
        "kind": kind_name(of),
        "name": of.name,
        "number": of.number,
        "area_id": of.area_id,
        "meter": of.meter or (_("（未装表）") if of.kind == Kind.SILENT else ""),
        "since": since(of),
        "manager": of.manager,
        "task": _("、").join(number for _key, number in of.tasks),
        "task_id": of.tasks[0][0] if of.tasks else None,
        "areas": len(of.areas),
        "feeders": len(of.feeders),
        "waiting": of.waiting,
        "which": _("、").join((*of.areas, *of.feeders)),
        "meters": _("；").join(_silent(one) for one in of.missing),
        "detail": detail(of),
    }


def kind_name(of: Lack) -> str:
    """Return what is missing, in a few words."""
    if of.feeder_id is not None:
        of_feeder = {
            Kind.NO_MASTER: _("档案缺关口表"),
            Kind.SILENT: _("关口表无冻结"),
            Kind.REVERSE: _("关口表缺反向示数"),
            Kind.EXCHANGE: _("关口表换表无止度起度"),
            Kind.FELL: _("关口表示数倒走"),
            Kind.COLLECTION: _("专变用户采集不足"),
        }
        return of_feeder.get(of.kind, str(KINDS[of.kind]))
    return str(KINDS[of.kind])


def since(of: Lack) -> str:
    """Return since when, said to be no more than known where it was never seen to work."""
    day = of.since.isoformat()
    return day if of.certain else _("至少 %(day)s") % {"day": day}


def detail(of: Lack) -> str:
    """Say what to do, and of a collection too low which meters and how many would be enough."""
    words = [str(REMEDIES[of.kind])]
    if of.kind == Kind.COLLECTION:
        count = len(of.missing) + of.unclear
        words.insert(
            0, _("%(count)d 只表缺电量，补回 %(enough)d 只即可算") % {"count": count, "enough": of.enough}
        )
        if of.missing:
            named = _("；").join(_silent(one) for one in of.missing[:NAMED])
            words.append(named + ("……" if len(of.missing) > NAMED else ""))
        if of.unclear and of.missing:
            words.append(_("另有 %(count)d 只两端有示数而换表或倒走") % {"count": of.unclear})
    if of.waiting:
        words.append(_("另有 %(count)d 个台区或线路还缺别的") % {"count": of.waiting})
    return _("；").join(words)


def _silent(one: Any) -> str:
    said = one.since.isoformat() if one.since else _("两个月内无示数")
    return f"{one.customer} {one.meter} {said}"


def about(of: Lack) -> Subject:
    """Say what a task made from a row is about."""
    title = _("%(what)s：%(name)s %(meter)s，自 %(since)s") % {
        "what": kind_name(of), "name": of.name, "meter": of.meter, "since": since(of),
    }  # fmt: skip
    page = reverse("loss_area", args=[of.area_id]) if of.area_id else reverse("loss_missing")
    return Subject(
        title,
        source="loss",
        area_number=of.number if of.area_id else "",
        url=page,
        staff_id=of.manager_id,
        station_id=of.station_id,
        instruction=detail(of),
    )


def summary(areas: int, feeders: int, lacks: list[Lack]) -> str:
    """Say in a sentence how many cannot be computed and how far the first few fixes lead."""
    if not lacks:
        return ""
    first = lacks[:3]
    done = sum(len(one.areas) for one in first)
    return _("不可算：%(areas)s 个台区、%(feeders)s 条线路。先补前 %(first)s 项，可算回 %(done)s 个台区。") % {
        "areas": wording.count(areas), "feeders": wording.count(feeders),
        "first": len(first), "done": wording.count(done),
    }  # fmt: skip
