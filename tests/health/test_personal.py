"""Nobody writes personal data past the masks: columns name its kind, templates use the tag, or say why not."""

from __future__ import annotations

import ast
import re

from diansuo.office.base.masks import part_of
from tests.health.source import OFFICE, modules, report

WRITTEN = re.compile(r"\{\{\s*([\w.]+)[^}]*\}\}")
# Papers for the customer, whose address stands on them; and places that are no customers' addresses.
MEANT = {
    "notices.html: slip.to.address",
    "reminders.html: slip.to.address",
    "timeline_panel.html: event.address",
}


def is_personal(name: str) -> bool:
    """Tell whether a value is personal data by the last part of its dotted name."""
    last = name.split(".")[-1]
    return "." in name and part_of(last) is not None


def test_no_template_writes_personal_data_without_the_tag_that_masks_it() -> None:
    found = {
        f"{path.name}: {name}"
        for path in OFFICE.rglob("templates/**/*.html")
        for name in WRITTEN.findall(path.read_text(encoding="utf-8"))
        if is_personal(name)
    }

    assert found <= MEANT, report(sorted(found - MEANT), 'Write {% personal "address" … %} (trade):')
    assert not MEANT - found, report(sorted(MEANT - found), "Gone; take it out of MEANT:")


def test_every_column_of_personal_data_names_its_kind() -> None:
    bare = [
        module.at(node)
        for module in modules(OFFICE)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("Column")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and part_of(str(node.args[0].value).split(".")[-1]) is not None
        and "part" not in {keyword.arg for keyword in node.keywords}
    ]

    assert not bare, report(bare, "Column(…, part=Part.ADDRESS): of a list, a file or an import:")
