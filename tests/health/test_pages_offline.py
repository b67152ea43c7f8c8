"""No page fetches anything from elsewhere: a station may have no internet, and nobody should watch it work."""

from __future__ import annotations

import re

import pytest

from tests.health.source import PACKAGE, ROOT, report

FETCHES = re.compile(
    r"""(?:\b(?:src|srcset|href|action|data|poster|hx-\w+)\s*=\s*["']?|url\(\s*["']?|@import\s*["']|\bfetch\(\s*["'`])"""
    r"""\s*(?:https?:)?//""",
    re.IGNORECASE,
)
SUFFIXES = {".html", ".css", ".js", ".svg", ".json", ".txt"}


def test_no_page_fetches_anything_from_elsewhere() -> None:
    places = [path for folder in ("templates", "static") for path in PACKAGE.rglob(f"{folder}/**/*")]
    fetches = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}"
        for path in places
        if path.suffix in SUFFIXES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if FETCHES.search(line)
    ]

    assert not fetches, report(
        fetches, "Put the file into the app's static folder and name it with {% static %}:"
    )


@pytest.mark.parametrize(
    "line",
    [
        '<script src="https://cdn.example/x.js">',
        "<link href='//cdn.example/x.css'>",
        "a { background: url(http://example/x.png) }",
        '@import "https://example/x.css";',
        'fetch("https://example/api")',
    ],
)
def test_the_look_for_fetches_finds_them(line: str) -> None:
    assert FETCHES.search(line)


@pytest.mark.parametrize(
    "line", ['<svg xmlns="http://www.w3.org/2000/svg">', '<a href="/bills/">', "// a comment"]
)
def test_the_look_for_fetches_lets_our_own_pass(line: str) -> None:
    assert not FETCHES.search(line)
