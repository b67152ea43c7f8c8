"""Companies, stations and staff; imports that can be taken back; jobs that survive a kill."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.office.base.mode_models import StationModeChange
from diansuo.office.base.proposal_models import Proposal, ProposalSecond
from diansuo.office.base.sign_in_models import RecoveryCode, SecondFactor, SignIn
from diansuo.office.base.trail_models import TrailEntry, TrailHead
from diansuo.office.base.work_order_models import WorkOrder, WorkOrderEvent, WorkOrderPhoto

__all__ = [
    "ColumnAlias",
    "Company",
    "ImportBatch",
    "ImportChange",
    "Job",
    "JobChunk",
    "JobStage",
    "Post",
    "Proposal",
    "ProposalSecond",
    "RecoveryCode",
    "SecondFactor",
    "SignIn",
    "Staff",
    "Station",
    "StationModeChange",
    "Team",
    "TrailEntry",
    "TrailHead",
    "User",
    "WorkOrder",
    "WorkOrderEvent",
    "WorkOrderPhoto",
]


class User(AbstractUser):
    """Someone who signs in. Demo users exist in demonstration homes only and are refused elsewhere."""

    is_demo = models.BooleanField(_("演示账号"), default=False)
    must_renew = models.BooleanField(_("首次登录须改密码"), default=False)

    class Meta(AbstractUser.Meta):
        verbose_name = _("账号")
        verbose_name_plural = _("账号")

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Tell whether the account holds a right; what the floor parts, a superuser holds by a post or not at all."""
        from diansuo.office.base import floor

        if self.is_superuser and perm.removeprefix("base.") in floor.parted_rights():
            return self.is_active and perm.removeprefix("base.") in floor.rights_of_user(self)
        return super().has_perm(perm, obj)


class Company(models.Model):
    """A power supply company (供电单位): numbers of customers, meters and areas are unique within it."""

    number = models.CharField(_("编码"), max_length=32, unique=True, null=True, blank=True)
    name = models.CharField(_("名称"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("供电公司")
        verbose_name_plural = _("供电公司")

    def __str__(self) -> str:
        return self.name


class Station(models.Model):
    """A power supply station (供电所): the owner of nearly every row."""

    class Mode(models.TextChoices):
        """Whether the station bills for itself, or stands beside a system that does."""

        ALONE = "alone", _("独立")
        BESIDE = "beside", _("在营销2.0旁")

    company = models.ForeignKey(Company, models.PROTECT, verbose_name=_("供电公司"))
    number = models.CharField(_("编码"), max_length=32, null=True, blank=True)
    name = models.CharField(_("名称"), max_length=80)
    mode = models.CharField(_("运行方式"), max_length=8, choices=Mode.choices, default=Mode.ALONE)
    revision = models.BigIntegerField(_("数据版本"), default=0)

    class Meta:
        verbose_name = _("供电所")
        verbose_name_plural = _("供电所")
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="station_name")]

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """A team of a station (班组)."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("供电所"))
    name = models.CharField(_("名称"), max_length=80)

    class Meta:
        verbose_name = _("班组")
        verbose_name_plural = _("班组")
        constraints = [models.UniqueConstraint(fields=["station", "name"], name="team_name")]

    def __str__(self) -> str:
        return self.name


class Post(models.Model):
    """A post (岗位) and what it may do: its permissions are those of its group."""

    code = models.CharField(_("代码"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    name_en = models.CharField(_("英文名称"), max_length=60)
    group = models.OneToOneField(Group, models.PROTECT, verbose_name=_("权限组"))
    second_factor = models.BooleanField(_("登录须用动态码"), default=False)

    class Meta:
        verbose_name = _("岗位")
        verbose_name_plural = _("岗位")
        permissions = [
            ("import_files", _("导入文件")),
            ("enter_readings", _("录入示数")),
            ("run_cycle", _("执行电费流程")),
            ("take_payments", _("收费")),
            ("edit_aliases", _("维护列名别名")),
            ("dispatch_work", _("派工")),
            ("close_work", _("验收派工单")),
            ("set_mode", _("更改运行方式")),
            ("send_reminders", _("发催费短信")),
            ("hand_over", _("移交台区")),
            ("propose_prices", _("提交价格表")),
            ("approve_prices", _("审批价格表")),
            ("propose_corrections", _("提交退补")),
            ("approve_corrections", _("审批退补")),
            ("see_trail", _("查看操作留痕")),
            ("inspect", _("用电检查")),
            ("use_registers", _("查看后台登记簿")),
            ("keep_accounts", _("管理账号的登录")),
            ("see_board", _("看早会一屏")),
            ("see_archive", _("看档案")),
            ("see_readings", _("看抄表与采集")),
            ("see_losses", _("看线损")),
            ("see_bills", _("看电费与退补")),
            ("see_prices", _("看价格与均价")),
            ("see_cycle", _("看电费流程与审核")),
            ("see_arrears", _("看欠费与收费")),
            ("see_imports", _("看导入批次")),
            ("see_personal", _("看完整的个人信息")),
            ("propose_terms", _("提议变更计费参数")),
            ("second_terms", _("复核计费参数变更")),
            ("propose_posts", _("提议岗位变更")),
            ("propose_rules", _("提议规则变更")),
        ]

    def __str__(self) -> str:
        return self.name


class Staff(models.Model):
    """A person of a station, with posts and, if they sign in, a user who sees all of it or a part."""

    class Reach(models.TextChoices):
        """What this person sees and works on: a post at the county sees every station of the company."""

        COMPANY = "company", _("本公司各所")
        STATION = "station", _("全所")
        TEAM = "team", _("本班组负责的台区")
        OWN = "own", _("本人负责的台区")

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("供电所"))
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, verbose_name=_("班组"))
    number = models.CharField(_("工号"), max_length=32, blank=True, default="")
    name = models.CharField(_("姓名"), max_length=40)
    posts = models.ManyToManyField(Post, blank=True, verbose_name=_("岗位"))
    reach = models.CharField(_("管辖范围"), max_length=8, choices=Reach.choices, default=Reach.STATION)
    user = models.OneToOneField(User, models.SET_NULL, null=True, blank=True, verbose_name=_("账号"))

    class Meta:
        verbose_name = _("人员")
        verbose_name_plural = _("人员")
        constraints = [models.UniqueConstraint(fields=["station", "name", "number"], name="staff_name")]

    def __str__(self) -> str:
        return self.name


class ColumnAlias(models.Model):
    """A heading that this place's exports use for one of our columns; added by the user, beside the built-in ones."""

    kind = models.CharField(_("文件种类"), max_length=20)
    alias = models.CharField(_("文件中的列名"), max_length=80)
    field = models.CharField(_("对应的列"), max_length=40)

    class Meta:
        verbose_name = _("列名别名")
        verbose_name_plural = _("列名别名")
        constraints = [models.UniqueConstraint(fields=["kind", "alias"], name="alias_once")]

    def __str__(self) -> str:
        return f"{self.alias} → {self.field}"


class ImportBatch(models.Model):
    """One imported file: previewed, applied as one batch, taken back while nothing depends on it."""

    class State(models.TextChoices):
        """Where the batch stands."""

        PREVIEWED = "previewed", _("已预览")
        APPLYING = "applying", _("导入中")
        APPLIED = "applied", _("已导入")
        WITHDRAWN = "withdrawn", _("已撤回")

    kind = models.CharField(_("种类"), max_length=20)
    station = models.ForeignKey(Station, models.PROTECT, null=True, blank=True, verbose_name=_("供电所"))
    file_name = models.CharField(_("文件"), max_length=200)
    digest = models.CharField(_("文件摘要"), max_length=64)
    options = models.JSONField(_("选项"), default=dict)
    counts = models.JSONField(_("行数"), default=dict)
    notes = models.JSONField(_("说明"), default=list)
    state = models.CharField(_("状态"), max_length=12, choices=State.choices, default=State.PREVIEWED)
    plan_digest = models.CharField(_("预览摘要"), max_length=64, blank=True, default="")
    writer = models.CharField(_("写入者"), max_length=32, blank=True, default="")
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("导入人")
    )
    created_at = models.DateTimeField(_("预览时间"))
    applied_at = models.DateTimeField(_("导入时间"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("导入批次")
        verbose_name_plural = _("导入批次")
        indexes = [models.Index(fields=["kind", "digest"], name="batch_digest")]

    def __str__(self) -> str:
        return f"{self.file_name} #{self.pk}"


class ImportChange(models.Model):
    """One value that a batch changed in a row it did not make: what it was, what it became, so it can go back."""

    batch = models.ForeignKey(ImportBatch, models.CASCADE, verbose_name=_("导入批次"))
    model = models.CharField(_("对象"), max_length=60)
    row = models.BigIntegerField(_("行"))
    field = models.CharField(_("字段"), max_length=40)
    before = models.JSONField(_("原值"), null=True)
    after = models.JSONField(_("新值"), null=True)

    class Meta:
        verbose_name = _("导入变更")
        verbose_name_plural = _("导入变更")

    def __str__(self) -> str:
        return f"{self.model} {self.row} {self.field}"


class Job(models.Model):
    """Long work: the truth about it. The queue only wakes it; a dead worker's lease runs out and it is taken up."""

    class State(models.TextChoices):
        """Where the job stands."""

        QUEUED = "queued", _("排队")
        RUNNING = "running", _("执行中")
        PAUSED = "paused", _("已暂停")
        DONE = "done", _("完成")
        FAILED = "failed", _("失败")

    kind = models.CharField(_("种类"), max_length=20)
    key = models.CharField(_("键"), max_length=80, unique=True)
    station = models.ForeignKey(Station, models.PROTECT, null=True, blank=True, verbose_name=_("供电所"))
    options = models.JSONField(_("选项"), default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.QUEUED)
    round = models.PositiveIntegerField(_("轮次"), default=1)
    basis = models.CharField(_("数据基准"), max_length=64, blank=True, default="")
    until = models.CharField(_("执行到"), max_length=20, blank=True, default="")
    holder = models.CharField(_("执行者"), max_length=80, blank=True, default="")
    lease_until_at = models.DateTimeField(_("租约至"), null=True, blank=True)
    error = models.TextField(_("错误"), blank=True, default="")
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发起人")
    )
    created_at = models.DateTimeField(_("发起时间"))
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("作业")
        verbose_name_plural = _("作业")

    def __str__(self) -> str:
        return self.key


class JobStage(models.Model):
    """One stage of a job in its present round, and the chunks it is cut into."""

    class State(models.TextChoices):
        """Where the stage stands; its results count only once it is done."""

        PENDING = "pending", _("未开始")
        RUNNING = "running", _("执行中")
        DONE = "done", _("完成")

    job = models.ForeignKey(Job, models.CASCADE, related_name="stages", verbose_name=_("作业"))
    name = models.CharField(_("阶段"), max_length=20)
    sequence = models.PositiveSmallIntegerField(_("次序"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PENDING)
    plan = models.JSONField(_("分块"), default=list)
    summary = models.JSONField(_("结果"), default=dict)
    started_at = models.DateTimeField(_("开始"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束"), null=True, blank=True)

    class Meta:
        verbose_name = _("阶段")
        verbose_name_plural = _("阶段")
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="stage_once")]

    def __str__(self) -> str:
        return f"{self.job} {self.name}"


class JobChunk(models.Model):
    """The mark that one chunk is written, set in the very transaction that wrote it."""

    stage = models.ForeignKey(JobStage, models.CASCADE, related_name="chunks", verbose_name=_("阶段"))
    round = models.PositiveIntegerField(_("轮次"))
    number = models.PositiveIntegerField(_("块号"))
    summary = models.JSONField(_("结果"), default=dict)

    class Meta:
        verbose_name = _("分块")
        verbose_name_plural = _("分块")
        constraints = [models.UniqueConstraint(fields=["stage", "round", "number"], name="chunk_once")]

    def __str__(self) -> str:
        return f"{self.stage} {self.round}/{self.number}"
