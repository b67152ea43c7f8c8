"""What the stages of the monthly cycle and their counts are called."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.base import wording
from diansuo.office.base.models import Job, JobStage, Station

JOB_TONES = {
    Job.State.QUEUED: "info",
    Job.State.RUNNING: "info",
    Job.State.PAUSED: "warn",
    Job.State.DONE: "ok",
    Job.State.FAILED: "bad",
}
STAGE_TONES = {JobStage.State.PENDING: "", JobStage.State.RUNNING: "info", JobStage.State.DONE: "ok"}


def stage_title(name: str) -> str:
    """Return what a stage does, in the trade's words."""
    return {
        "readings": _("结算电量"),
        "check": _("核查示数"),
        "bill": _("计算电费"),
        "audit": _("审核"),
        "issue": _("发行"),
    }.get(name, name)


def counts(summary: dict[str, int]) -> str:
    """Put a stage's counts into words, those that are nought left out (unless all are)."""
    names = {
        "due": _("应抄 %s"),
        "settled": _("已结算 %s"),
        "opening": _("首次抄表 %s"),
        "missing": _("未抄 %s"),
        "unconnected": _("示数不衔接 %s"),
        "findings": _("核查发现 %s"),
        "held": _("待处理 %s"),
        "bills": _("账单 %s"),
        "amount_fen": _("电费 %s 元"),
        "refused": _("不能计费 %s"),
        "audited_out": _("审核不符 %s"),
        "issued": _("发行 %s"),
        "receivables": _("应收 %s"),
    }
    known = {name: value for name, value in summary.items() if name in names}
    shown = {name: value for name, value in known.items() if value} or known
    return _("，").join(names[name] % _amount(name, value) for name, value in shown.items())


def _amount(name: str, value: Any) -> str:
    return wording.yuan(value) if name.endswith("_fen") else wording.count(value)


def is_beside(job: Job) -> bool:
    """Tell whether another system issues the bills of the job's station."""
    return job.station is not None and job.station.mode == Station.Mode.BESIDE


def job_tone(job: Job) -> str:
    """Return the tone of a month's state; one that ends with the audit because another system issues is well."""
    if job.state == Job.State.PAUSED and job.until == "audit" and is_beside(job):
        return "ok"
    return JOB_TONES[Job.State(job.state)]


def stage_state(job: Job, stage: JobStage) -> str:
    """Say where a stage stands; the issue of a station whose bills another system issues is never begun."""
    if stage.name == "issue" and stage.state == JobStage.State.PENDING and is_beside(job):
        return _("不执行：旁运行不发行，电费由营销2.0发行")
    return str(JobStage.State(stage.state).label)


def job_state(job: Job, drafts: int = 0) -> str:
    """Say where a month stands: a paused one names what is to be done."""
    if job.state == Job.State.PAUSED and job.until == "audit" and is_beside(job):
        return _("已核算，旁运行不发行")
    if job.state == Job.State.PAUSED and job.until == "audit" and not drafts:
        return _("没有新的账单可发行")
    if job.state == Job.State.PAUSED:
        return _("已审核，待发行") if job.until == "audit" else _("已暂停")
    return str(Job.State(job.state).label)
