"""What a night's search for causes of loss takes for a station of 500 areas, beside reading its lake once.

Prints the figures and their ratio; no test fails on a time. ``DIANSUO_SPEED_AREAS`` asks for another size,
``DIANSUO_SPEED_CURVE_AREAS`` for curves of every meter in more areas than three.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.speed.conftest import ROOT, run_python

AREAS = int(os.environ.get("DIANSUO_SPEED_AREAS", "500"))
CURVE_AREAS = int(os.environ.get("DIANSUO_SPEED_CURVE_AREAS", "3"))

WAKE = """
import sys
from pathlib import Path
from diansuo.cli import office
office.wake()
sys.path.insert(0, {root!r})
from tests.speed import big_causes
"""
BUILD = WAKE + "big_causes.build({areas}, {curve_areas}, Path({folder!r}))"
MEASURE = WAKE + "for line in big_causes.measure(): print(line)"


def test_a_search_for_the_causes_of_every_area(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    folder = str(tmp_path / "sample")
    run_python(home, BUILD.format(root=str(ROOT), areas=AREAS, curve_areas=CURVE_AREAS, folder=folder))
    done = run_python(home, MEASURE.format(root=str(ROOT)))
    print(f"\ncauses of loss of {AREAS:,} areas, curves of every meter in {CURVE_AREAS} of them")
    print(done.stdout)
    assert "ratio to reading once" in done.stdout
