"""What laboratories with an office share: a home that is gone afterwards, a result that is written and told."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from diansuo.cli import office
from diansuo.cli.say import say_json


@contextmanager
def temporary_home() -> Iterator[None]:
    """Wake an office in an empty home of its own: what a laboratory makes touches nobody's station."""
    with tempfile.TemporaryDirectory(prefix="diansuo-lab-") as folder:
        os.environ["DIANSUO_HOME"] = folder
        os.environ.pop("DATABASE_URL", None)
        office.wake()
        yield


def give(record: dict[str, Any], output: Path | None, as_json: bool, tell: Callable[[], None]) -> None:
    """Write a result where it is wanted, and print it as JSON or in words."""
    if output:
        output.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if as_json:
        say_json(record)
    else:
        tell()
