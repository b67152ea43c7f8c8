"""``diansuo calc``: computations on files without any database, and what would be otherwise."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from diansuo.cli import calc_choices, calc_powerflow, calc_whatif
from diansuo.cli.case_table import print_case, print_summary, print_verdict
from diansuo.cli.imports import AsJson
from diansuo.cli.say import Failure, say_json, t

if TYPE_CHECKING:
    from diansuo.core.rules import RuleBook

app = typer.Typer(no_args_is_help=True, help=t("算例、试算与方案比选。", "Case files, what-if and choices."))

Cases = Annotated[
    list[Path], typer.Argument(help=t("算例文件（YAML），或其所在文件夹", "case files (YAML) or folders"))
]
Brief = Annotated[bool, typer.Option("--brief", help=t("每个算例一行", "one line for each case"))]


@app.callback()
def calc() -> None:
    """Group of the computations."""


app.command("whatif", help=calc_whatif.HELP)(calc_whatif.whatif)
app.command("choices", help=calc_choices.HELP)(calc_choices.choices)
app.command("powerflow", help=calc_powerflow.HELP)(calc_powerflow.powerflow)


@app.command(
    "case",
    help=t(
        "计算算例文件并与其中的期望值核对。例：diansuo calc case tests/cases/residential_steps/*.yaml",
        "Compute case files and hold them against what they expect. "
        "Example: diansuo calc case tests/cases/residential_steps/*.yaml",
    ),
)
def case(files: Cases, as_json: AsJson = False, brief: Brief = False) -> None:
    """Compute case files."""
    from diansuo.office.config import rulebook_files

    shipped = rulebook_files.load()
    results = [_one(file, shipped) for file in _expanded(files)]
    wrong = [result["file"] for result in results if not result["ok"]]
    if as_json:
        counts = {"cases": len(results), "as_expected": len(results) - len(wrong), "wrong": len(wrong)}
        say_json({"ok": not wrong, "summary": counts, "cases": results})
    else:
        # A pipe has no width of its own; a table needs one.
        console = Console() if sys.stdout.isatty() else Console(width=120)
        for result in results:
            if brief:
                print_verdict(result)
            else:
                print_case(result, console)
        if len(results) > 1:
            print_summary(results)
    if wrong:
        raise Failure(t(f"与期望不符：{'、'.join(wrong)}", f"not as expected: {', '.join(wrong)}"))


def _expanded(files: list[Path]) -> list[Path]:
    """Return the files, and in place of a folder the case files below it."""
    found: list[Path] = []
    for file in files:
        below = sorted(file.rglob("*.yaml")) if file.is_dir() else [file]
        if not below:
            raise Failure(t(f"文件夹 {file} 中没有算例（*.yaml）", f"no case files (*.yaml) below {file}"))
        found += below
    return found


def _one(file: Path, shipped: RuleBook) -> dict[str, Any]:
    from diansuo.core.casework import run_case
    from diansuo.core.rules import RuleBookRefused
    from diansuo.office.config import rulebook_files

    try:
        text = file.read_text(encoding="utf-8")
        mapping = rulebook_files.read_case_document(text, str(file))
        result = run_case(mapping, shipped, str(file))
    except FileNotFoundError as problem:
        raise Failure(t(f"找不到文件 {file}", f"no such file: {file}")) from problem
    except UnicodeDecodeError:
        return _malformed(file, t("不是 UTF-8 文本，另存为 UTF-8 再试", "is no UTF-8 text; save it as UTF-8"))
    except RuleBookRefused as problem:
        return _malformed(file, "\n".join(_of_a_case(str(each)) for each in problem.problems))
    return {"file": str(file), "ok": result.holds, **result.as_mapping()}


def _of_a_case(problem: str) -> str:
    """Say what is wrong with YAML in the words of a case file."""
    if "mapping values are not allowed here" in problem:
        return f"{problem}; a text with a colon and a space needs quotes"
    return problem.replace("begin with id: and kind:", "begin with name:, source: and steps:")


def _malformed(file: Path, why: str) -> dict[str, Any]:
    """Return the result of a file that cannot be read as a case, so that the others are still computed."""
    nothing = {"bills": [], "steps": [], "total_yuan": None, "holds": False, "currency": None}
    return {
        "file": str(file),
        "ok": False,
        "name": t("无法读取", "not readable"),
        "mismatches": why.splitlines(),
        **nothing,
    }
