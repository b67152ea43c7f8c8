"""The tables of tasks on paper (派工单): the order, its photos, and every step it took."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WorkOrder(models.Model):
    """One thing that one person is to do by a day: dispatched, answered, closed by somebody else.

    What it is about stands here as text, because this app knows neither customers nor areas.
    """

    class State(models.TextChoices):
        """Where the order stands; one that is sent back is open again."""

        OPEN = "open", pgettext_lazy("work order", "待处理")
        ANSWERED = "answered", _("待验收")
        CLOSED = "closed", _("已完成")

    class Source(models.TextChoices):
        """What gave rise to the order."""

        LOSS = "loss", _("线损")
        COLLECTION = "collection", _("采集失败")
        ARREARS = "arrears", _("欠费")
        BILL = "bill", _("电费待处理")
        FIELD = "field", _("现场发现")
        OTHER = "other", _("其他")

    station = models.ForeignKey("base.Station", models.PROTECT, verbose_name=_("供电所"))
    number = models.CharField(_("派工单号"), max_length=32)
    title = models.CharField(_("事由"), max_length=200)
    source = models.CharField(_("来源"), max_length=12, choices=Source.choices, default=Source.OTHER)
    customer_number = models.CharField(_("用户编号"), max_length=32, blank=True, default="")
    area_number = models.CharField(_("台区编号"), max_length=32, blank=True, default="")
    subject_url = models.CharField(_("对象页面"), max_length=200, blank=True, default="")
    instruction = models.TextField(_("工作内容"), blank=True, default="")
    safety = models.JSONField(_("安全措施"), default=list)
    due_date = models.DateField(_("完成期限"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN)
    assignee = models.ForeignKey(
        "base.Staff", models.PROTECT, related_name="work_orders", verbose_name=_("接单人")
    )
    created_by = models.ForeignKey("base.User", models.PROTECT, related_name="+", verbose_name=_("派工人"))
    created_at = models.DateTimeField(_("派工时间"))
    reply = models.TextField(_("处理结果"), blank=True, default="")
    replied_by = models.ForeignKey(
        "base.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("反馈人")
    )
    replied_at = models.DateTimeField(_("反馈时间"), null=True, blank=True)
    closed_by = models.ForeignKey(
        "base.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("验收人")
    )
    closed_at = models.DateTimeField(_("验收时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("派工单")
        verbose_name_plural = _("派工单")
        constraints = [
            models.UniqueConstraint(fields=["station", "number"], name="work_order_number"),
            models.CheckConstraint(
                condition=~models.Q(closed_by=models.F("replied_by")), name="work_order_closed_by_another"
            ),
        ]
        indexes = [
            models.Index(fields=["station", "state", "due_date"], name="work_order_due"),
            models.Index(fields=["customer_number"], name="work_order_customer"),
            models.Index(fields=["area_number"], name="work_order_area"),
        ]

    def __str__(self) -> str:
        return self.number


class WorkOrderPhoto(models.Model):
    """A photo that came with an answer; the file lies in the home folder under a random name."""

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="photos", verbose_name=_("派工单"))
    file_name = models.CharField(_("文件"), max_length=80, unique=True)
    media_type = models.CharField(_("类型"), max_length=20)
    created_by = models.ForeignKey("base.User", models.PROTECT, related_name="+", verbose_name=_("上传人"))
    created_at = models.DateTimeField(_("上传时间"))

    class Meta:
        verbose_name = _("派工单照片")
        verbose_name_plural = _("派工单照片")

    def __str__(self) -> str:
        return self.file_name


class WorkOrderEvent(models.Model):
    """One step of an order: who, when, what, and the words they gave with it. Only ever added."""

    class Kind(models.TextChoices):
        """What happened."""

        DISPATCHED = "dispatched", _("派工")
        ANSWERED = "answered", _("反馈")
        RETURNED = "returned", _("退回")
        CLOSED = "closed", _("验收")
        HANDED = "handed", _("转派")

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="events", verbose_name=_("派工单"))
    kind = models.CharField(_("步骤"), max_length=12, choices=Kind.choices)
    text = models.TextField(_("说明"), blank=True, default="")
    user = models.ForeignKey("base.User", models.PROTECT, related_name="+", verbose_name=_("经办人"))
    happened_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("派工单经过")
        verbose_name_plural = _("派工单经过")

    def __str__(self) -> str:
        return f"{self.order} {self.kind}"
