"""Every value of the rulebook acts, or says that it does not: nobody changes one and waits for an effect in vain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diansuo.office.config.rulebook_files import read_folder, shipped
from tests.health.source import ROOT, report

SOURCES = ROOT / "src" / "diansuo"


def parameters() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield rule, name and content of every shipped parameter, each day of it."""
    for document in read_folder(shipped()).values():
        for entry in document.get("values", {}).values():
            for name, content in entry.get("parameters", {}).items():
                yield document["id"], name, content


def test_a_parameter_is_read_by_code_or_marked_as_described() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py"))

    wrong = sorted(
        {
            f"{rule}: {name}"
            for rule, name, content in parameters()
            if (f'"{name}"' in code) == (content.get("described") == "yes")
        }
    )

    assert not wrong, report(wrong, 'Read the value, or mark it described: "yes"; and not both:')
