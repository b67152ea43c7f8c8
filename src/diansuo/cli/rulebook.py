"""``diansuo rulebook``: whether files of rules are right, what is in force on a day, and the policy changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from diansuo.cli.dates import parse_day
from diansuo.cli.imports import AsJson
from diansuo.cli.rulebook_print import layer, say_changes, say_report, say_rule, title
from diansuo.cli.rulebook_rows import Note, Notes
from diansuo.cli.say import Failure, console, say, say_json, t, warn
from diansuo.cli.wrapping import wrap

if TYPE_CHECKING:
    from diansuo.core.rules import Entry, Rule, RuleBook, RuleBookRefused

app = typer.Typer(
    no_args_is_help=True,
    help=t(
        "规则库：检查、查看某日执行的规则、政策日历。",
        "The rulebook: check it, see what is in force, and the changes.",
    ),
)

NEAR = 3

Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar="[DIR]",
        help=t("规则文件夹；不写则检查随包的规则库", "a folder of rules; without it, the shipped rulebook"),
    ),
]
Sheets = Annotated[
    list[Path] | None,
    typer.Option(
        "--sheet", metavar="FILE", help=t("价格表文件，可写多次", "a price sheet; may be given again")
    ),
]
Own = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="DIR",
        help=t(
            "本地规则文件夹；不写则用 DIANSUO_HOME/rulebook",
            "a folder of your own rules; without it, DIANSUO_HOME/rulebook",
        ),
    ),
]
On = Annotated[
    str,
    typer.Option(
        "--on", metavar="DATE", help=t("哪一天，如 2024-06-01；不写则今天", "the day; default today")
    ),
]
Prefix = Annotated[
    str,
    typer.Option(
        "--rule",
        "--id",
        metavar="NAME",
        help=t("只看此名开头或结尾的规则", "only rules whose name begins or ends so"),
    ),
]


@app.command(
    "check",
    help=t(
        "检查规则库文件：缺口、重叠、未知或重复的键、裸数字、缺依据、不满 24 小时的时段。"
        "带 units.yaml 的文件夹按完整规则库检查，否则叠加在随包的规则库上检查。例：diansuo rulebook check 本地规则",
        "Check rule files: gaps, overlaps, unknown and duplicate keys, bare numbers, missing sources, days that are "
        "not 24 hours. A folder with units.yaml is checked as a whole rulebook, any other one laid onto the shipped "
        "one. Example: diansuo rulebook check my_rules",
    ),
)
def check(folder: Folder = None, sheets: Sheets = None, as_json: AsJson = False) -> None:
    """Check the shipped rulebook, a folder of rules, and price sheets."""
    from diansuo.core.rules import RuleBookRefused
    from diansuo.office.config import rulebook_files

    try:
        book = rulebook_files.load() if folder is None else rulebook_files.load_folder(folder)
        book = rulebook_files.load_sheets(book, sheets or (), book.default_place)
    except FileNotFoundError as problem:
        missing = folder if folder and not folder.is_dir() else problem
        raise Failure(t(f"找不到规则文件：{missing}", f"no rule files: {missing}")) from problem
    except RuleBookRefused as refused:
        _say_problems(refused, as_json)
        count = len(refused.problems)
        raise Failure(
            t(f"{count} 处不对，按箭头后的提示改正", f"{count} problems; mend each as it says")
        ) from refused
    report = _report(book)
    if as_json:
        say_json({"ok": True, "rulebook": str(folder or "diansuo/rulebook"), **report})
    else:
        say_report(report, str(folder or t("随包的规则库", "the shipped rulebook")))


def _say_problems(refused: RuleBookRefused, as_json: bool) -> None:
    if as_json:
        fields = ("file", "key", "wrong", "remedy")
        found = [{name: getattr(problem, name) for name in fields} for problem in refused.problems]
        say_json({"ok": False, "problems": found})
        return
    for problem in refused.problems:
        warn(
            f"{problem.file}: {problem.key}: {problem.wrong}"
            if problem.key
            else f"{problem.file}: {problem.wrong}"
        )
        warn(f"    → {problem.remedy}")


def _report(book: RuleBook) -> dict[str, Any]:
    rules = [
        {
            "rule_id": rule.rule_id,
            "title": title(rule),
            "dates": [entry.effective.isoformat() for entry in rule.entries],
            "checked": max(entry.checked for entry in rule.entries),
            "unverified": sum(len(entry.unverified_used) for entry in rule.entries),
            "absent": sum(len(entry.unverified) - len(entry.unverified_used) for entry in rule.entries),
        }
        for rule in book.rules.values()
    ]
    totals = {name: sum(rule[name] for rule in rules) for name in ("unverified", "absent")}
    dates = sum(len(rule["dates"]) for rule in rules)
    return {"hash": book.hash, "count": len(rules), "dates": dates, **totals, "rules": rules}


@app.command(
    "show",
    help=t(
        "显示某日执行的规则：数值、起始日、依据、核对日，※ 为未核对。例：diansuo rulebook show --on 2024-06-01",
        "Show what is in force on a day: values, since when, by which document, last checked; ※ is unverified. "
        "Example: diansuo rulebook show --on 2024-06-01",
    ),
)
def show(on: On = "", prefix: Prefix = "", own: Own = None, as_json: AsJson = False) -> None:
    """Show what is in force on a day."""
    day = parse_day(on) if on else date.today()  # noqa: DTZ011  (the day on the user's own wall)
    book = _book(own)
    chosen = [
        rule
        for rule in book.rules.values()
        if rule.rule_id.startswith(prefix) or rule.rule_id.endswith(f"/{prefix}")
    ]
    if not chosen:
        raise Failure(
            t(
                f"没有以 {prefix} 开头或结尾的规则；diansuo rulebook check 列出全部",
                f"no rule {prefix}; check lists them all",
            )
        )
    held = {rule.rule_id: _held(book, rule, day) for rule in chosen}
    if as_json:
        say_json(_as_json(book, chosen, held, day))
        return
    notes = _notes(own)
    for rule in chosen:
        entry = held[rule.rule_id]
        if entry is not None:
            say_rule(book, rule, entry, notes, whole=len(chosen) == 1)
    idle = [f"{rule.rule_id} ({_span(rule)})" for rule in chosen if held[rule.rule_id] is None]
    if idle:
        heading = t(
            f"{day} 不在执行期（首日，有止日的写止日）：",
            f"Not in force on {day} (first day, and the end where there is one): ",
        )
        say(wrap(heading + t("、", ", ").join(idle), console.width))
    if not prefix:
        before, after = _near(book, day)
        say_changes(book, [*before, *after], t(f"{day} 前后的政策变更", f"Policy changes around {day}"))


def _span(rule: Rule) -> str:
    until = rule.entries[-1].until
    return f"{rule.entries[0].effective} – {until}" if until else str(rule.entries[0].effective)


def _held(book: RuleBook, rule: Rule, day: date) -> Entry | None:
    from diansuo.core.rules import NoValueInForce

    try:
        return book.in_force(rule.rule_id, day)
    except NoValueInForce:
        return None


def _reasons(book: RuleBook, entry: Entry) -> dict[str, dict[str, str]]:
    return {name: {each: book.said(why, each) for each in ("zh", "en")} for name, why in entry.unverified}


def _as_json(
    book: RuleBook, chosen: list[Rule], held: Mapping[str, Entry | None], day: date
) -> dict[str, Any]:
    rules = [
        {
            "title": dict(rule.title),
            "layer": layer(entry),
            **entry.to_slice(),
            "unverified": _reasons(book, entry),
        }
        for rule in chosen
        if (entry := held[rule.rule_id]) is not None
    ]
    before, after = _near(book, day)
    return {
        "day": day.isoformat(),
        "hash": book.hash,
        "rules": rules,
        "not_in_force": [rule.rule_id for rule in chosen if held[rule.rule_id] is None],
        "changes": {"before": before, "after": after},
    }


@app.command(
    "calendar",
    help=t(
        "列出政策变更：生效日、文件、影响。例：diansuo rulebook calendar",
        "List the policy changes: day, document, what changes. Example: diansuo rulebook calendar",
    ),
)
def calendar(own: Own = None, as_json: AsJson = False) -> None:
    """List the policy changes."""
    book = _book(own)
    changes = _changes(book)
    if as_json:
        say_json(changes)
    else:
        say_changes(book, changes, t("政策日历", "Calendar of policy changes"))


def _changes(book: RuleBook) -> list[dict[str, Any]]:
    """Return the changes of all calendars, in the order of their days."""
    every = [
        change
        for rule in book.rules.values()
        if rule.kind == "policy_calendar"
        for entry in rule.entries
        for change in entry.values["changes"]
    ]
    return sorted(every, key=lambda change: change["effective"])


def _near(book: RuleBook, day: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the last changes up to a day and the next ones after it."""
    changes = _changes(book)
    # a month without a day stands for its first day
    before = [change for change in changes if change["effective"] <= day.isoformat()]
    return before[-NEAR:], changes[len(before) : len(before) + NEAR]


def _own_folder(named: Path | None) -> Path | None:
    from diansuo.office.config.home import home_folder

    own = home_folder() / "rulebook"
    return named or (own if own.is_dir() else None)


def _book(named: Path | None) -> RuleBook:
    from diansuo.core.rules import RuleBookRefused
    from diansuo.office.config import rulebook_files

    try:
        return rulebook_files.load(_own_folder(named))
    except FileNotFoundError as problem:
        raise Failure(t(f"找不到文件夹 {named}", f"no such folder: {named}")) from problem
    except RuleBookRefused as refused:
        _say_problems(refused, as_json=False)
        raise Failure(t("本地规则有错；改正后再看", "your own rules are wrong; mend them first")) from refused


def _notes(named: Path | None) -> Notes:
    """Return what the files say of their parameters for readers: by rule, first day and parameter."""
    from diansuo.office.config import rulebook_files

    own = _own_folder(named)
    folders = [rulebook_files.shipped(), *([own] if own else [])]
    return {
        key: note
        for folder in folders
        for document in rulebook_files.read_folder(folder).values()
        for key, note in _notes_of(document)
    }


def _notes_of(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], Note]]:
    for day, entry in document.get("values", {}).items():
        for name, parameter in entry.get("parameters", {}).items():
            yield (document["id"], day, name), Note(parameter.get("note", ""), "described" in parameter)
