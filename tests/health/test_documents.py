"""The documents tell the truth: links lead somewhere, commands exist, both readmes say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.health.source import PACKAGE, ROOT, modules, report

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
MAKE = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)
COMMAND = re.compile(r"(?:^|`|\$ |run |--no-sync )diansuo ([a-z]+)(?: ([a-z]+(?:-[a-z]+)*))?", re.MULTILINE)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _documents() -> list[Path]:
    return [
        *sorted(ROOT.glob("*.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted(PACKAGE.rglob("*.md")),
    ]


def _anchors(document: Path) -> set[str]:
    """Return the anchors of a document's headings, formed as GitHub forms them."""
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ +(.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _broken_links(document: Path) -> Iterator[str]:
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        aim = (document.parent / path).resolve() if path else document
        if not aim.exists():
            yield f"{document.relative_to(ROOT)}: {target}"
        elif anchor and aim.suffix == ".md" and anchor not in _anchors(aim):
            yield f"{document.relative_to(ROOT)}: {target} (no such heading)"


def _subcommands() -> dict[str, set[str]]:
    """Return the sub-commands of the command line and theirs, as typer knows them."""
    import typer.main

    from diansuo.cli.app import app

    group = typer.main.get_group(app)
    return {name: set(getattr(command, "commands", {})) for name, command in group.commands.items()}


def test_every_link_leads_somewhere() -> None:
    broken = [link for document in _documents() for link in _broken_links(document)]

    assert not broken, report(broken, "Mend the link or write the page:")


def test_every_make_target_that_a_document_names_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))

    unknown = [
        f"{document.relative_to(ROOT)}: make {target}"
        for document in _documents()
        for target in MAKE.findall(document.read_text(encoding="utf-8"))
        if target not in targets
    ]

    assert {"demo", "test", "check", "bench", "fmt", "help"} <= targets
    assert not unknown, report(unknown, "Write the target into the Makefile or mend the document:")


def test_every_command_that_a_document_names_exists() -> None:
    commands = _subcommands()

    unknown = [
        f"{document.relative_to(ROOT)}: diansuo {name} {below}".rstrip()
        for document in _documents()
        for name, below in COMMAND.findall(document.read_text(encoding="utf-8"))
        if name not in commands or (below and commands[name] and below not in commands[name])
    ]

    assert not unknown, report(unknown, "Mend the document, or write the command:")


def test_every_command_has_its_example_in_the_guide() -> None:
    guide = (ROOT / "docs" / "guide" / "command-line.md").read_text(encoding="utf-8")
    named = {" ".join(filter(None, found)) for found in COMMAND.findall(guide)}

    missing = [
        f"diansuo {name} {below}".rstrip()
        for name, under in _subcommands().items()
        for below in (under or {""})
        if name != "worker" and not any(each.startswith(f"{name} {below}".rstrip()) for each in named)
    ]

    assert not missing, report(missing, "Give an example in docs/guide/command-line.md:")


def test_the_guide_names_every_column_of_every_import() -> None:
    from diansuo.office.base.imports import kinds

    guide = (ROOT / "docs" / "guide" / "import-files.md").read_text(encoding="utf-8")

    missing = [
        f"{kind.name}: {column.heading}"
        for kind in kinds.all_kinds()
        for column in kind.columns
        if column.heading not in guide
    ]

    assert not missing, report(missing, "Describe the column in docs/guide/import-files.md:")
    assert {kind.name for kind in kinds.all_kinds()} >= {
        "archive",
        "readings",
        "freeze",
        "failures",
        "payments",
    }


def test_both_readmes_have_the_same_rooms() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))

    assert len(re.findall("^## ", english, re.MULTILINE)) == len(re.findall("^## ", chinese, re.MULTILINE))
    assert len(FENCE.findall(english)) == len(FENCE.findall(chinese))


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    listed = (folder / "README.md").read_text(encoding="utf-8")

    forgotten = [path.name for path in sorted(folder.glob("0*.md")) if f"({path.name})" not in listed]

    assert not forgotten, report(forgotten, "List it in docs/adr/README.md:")


def test_every_code_name_of_the_glossary_is_used_in_the_code() -> None:
    rows = re.findall(
        r"^\|[^|]*\|[^|]*\|([^|]*)\|$", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.M
    )
    named = {part for cell in rows for name in re.findall(r"`([^`]+)`", cell) for part in name.split(".")}
    written = "".join(module.text for module in modules(PACKAGE))
    written += "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.yaml"))

    unused = sorted(name for name in named if not re.search(rf"\b{re.escape(name)}\b", written))

    assert len(named) > 80
    assert not unused, report(unused, "The code calls it otherwise; correct docs/glossary.md:")
