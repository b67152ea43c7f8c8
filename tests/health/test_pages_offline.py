"""No page fetches from elsewhere or carries inline script: a station may be offline, and files bring in names."""

from __future__ import annotations

import re

import pytest

from tests.health.source import PACKAGE, ROOT, report

FETCHES = re.compile(
    r"""(?:\b(?:src|srcset|href|action|data|poster|hx-\w+)\s*=\s*["']?|url\(\s*["']?|@import\s*["']|\bfetch\(\s*["'`])"""
    r"""\s*(?:https?:)?//""",
    re.IGNORECASE,
)
INLINE = re.compile(r"""\sstyle\s*=|<style\b|<script\b(?![^>]*\bsrc=)|\son[a-z]+\s*=\s*["']""", re.IGNORECASE)
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


def test_no_page_of_ours_carries_inline_script_or_style() -> None:
    inline = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}"
        for path in PACKAGE.rglob("templates/**/*.html")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if INLINE.search(line)
    ]

    assert not inline, report(inline, "The policy refuses it; move it into the app's static folder:")


@pytest.mark.parametrize(
    "line", ['<p style="color: red">', "<script>go()</script>", '<a onclick="go()">', "<style>"]
)
def test_the_look_for_inline_finds_it(line: str) -> None:
    assert INLINE.search(line)


@pytest.mark.parametrize(
    "line", ['<script src="/static/x.js" defer>', "<p class='style'>", "<button name=on>"]
)
def test_the_look_for_inline_lets_files_pass(line: str) -> None:
    assert not INLINE.search(line)


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
