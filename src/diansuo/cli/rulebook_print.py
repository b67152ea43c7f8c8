"""How ``diansuo rulebook`` prints: a report of all rules, the values of one, and the policy changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from diansuo.cli.rulebook_rows import Notes, Reader, Row, rows_of, word
from diansuo.cli.say import console, language, say, say_styled, t
from diansuo.cli.wrapping import wrap

if TYPE_CHECKING:
    from diansuo.core.rules import Entry, Fill, Rule, RuleBook, Source

MARK: Final = "※"
INDENT: Final = 2
DAYS_WIDTH: Final = 32


def title(rule: Rule) -> str:
    """Return what a rule is called in the command's language."""
    return rule.title.get("en" if language() == "en" else "zh", rule.rule_id)


def say_report(report: Mapping[str, Any], what: str) -> None:
    """Print the rules of a sound rulebook, one line each, and how much of it is unverified."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(t("规则", "rule"), overflow="fold")
    for heading in (t("首日", "since"), t("末次变更", "last change"), t("核对日", "checked")):
        table.add_column(heading, no_wrap=True)
    for heading in (t("未核对", "unverified"), t("未知", "absent")):
        table.add_column(heading, justify="right", no_wrap=True)
    for rule in report["rules"]:
        days = rule["dates"]
        numbers = [str(rule[name]) if rule[name] else "" for name in ("unverified", "absent")]
        table.add_row(rule["rule_id"], days[0], days[-1] if len(days) > 1 else "", rule["checked"], *numbers)
    console.print(table)
    say(
        t(
            f"{what}：{report['count']} 条规则，{report['dates']} 个生效日，没有错误；"
            f"{report['unverified']} 项未核对，{report['absent']} 项未知（用到时拒绝计算）",
            f"{what}: {report['count']} rules, {report['dates']} dates, nothing wrong; {report['unverified']} values "
            f"unverified, {report['absent']} not known (a bill that needs one is refused)",
        )
    )


def say_rule(book: RuleBook, rule: Rule, entry: Entry, notes: Notes, *, whole: bool) -> None:
    """Print what a rule says: where from, its values, and what is unverified, each reason once with its number."""
    reader = Reader(book, notes, whole)
    rows, doubts = rows_of(entry, reader)
    reasons = list(dict.fromkeys(row.unverified for row in rows if row.unverified))
    say_styled((title(rule), "bold"), ("  ", ""), (rule.rule_id, "dim"))
    for line in (_origin(entry, reader), *(_origin_of_fill(fill, reader) for fill in entry.fills)):
        _say_indented(line)
    console.print(_table_of(rows, reasons))
    for number, reason in enumerate(reasons, 1):
        _say_indented(f"{MARK}{number} {reason}", "yellow")
    for doubt in doubts:
        _say_indented(f"{MARK} {doubt}", "yellow")
    console.print()


def _table_of(rows: Sequence[Row], reasons: Sequence[str]) -> Table:
    """Lay rows out in three columns: name, value with the number of its reason, and what is said about it."""
    values = [f"{row.value or t('未知', 'NOT KNOWN')}{_mark(row, reasons)}" for row in rows]
    remarks = [
        "\n".join(filter(None, (row.note, t("本地补充", "filled by own file") if row.given_by else "")))
        for row in rows
    ]
    room = console.width - 2 * INDENT
    name_width = min(max(cell_len(row.name) for row in rows), room * 2 // 5)
    room -= name_width + INDENT
    wide = max(cell_len(line) for value in values for line in value.split("\n"))
    value_width = min(wide, room // 2) if any(remarks) else room
    table = Table.grid(padding=(0, INDENT, 0, 0), pad_edge=False)
    table.add_column(width=INDENT)
    for row, value, remark in zip(rows, values, remarks, strict=True):
        shown = Text(value if row.table else wrap(value, value_width), "" if row.value else "bold red")
        shown.highlight_regex(rf"{MARK}\d*", "yellow")
        beside = Text(wrap(remark, room - value_width - INDENT))
        table.add_row("", Text(wrap(row.name, name_width)), shown, beside)
    return table


def _mark(row: Row, reasons: Sequence[str]) -> str:
    if row.unverified:
        return f" {MARK}{reasons.index(row.unverified) + 1}"
    return f" {MARK}" if row.doubtful and row.value else ""


def _say_indented(text: str, style: str = "") -> None:
    for line in wrap(text, console.width - INDENT).split("\n"):
        say_styled((" " * INDENT + line, style))


def layer(entry: Entry) -> str:
    """Return where an entry comes from: ``shipped``, or the place's own folder, ``own``."""
    return "shipped" if entry.file == f"{entry.rule_id}.yaml" else "own"


def _origin(entry: Entry, reader: Reader) -> str:
    until = t(f" 至 {entry.until} 前", f" until {entry.until}") if entry.until else ""
    own = t("随包", "shipped") if layer(entry) == "shipped" else t("本地 ", "own file ") + entry.file
    return t(f"自 {entry.effective}{until}  ", f"since {entry.effective}{until}, ") + (
        f"{_publication(entry.source, entry.checked, reader)}{t('  ', '; ')}{own}"
    )


def _origin_of_fill(fill: Fill, reader: Reader) -> str:
    names = t("、", ", ").join(map(_in_words, fill.fields))
    return t(f"补充 {names}：", f"filled {names}: ") + (
        f"{_publication(fill.source, fill.checked, reader)}{t('  本地 ', '; own file ')}{fill.file}"
    )


def _in_words(field: str) -> str:
    return " ".join(word(part) for part in field.split(".") if part not in ("prices", "parameters"))


def _publication(source: Source, checked: str, reader: Reader) -> str:
    document = reader.said(source.document)
    clause = source.clause or t("条款不详", "clause not known")
    published = source.published or t("发文日不详", "day of publication not known")
    return t(
        f"依据 {document}，{clause}，{published}  核对 {checked}",
        f"by {document}, {clause}, {published}; checked {checked}",
    ) + (f"  {source.url}" if source.url else "")


def say_changes(book: RuleBook, changes: Sequence[Mapping[str, Any]], heading: str) -> None:
    """Print policy changes."""
    reader = Reader(book, {})
    say_styled((heading, "bold"))
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for name in (t("生效", "since"), t("至", "until"), t("文件", "document"), t("影响", "what changes")):
        table.add_column(name)
    room = console.width - DAYS_WIDTH
    for change in changes:
        mark = "" if change["verified"] == "yes" else f" {MARK}"
        document = wrap(change["document"] + mark, room * 2 // 5)
        affects = Text(wrap(reader.said(change["affects"]), room * 3 // 5))
        if change["note"]:
            affects.append("\n" + wrap(reader.said(change["note"]), room * 3 // 5), "dim")
        table.add_row(change["effective"], change["until"] or "", document, affects)
    console.print(table)
    if any(change["verified"] != "yes" for change in changes):
        say(t(f"{MARK} 未与官方原文核对", f"{MARK} not held against the official text"))
