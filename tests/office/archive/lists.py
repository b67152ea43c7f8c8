"""Archive lists made for tests, the import of them, and a picture of every table of the archive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from django.apps import apps

from diansuo.office.base.imports import operations, verdicts
from diansuo.office.base.imports.kinds import Options
from diansuo.office.base.models import ImportBatch, Proposal
from diansuo.office.base.proposals import kinds
from diansuo.office.base.scope import Scope

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
PLAIN = {
    "供电单位": "某县供电公司",
    "供电所": "东村供电所",
    "用户名称": "张三",
    "用电地址": "东村1号",
    "台区编号": "T001",
    "台区名称": "东村1号台区",
    "台区容量": "200",
    "台区联结组别": "Dyn11",
    "台区配变型号": "S11-M-200/10",
    "线路名称": "东10kV线",
    "抄表段编号": "R01",
    "抄表例日": "1",
    "抄表员": "王五",
    "台区经理": "赵六",
    "综合倍率": "1",
    "抄表位数": "6.2",
    "相别": "A相",
    "用电类别": "居民生活用电",
    "供电电压": "交流220V",
    "合同容量": "8",
}
Row = dict[str, str]


def line(number: str, meter: str, **changes: str) -> Row:
    """Return a customer's line: plain but for number, meter and the named columns."""
    return {"用户编号": number, "电能表编号": meter, **PLAIN, **changes}


def master(area: str, meter: str, **changes: str) -> Row:
    """Return the line of an area's master meter."""
    kept = ("供电单位", "供电所", "台区名称", "抄表段编号", "综合倍率", "抄表位数")
    plain = {name: PLAIN[name] for name in kept}
    return {**plain, "台区编号": area, "电能表编号": meter, "计量点性质": "台区总表", **changes}


def write(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """Write rows as a workbook whose cells are all text; return its path."""
    rows = list(rows)
    headings = list(
        dict.fromkeys(["用户编号", "用户名称", "用电类别", *(name for row in rows for name in row)])
    )
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("档案")
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading)
            for place, row in enumerate(rows, start=1):
                sheet.write_string(place, column, row.get(heading, ""))
    return path


@dataclass
class Outcome:
    """An import as it went: the batch, and its verdicts in the file's order."""

    batch: ImportBatch
    verdicts: list[dict[str, Any]] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return the outcomes that occurred."""
        return {name: count for name, count in self.batch.counts.items() if count}

    def refusals(self) -> list[tuple[int, str, str]]:
        """Return row, column and reason of every refusal."""
        return [(v["row"], v["column"], v["reason"]) for v in self.verdicts if v["outcome"] == "refused"]

    def remedies(self) -> list[str]:
        """Return the remedies of every refusal."""
        return [v["remedy"] for v in self.verdicts if v["outcome"] == "refused"]


def preview(file: Path, *, scope: Scope | None = None, **options: Any) -> Outcome:
    """Preview a file as an archive list."""
    batch, _plan = operations.preview(
        file,
        file.name,
        "archive",
        options=Options(**options),
        scope=scope or Scope.everything(),
        user=None,
        now=NOW,
    )
    return Outcome(batch, verdicts.load(operations.verdict_file(batch)))


def bring_in(folder: Path, *rows: Row, **options: Any) -> Outcome:
    """Import rows: preview, then apply what was kept of the file."""
    return bring_in_file(write(folder / "档案.xlsx", rows), **options)


def bring_in_file(file: Path, **options: Any) -> Outcome:
    """Import a file: preview, then apply what was kept of it."""
    outcome = preview(file, **options)
    operations.apply(outcome.batch, scope=Scope.everything(), now=NOW)
    agree(outcome.batch)
    return outcome


def agree(batch: ImportBatch) -> None:
    """Let what an import proposes hold at once: these tests ask what is written, not who may let it be."""
    for proposal in Proposal.objects.filter(batch=batch, state=Proposal.State.DRAFT):
        proposal.undo = kinds.named(proposal.kind).apply(proposal, None, NOW)
        proposal.state, proposal.basis = Proposal.State.APPLIED, "agreed"
        proposal.save()


def withdraw(outcome: Outcome) -> None:
    """Take an import back."""
    operations.withdraw(outcome.batch, now=NOW)


def picture() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table of the archive, so that two moments can be compared exactly."""
    return {
        model._meta.label: sorted(model._base_manager.values_list(), key=lambda row: row[0])
        for model in apps.get_app_config("archive").get_models()
    }


def day(text: str) -> date:
    """Return a day written as 2024-08-01."""
    return date.fromisoformat(text)
