"""``diansuo calc``: computations on files, without any database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from diansuo.cli.imports import AsJson
from diansuo.cli.say import Failure, say, say_json, t, warn

app = typer.Typer(no_args_is_help=True, help=t("不用数据库的计算。", "Computations without a database."))

Cases = Annotated[list[Path], typer.Argument(help=t("算例文件（YAML）", "case files (YAML)"))]


@app.callback()
def calc() -> None:
    """Group of the computations."""


@app.command(
    "case",
    help=t(
        "计算算例文件并与其中的期望值核对。例：diansuo calc case tests/cases/residential_steps/*.yaml",
        "Compute case files and hold them against what they expect. "
        "Example: diansuo calc case tests/cases/residential_steps/*.yaml",
    ),
)
def case(files: Cases, as_json: AsJson = False) -> None:
    """Compute case files."""
    results = [_one(file) for file in files]
    if as_json:
        say_json({"ok": all(result["ok"] for result in results), "cases": results})
    else:
        for result in results:
            _say(result)
    wrong = [result["file"] for result in results if not result["ok"]]
    if wrong:
        raise Failure(t(f"与期望不符：{'、'.join(wrong)}", f"not as expected: {', '.join(wrong)}"))


def _one(file: Path) -> dict[str, Any]:
    from diansuo.core.rules import RuleBookRefused
    from diansuo.core.tariff.case import run_case
    from diansuo.office.config import rulebook_files

    try:
        text = file.read_text(encoding="utf-8")
        mapping = rulebook_files.read_document(text, str(file))
        result = run_case(mapping, rulebook_files.load(), str(file))
    except FileNotFoundError as problem:
        raise Failure(t(f"找不到文件 {file}", f"no such file: {file}")) from problem
    except (UnicodeDecodeError, RuleBookRefused) as problem:
        raise Failure(f"{file}: {problem}") from problem
    return {"file": str(file), "ok": result.holds, **result.as_mapping()}


def _say(result: dict[str, Any]) -> None:
    verdict = t("相符", "as expected") if result["ok"] else t("不符", "NOT as expected")
    say(
        t(
            f"{result['file']}：{result['name']}，共 {result['total_yuan']} 元，{verdict}",
            f"{result['file']}: {result['name']}, {result['total_yuan']} yuan, {verdict}",
        )
    )
    for bill in result["bills"]:
        outcome = bill["refusal"] or bill["amount_yuan"]
        say(f"  {bill['period']}  {bill['energy_kwh']} kWh  {outcome}")
        for line in bill["lines"]:
            name = f"{line['component']} {line['step']}" if line["step"] else line["component"]
            say(f"    {name}: {line['quantity_kwh']} × {line['price_yuan']} = {line['amount_yuan']}")
    for mismatch in result["mismatches"]:
        warn(f"  {mismatch}")
