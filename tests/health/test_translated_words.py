"""The catalogue holds one form of a text: a text asked for by number would stay Chinese for an English reader."""

from __future__ import annotations

import re

from tests.health.source import PACKAGE, ROOT, report

BY_NUMBER = re.compile(r"\bn(?:p)?gettext(?:_lazy)?\(|\{% plural %\}")


def test_no_text_is_asked_for_by_number() -> None:
    asked = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}"
        for path in PACKAGE.rglob("*")
        if path.suffix in (".py", ".html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if BY_NUMBER.search(line)
    ]

    assert not asked, report(asked, "Ask for it as it is (_() or blocktranslate with count=…):")
