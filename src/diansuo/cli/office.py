"""Wakes Django for a command, makes sure the database is up to date, and finds user and station."""

from __future__ import annotations

import getpass
import os
import socket
import sys
from typing import TYPE_CHECKING

from diansuo.cli.say import Failure, language, t

if TYPE_CHECKING:
    from diansuo.office.base.models import Station, User
    from diansuo.office.base.scope import Scope


def wake(*, migrate: bool = True) -> None:
    """Set Django up for this home; bring a new or older database up to date."""
    import django
    from django.core.management import call_command
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor
    from django.utils import translation

    from diansuo.office.config.home import BadSettings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diansuo.office.config.settings")
    try:
        django.setup()
    except BadSettings as problem:
        raise Failure(str(problem)) from problem
    translation.activate(language())
    _begin_trail()
    if not migrate:
        return
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as problem:
        raise Failure(
            t(
                f"无法打开数据库：{problem}。请检查 DATABASE_URL 或 DIANSUO_HOME 的磁盘与权限",
                f"cannot open the database: {problem}. Check DATABASE_URL, or disk and rights of DIANSUO_HOME",
            )
        ) from problem


def _begin_trail() -> None:
    """Say on whose behalf this process writes, for the trail."""
    from diansuo.office.base.trail import acts
    from diansuo.office.base.trail.rules import rules

    acts.begin_process(["diansuo", *sys.argv[1:]], rules().secret_options)


def acting_user(name: str, permission: str) -> User | None:
    """Return the user a command acts as; ``system`` is the command line itself.

    Raises:
        Failure: there is no such active user, or their posts do not allow it.
    """
    from diansuo.office.base.models import User
    from diansuo.office.base.rights import holds
    from diansuo.office.base.trail import acts

    if name == "system":
        return None
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise Failure(t(f"没有账号 {name}；用 --as 指定已有账号", f"no user {name}; name one with --as"))
    if not holds(user, (permission,)):
        raise Failure(
            t(
                f"账号 {name} 的岗位没有这项权限（{permission}）",
                f"the posts of {name} do not allow this ({permission})",
            )
        )
    acts.process_user(user)
    return user


def ran_by() -> str:
    """Return who runs the command on which computer, as proposals keep it: ``login@computer``."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def scope_of(user: User | None, station: Station | None = None) -> Scope:
    """Return what a command may see: everything for the system, the user's stations else; one station if named.

    Raises:
        Failure: the station is not one of the user's.
    """
    from diansuo.office.base.scope import Scope

    scope = Scope.of(user) if user else Scope.everything()
    if station is None:
        return scope
    if not scope.allows(station.pk):
        raise Failure(
            t(f"{station.name} 不在该账号的权限范围内", f"{station.name} is not one of the user's stations")
        )
    return Scope(frozenset({station.pk}))


def the_station(name: str) -> Station:
    """Return the station named, or the only one there is.

    Raises:
        Failure: there is none, it is not known, or there are several and none is named.
    """
    from diansuo.office.base.models import Station

    stations = list(Station.objects.order_by("name"))
    known = "、".join(station.name for station in stations)
    if not stations:
        raise Failure(
            t(
                "还没有供电所；先导入档案：diansuo import archive 用户档案.xlsx --apply",
                "no station yet; import an archive first: diansuo import archive FILE --apply",
            )
        )
    if not name and len(stations) == 1:
        return stations[0]
    for station in stations:
        if name and name in (station.name, station.number):
            return station
    raise Failure(
        t(f"请用 --station 指定供电所；已有：{known}", f"name the station with --station; there are: {known}")
    )
