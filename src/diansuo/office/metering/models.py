"""Register readings as they came, what was not read, settled consumption, findings, and the lake's manifest."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.core.metering.registers import Purpose, Register
from diansuo.office.archive.models import Imported, Meter, MeteringPoint, PointTerm, ShareKind
from diansuo.office.base.models import ImportBatch, Job, Station, User
from diansuo.office.metering.clock_models import ClockRead as ClockRead
from diansuo.office.metering.day_models import DayFinding as DayFinding
from diansuo.office.metering.day_models import ReadingDecision as ReadingDecision
from diansuo.office.metering.estimate_models import CurveEstimate as CurveEstimate
from diansuo.office.metering.estimate_models import DayEstimate as DayEstimate
from diansuo.office.metering.round_models import RoundEntry as RoundEntry
from diansuo.office.metering.taken_models import TakenBack as TakenBack
from diansuo.office.metering.visit_models import SiteCheck as SiteCheck
from diansuo.office.metering.visit_models import SiteCheckVersion as SiteCheckVersion

REGISTER_NAMES = {
    Register.ACTIVE_TOTAL: _("正向有功（总）"),
    Register.ACTIVE_SHARP: _("正向有功（尖）"),
    Register.ACTIVE_PEAK: _("正向有功（峰）"),
    Register.ACTIVE_FLAT: _("正向有功（平）"),
    Register.ACTIVE_VALLEY: _("正向有功（谷）"),
    Register.ACTIVE_DEEP_VALLEY: _("正向有功（深谷）"),
    Register.REVERSE_TOTAL: _("反向有功（总）"),
    Register.REVERSE_SHARP: _("反向有功（尖）"),
    Register.REVERSE_PEAK: _("反向有功（峰）"),
    Register.REVERSE_FLAT: _("反向有功（平）"),
    Register.REVERSE_VALLEY: _("反向有功（谷）"),
    Register.REACTIVE_FORWARD: _("正向无功"),
    Register.REACTIVE_REVERSE: _("反向无功"),
    Register.REACTIVE_Q1: _("无功Ⅰ象限"),
    Register.REACTIVE_Q2: _("无功Ⅱ象限"),
    Register.REACTIVE_Q3: _("无功Ⅲ象限"),
    Register.REACTIVE_Q4: _("无功Ⅳ象限"),
    Register.DEMAND: _("最大需量"),
}
PURPOSE_NAMES = {
    Purpose.PERIODIC: _("正常抄表"),
    Purpose.OPENING: _("建档示数"),
    Purpose.FINAL: _("拆表止度"),
    Purpose.INITIAL: _("装表起度"),
    Purpose.SPECIAL: _("特抄"),
}
REGISTERS = [(int(code), name) for code, name in REGISTER_NAMES.items()]
PURPOSES = [(int(code), name) for code, name in PURPOSE_NAMES.items()]


class RegisterReading(Imported):
    """One register of one metering point at 00:00 of a day; never changed once a bill stands on it."""

    class Source(models.TextChoices):
        """Where the value came from."""

        LIST = "list", _("抄表清单")
        ENTRY = "entry", _("录入")
        LIST_PREVIOUS = "previous", _("清单上次示数")

    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="readings", verbose_name=_("计量点")
    )
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="readings", verbose_name=_("电能表"))
    register = models.PositiveSmallIntegerField(_("示数类型"), choices=REGISTERS)
    read_date = models.DateField(_("抄表日期"))
    purpose = models.PositiveSmallIntegerField(_("抄表性质"), choices=PURPOSES, default=0)
    register_wh = models.BigIntegerField(_("示数（Wh）"))
    period = models.PositiveIntegerField(_("电费年月"), null=True, blank=True)
    estimated = models.BooleanField(_("估抄"), default=False)
    source = models.CharField(_("来源"), max_length=10, choices=Source.choices, default=Source.LIST)
    list_previous_wh = models.BigIntegerField(_("清单上次示数（Wh）"), null=True, blank=True)
    entered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("录入人")
    )
    # When the first true value came in, by which a reading is on time; a correction has an instant of its own. Empty
    # for what was stored before this was kept.
    entered_at = models.DateTimeField(_("录入时间"), null=True, blank=True)

    # No field: what was read, of a register of the fixed day that stands in for it (taking_back.in_place.settled).
    taken_from: TakenBack | None = None

    class Meta:
        verbose_name = _("示数")
        verbose_name_plural = _("示数")
        constraints = [
            models.UniqueConstraint(
                # The day before the register: one seek then finds what a point read since a settlement.
                fields=["point", "read_date", "register", "purpose"],
                name="reading_once",
            ),
            models.CheckConstraint(condition=models.Q(register_wh__gte=0), name="reading_not_negative"),
        ]
        indexes = [models.Index(fields=["period", "point"], name="reading_period")]

    def __str__(self) -> str:
        return f"{self.point_id} {self.register} {self.read_date}"


class ReadingChange(models.Model):
    """What an entry replaced: appended in the transaction that replaces it, never changed and never deleted."""

    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="reading_changes", verbose_name=_("计量点")
    )
    register = models.PositiveSmallIntegerField(_("示数类型"), choices=REGISTERS)
    read_date = models.DateField(_("抄表日期"))
    purpose = models.PositiveSmallIntegerField(_("抄表性质"), choices=PURPOSES)
    before_wh = models.BigIntegerField(_("原示数（Wh）"))
    after_wh = models.BigIntegerField(_("新示数（Wh）"))
    # The list the replaced value came with; None for one that was entered too.
    batch_before = models.ForeignKey(
        ImportBatch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("原导入批次")
    )
    changed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("更正人")
    )
    changed_at = models.DateTimeField(_("更正时间"))
    reason = models.CharField(_("原因"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("示数更正")
        verbose_name_plural = _("示数更正")
        indexes = [models.Index(fields=["point", "read_date"], name="reading_change_point")]


class MissedReading(Imported):
    """A point that was on the list of a month and was not read, with the reason the list gives."""

    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="missed_readings", verbose_name=_("计量点")
    )
    period = models.PositiveIntegerField(_("电费年月"))
    reason = models.CharField(_("原因"), max_length=80, blank=True, default="")

    class Meta:
        verbose_name = _("未抄")
        verbose_name_plural = _("未抄")
        constraints = [models.UniqueConstraint(fields=["point", "period"], name="missed_once")]


class CollectionFailure(Imported):
    """A meter whose register of a day did not come in (采集失败), with how many days in a row it has not."""

    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="collection_failures", verbose_name=_("计量点")
    )
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="+", verbose_name=_("电能表"))
    fail_date = models.DateField(_("失败日期"))
    days = models.PositiveIntegerField(_("连续失败天数"), default=1)
    reason = models.CharField(_("失败原因"), max_length=80, blank=True, default="")

    class Meta:
        verbose_name = _("采集失败")
        verbose_name_plural = _("采集失败")
        constraints = [models.UniqueConstraint(fields=["point", "fail_date"], name="failure_once")]
        indexes = [models.Index(fields=["fail_date", "point"], name="failure_of_day")]


class Consumption(models.Model):
    """The energy settled for a point in a month: between two settlement readings, after exchange and rollover."""

    class Status(models.IntegerChoices):
        """Whether there is energy to bill."""

        OK = 0, _("可结算")
        OPENING = 1, _("首次抄表")
        MISSING = 2, _("未抄")
        UNCONNECTED = 3, _("示数不衔接")

    # ``consumption_latest`` leads from a point to its months.
    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="consumptions", verbose_name=_("计量点"), db_index=False
    )
    period = models.PositiveIntegerField(_("电费年月"))
    job = models.ForeignKey(Job, models.PROTECT, related_name="+", verbose_name=_("作业"), db_index=False)
    status = models.PositiveSmallIntegerField(_("状态"), choices=Status.choices)
    from_date = models.DateField(_("起"), null=True, blank=True)
    to_date = models.DateField(_("止"), null=True, blank=True)
    total_wh = models.BigIntegerField(_("总电量（Wh）"), default=0)
    sharp_wh = models.BigIntegerField(_("尖（Wh）"), default=0)
    peak_wh = models.BigIntegerField(_("峰（Wh）"), default=0)
    flat_wh = models.BigIntegerField(_("平（Wh）"), default=0)
    valley_wh = models.BigIntegerField(_("谷（Wh）"), default=0)
    deep_valley_wh = models.BigIntegerField(_("深谷（Wh）"), default=0)
    has_parts = models.BooleanField(_("有分时示数"), default=False)
    reactive_forward_varh = models.BigIntegerField(_("正向无功（varh）"), default=0)
    reactive_reverse_varh = models.BigIntegerField(_("反向无功（varh）"), default=0)
    has_reactive = models.BooleanField(_("有无功示数"), default=False)
    # What went back to the grid (反向有功), for photovoltaics; empty where it was not read for the whole period.
    reverse_wh = models.BigIntegerField(_("反向有功（Wh）"), null=True, blank=True)
    # Read, not subtracted; empty where no demand was read, which is not 0.
    demand_w = models.BigIntegerField(_("最大需量（W）"), null=True, blank=True)
    rolled = models.BooleanField(_("翻转"), default=False)
    exchanged = models.BooleanField(_("换表"), default=False)
    estimated = models.BooleanField(_("估抄"), default=False)

    class Meta:
        verbose_name = _("结算电量")
        verbose_name_plural = _("结算电量")
        constraints = [models.UniqueConstraint(fields=["period", "point"], name="consumption_once")]
        indexes = [models.Index(fields=["point", "to_date"], name="consumption_latest")]


class PointSettlement(models.Model):
    """What is left of a point's consumption after what hangs behind it, or what an agreed part of another one is.

    ``read = settled + subs + supplied + shares`` of a metered point; kept as evidence beside the reading, which
    stays as it is in ``consumption``. Only points with terms of their own have one.
    """

    consumption = models.OneToOneField(
        Consumption, models.PROTECT, related_name="points", verbose_name=_("结算电量")
    )
    term = models.ForeignKey(
        PointTerm, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("计量点参数")
    )
    # What it hangs behind: its master, or (定量定比) the point it is a part of.
    master = models.ForeignKey(
        MeteringPoint, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("上级计量点")
    )
    share = models.PositiveSmallIntegerField(_("定量定比"), choices=ShareKind.choices, default=0)
    subs_wh = models.BigIntegerField(_("减分表（Wh）"), default=0)
    supplied_wh = models.BigIntegerField(_("减转供（Wh）"), default=0)
    shares_wh = models.BigIntegerField(_("减定量定比（Wh）"), default=0)
    settled_wh = models.BigIntegerField(_("结算（Wh）"))
    sharp_wh = models.BigIntegerField(_("尖（Wh）"), default=0)
    peak_wh = models.BigIntegerField(_("峰（Wh）"), default=0)
    flat_wh = models.BigIntegerField(_("平（Wh）"), default=0)
    valley_wh = models.BigIntegerField(_("谷（Wh）"), default=0)
    deep_valley_wh = models.BigIntegerField(_("深谷（Wh）"), default=0)
    has_parts = models.BooleanField(_("有分时电量"), default=False)
    reactive_forward_varh = models.BigIntegerField(_("正向无功（varh）"), default=0)
    # Empty: not read, or what the supplied stand for is not known.
    demand_w = models.BigIntegerField(_("最大需量（W）"), null=True, blank=True)
    supplied_demand_w = models.BigIntegerField(_("被转供户折算需量（W）"), default=0)
    # Empty: the point feeds nothing in, or its reverse register was not read.
    feed_in_wh = models.BigIntegerField(_("上网电量（Wh）"), null=True, blank=True)

    class Meta:
        verbose_name = _("计量点结算")
        verbose_name_plural = _("计量点结算")


class Finding(models.Model):
    """What a check found about a point in a month; a blocking one holds the bill."""

    class Severity(models.IntegerChoices):
        """How much it weighs."""

        INFO = 0, _("提示")
        WARNING = 1, _("警告")
        BLOCKING = 2, _("待处理")

    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="findings", verbose_name=_("计量点")
    )
    period = models.PositiveIntegerField(_("电费年月"))
    # None: found while a reading was entered; the next check of the month replaces it.
    job = models.ForeignKey(
        Job, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("作业")
    )
    rule = models.CharField(_("规则"), max_length=48)
    severity = models.PositiveSmallIntegerField(_("级别"), choices=Severity.choices)
    register = models.PositiveSmallIntegerField(_("示数类型"), choices=REGISTERS, null=True, blank=True)
    actual = models.BigIntegerField(_("实际"), default=0)
    expected = models.BigIntegerField(_("应为"), default=0)
    limit = models.BigIntegerField(_("限值"), default=0)
    detail = models.JSONField(_("详情"), default=dict)

    class Meta:
        verbose_name = _("核查发现")
        verbose_name_plural = _("核查发现")
        indexes = [models.Index(fields=["period", "point"], name="finding_period")]


class LakeFile(models.Model):
    """The manifest of the interval lake: a file counts only while it is listed here."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("供电所"))
    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="+", verbose_name=_("导入批次"))
    side = models.CharField(_("层"), max_length=8)
    kind = models.CharField(_("种类"), max_length=8)
    month = models.PositiveIntegerField(_("月份"))
    path = models.CharField(_("文件"), max_length=200, unique=True)
    rows = models.PositiveIntegerField(_("行数"))

    class Meta:
        verbose_name = _("数据湖文件")
        verbose_name_plural = _("数据湖文件")
        indexes = [models.Index(fields=["station", "kind", "month"], name="lake_month")]
