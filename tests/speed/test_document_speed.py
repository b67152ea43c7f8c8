"""Bills as PDF a second, singly and in one file, on one core; beside them typst on an empty sheet, in the same run.

Time is the processor's, so that other work on the machine counts as little as it can; the clock's is printed beside
it. Single bills are set in a process that sets nothing else: after a large file the compiler's memory is slower.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.speed.conftest import run_python

CUSTOMERS, MONTHS = 300, 3
SAMPLE = """
import json, time
from diansuo.cli import office
office.wake()
from datetime import date
import typst
from django.conf import settings
from diansuo.office.base.scope import Scope
from diansuo.office.billing.documents import content, queries, typesetting, words
from diansuo.office.billing.models import Bill
last = max(Bill.objects.values_list("period", flat=True))
ids = list(Bill.objects.order_by("-period", "id").values_list("id", flat=True))
titles, fixed = content.Titles(), words.words()

def shape():
    found = queries.materials(Scope.everything(), ids, day=date(2026, 11, 30))
    return [content.content_of(one, titles) for one in found]

def measure(work, count):
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return count / (time.process_time() - processor), count / (time.perf_counter() - clock)

held = shape()
households = [one for one in held if one["size"] == "a5"]
"""
SINGLY = """
for one in households[:20]:
    typesetting.pdf("bill", [one], fixed)
figures = {"households singly": measure(
    lambda: [typesetting.pdf("bill", [one], fixed) for one in households[20:]], len(households) - 20)}
empty = settings.HOME.folder / "empty.typ"
empty.write_text('#set page(paper: "a5")', encoding="utf-8")
bare = typst.Compiler(str(empty), font_paths=typesetting._fonts(), ignore_system_fonts=True)
figures["an empty sheet by typst"] = measure(
    lambda: [bare.compile(sys_inputs={"n": str(n)}) for n in range(300)], 300)
print(json.dumps(figures))
"""
TOGETHER = """
typesetting.pdf("bill", held[:1], fixed)
figures = {"read and shaped": measure(shape, len(ids))}
figures["all in one file"] = measure(lambda: typesetting.pdf("bill", held, fixed), len(held))
figures["notices in one file"] = measure(lambda: typesetting.pdf("notice", held, fixed), len(held))
print(json.dumps(figures))
"""


@pytest.fixture(scope="module")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with the demonstration's station."""
    home = tmp_path_factory.mktemp("documents")
    run_python(
        home,
        f"from diansuo.cli.demo import demo; demo(serving=False, customers={CUSTOMERS}, months={MONTHS})",
    )
    return home


def test_documents_a_second(sample_home: Path) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    figures = {}
    for code in (SINGLY, TOGETHER):
        figures |= json.loads(run_python(sample_home, SAMPLE + code).stdout)
    empty = figures["an empty sheet by typst"][0]
    print("\ndocuments a second on one core (processor time; by the clock; share of an empty sheet's speed):")
    for name, (processor, clock) in figures.items():
        print(f"  {name}: {processor:,.0f}; {clock:,.0f}; {processor / empty:.2f}")
