"""What a test needs beside Python: skipped with a word where it is missing, failed where it is required.

``DIANSUO_REQUIRE`` names what must be there, separated by commas: ``postgres``, ``chromium``.
"""

from __future__ import annotations

import os
import shutil

import pytest


def required(name: str) -> bool:
    """Tell whether a missing ``name`` is a failure on this machine."""
    return name in os.environ.get("DIANSUO_REQUIRE", "").split(",")


def miss(name: str, remedy: str) -> None:
    """Skip the test that lacks ``name``, or fail it where ``name`` is required."""
    message = f"{name} is not there: {remedy}"
    if required(name):
        pytest.fail(f"{message} (required by DIANSUO_REQUIRE)", pytrace=False)
    pytest.skip(message)


def chromium() -> str:
    """Return the path of Debian's Chromium, or skip (fail where required)."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        miss("chromium", "install the packages chromium and fonts-noto-cjk to run the browser tests")
    return path or ""
