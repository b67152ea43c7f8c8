"""A computed case as a table in the terminal: every value on the way, every line, and the verdict."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from diansuo.cli.say import t, warn


def print_case(result: dict[str, Any], console: Console) -> None:
    """Print one computed case."""
    verdict = t("与期望相符", "as expected") if result["ok"] else t("与期望不符", "NOT as expected")
    console.print(f"[bold]{result['file']}[/]: {result['name']}", soft_wrap=True)
    for bill in result["bills"]:
        _month(bill, console)
    for step in result["steps"]:
        _step(step, console)
    if result["total_yuan"] is None:
        for mismatch in result["mismatches"]:
            warn(mismatch)
        return
    total = t(f"合计 {result['total_yuan']} 元", f"total {result['total_yuan']} yuan")
    console.print(f"{total}  [{'green' if result['ok'] else 'red'}]{verdict}[/]")
    for mismatch in result["mismatches"]:
        warn(f"  ✗ {mismatch}")
    console.print()


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, right in (
        (t("项目", "line"), False),
        (t("时段", "period"), False),
        (t("数量", "quantity"), True),
        (t("单位", "unit"), False),
        (t("单价", "price"), True),
        (t("金额（元）", "amount (yuan)"), True),
    ):
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    return table


def _month(bill: dict[str, Any], console: Console) -> None:
    table = _table(f"{bill['period']}  {bill['energy_kwh']} kWh  {bill['refusal'] or bill['amount_yuan']}")
    for line in bill["lines"]:
        name = f"{line['component']} {line['step']}" if line["step"] else line["component"]
        table.add_row(name, "", line["quantity_kwh"], "kWh", line["price_yuan"], line["amount_yuan"])
    console.print(table)


def _step(step: dict[str, Any], console: Console) -> None:
    aside = (
        "" if step["counts"] or step["amount_yuan"] is None else t("（不计入合计）", " (not in the total)")
    )
    amount = (
        "" if step["amount_yuan"] is None else t(f"{step['amount_yuan']} 元", f"{step['amount_yuan']} yuan")
    )
    console.print(f"[bold]{step['id']}[/] {step['do']}  {amount}{aside}", highlight=False, soft_wrap=True)
    if step["refusal"]:
        why = "; ".join(f"{name}: {value}" for name, value in step["refusal_params"].items())
        console.print(
            f"  [red]{t('不予计算', 'refused')}: {step['refusal']}[/] {why}", highlight=False, soft_wrap=True
        )
    for name, value in step["values"].items():
        console.print(f"  {name} = {value}", highlight=False, soft_wrap=True)
    if step["lines"]:
        table = _table("")
        for line in step["lines"]:
            name = " ".join(filter(None, (line["component"], line["group"], line["note"])))
            table.add_row(
                name, line["band"], line["quantity"], line["unit"], line["price"], line["amount_yuan"]
            )
        console.print(table)
