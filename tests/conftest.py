"""A home of its own for every test run, set before Django is loaded, so that no test touches a real station.

``DATABASE_URL`` is left as it is: the same tests run on SQLite and on PostgreSQL. Tests of the pure rooms alone run
without Django, as those rooms do.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

TESTS = Path(__file__).resolve().parent
SETTINGS = "diansuo.office.config.settings"
WITHOUT_DJANGO = ("core", "laws", "reference", "cases")

# No test fails on a time: the first call of a compiled loop compiles it.
settings.register_profile("diansuo", deadline=None)
settings.load_profile("diansuo")

if "django.conf" in sys.modules and sys.modules["django.conf"].settings.configured:
    raise pytest.UsageError("Django was loaded before the tests had a home: unset DJANGO_SETTINGS_MODULE")
HOME = Path(tempfile.mkdtemp(prefix="diansuo-tests-"))
(HOME / "static").mkdir()  # whitenoise warns at every client when it is not there
os.environ["DIANSUO_HOME"] = str(HOME)
# The tests run on all processors as it is; the test of shared jobs asks for two processes itself.
os.environ["DIANSUO_JOB_PROCESSES"] = "1"


def pytest_configure(config: pytest.Config) -> None:
    """Choose the settings, unless every test that was asked for does without Django.

    One that only hands the tests to worker processes runs none; what it set here they would inherit, and each has a
    home of its own to set first.
    """
    if getattr(config.option, "dist", "no") != "no" and not hasattr(config, "workerinput"):
        return
    asked = [Path(argument.split("::")[0]).resolve() for argument in config.args]
    pure = [TESTS / room for room in WITHOUT_DJANGO]
    if not asked or not all(any(path.is_relative_to(room) for room in pure) for path in asked):
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
        import django

        django.setup()


@pytest.fixture(autouse=True, scope="session")
def _a_test_may_empty_its_database() -> Iterator[None]:
    """Let Django's own flush after a test go past the trail's guards, which a station's database keeps up.

    They are put back after every flush, as after every migration.
    """
    if "DJANGO_SETTINGS_MODULE" not in os.environ:
        yield
        return
    from django.db.backends.base.operations import BaseDatabaseOperations

    from tests.office.base.trail.tampering import lift_guards

    flush = BaseDatabaseOperations.execute_sql_flush

    def lifting(operations: Any, statements: Any) -> None:
        lift_guards(operations.connection)
        flush(operations, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", lifting)
        yield


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(HOME, ignore_errors=True)
