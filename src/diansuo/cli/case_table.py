"""A computed case as a table in the terminal: every value on the way, every line, and the verdict."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from diansuo.cli.case_words import band_name, line_name, refusal_text, step_name, told, unit_name, value_note
from diansuo.cli.say import say, t, warn


def print_case(result: dict[str, Any], console: Console) -> None:
    """Print one computed case."""
    verdict = t("与期望相符", "as expected") if result["ok"] else t("与期望不符", "NOT as expected")
    console.print(
        f"{result['file']}: {result['name']}", style="bold", markup=False, highlight=False, soft_wrap=True
    )
    for bill in result["bills"]:
        _month(bill, console)
    for step in result["steps"]:
        _step(step, console)
    if result["total_yuan"] is None:
        for mismatch in result["mismatches"]:
            warn(f"  ✗ {told(mismatch)}")
        return
    unit = "" if result["currency"] == "CNY" else result["currency"]
    total = t(f"合计 {result['total_yuan']} {unit or '元'}", f"total {result['total_yuan']} {unit or 'yuan'}")
    console.print(f"{total}  [{'green' if result['ok'] else 'red'}]{verdict}[/]")
    for mismatch in result["mismatches"]:
        warn(f"  ✗ {told(mismatch)}")
    console.print()


def print_verdict(result: dict[str, Any]) -> None:
    """Print one line for a case, and what differs."""
    say(f"{'✓' if result['ok'] else '✗'} {result['file']}: {result['name']}")
    for mismatch in result["mismatches"]:
        warn(f"  ✗ {told(mismatch)}")


def print_summary(results: list[dict[str, Any]]) -> None:
    """Print how many cases there were and how many are as expected."""
    right = sum(result["ok"] for result in results)
    unread = sum(result["total_yuan"] is None for result in results)
    wrong = len(results) - right - unread
    say(
        t(
            f"共 {len(results)} 个算例：{right} 个与期望相符，{wrong} 个不符，{unread} 个无法读取",
            f"{len(results)} cases: {right} as expected, {wrong} not, {unread} not readable",
        )
    )


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, right in (
        (t("项目", "line"), False),
        (t("时段", "period"), False),
        (t("数量", "quantity"), True),
        (t("单位", "unit"), False),
        (t("单价", "price"), True),
        (t("金额", "amount"), True),
    ):
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    return table


def _month(bill: dict[str, Any], console: Console) -> None:
    refusal = (
        f"{t('不予计算', 'refused')}: {bill['refusal']} {refusal_text(bill['refusal'])}"
        if bill["refusal"]
        else ""
    )
    table = _table(f"{bill['period']}  {bill['energy_kwh']} kWh  {refusal or bill['amount_yuan']}")
    for line in bill["lines"]:
        name = line_name(line["component"])
        name = f"{name} {line['step']}" if line["step"] else name
        table.add_row(name, "", line["quantity_kwh"], "kWh", line["price_yuan"], line["amount_yuan"])
    console.print(table)


def _step(step: dict[str, Any], console: Console) -> None:
    aside = (
        "" if step["counts"] or step["amount_yuan"] is None else t("（不计入合计）", " (not in the total)")
    )
    amount = "" if step["amount_yuan"] is None else f"  {step['amount_yuan']}"
    console.print(
        f"[bold]{step['id']}[/] {step_name(step['do'])}{amount}{aside}", highlight=False, soft_wrap=True
    )
    if step["refusal"]:
        params = {name: value for name, value in step["refusal_params"].items() if name != "remedy"}
        facts = "; ".join(f"{name}: {value}" for name, value in params.items())
        why = " ".join(filter(None, (refusal_text(step["refusal"]), f"({facts})" if facts else "")))
        console.print(
            f"  [red]{t('不予计算', 'refused')}: {step['refusal']}[/] {why}", highlight=False, soft_wrap=True
        )
    for name, value in step["values"].items():
        note = value_note(name)
        console.print(f"  {name} = {value}{f'  {note}' if note else ''}", highlight=False, soft_wrap=True)
    if step["lines"]:
        table = _table("")
        for line in step["lines"]:
            name = " ".join(filter(None, (line_name(line["component"]), line["group"], line["note"])))
            quantity, unit = line["quantity"], unit_name(line["unit"])
            table.add_row(name, band_name(line["band"]), quantity, unit, line["price"], line["amount_yuan"])
        console.print(table)
