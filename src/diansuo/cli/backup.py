"""``diansuo backup``: everything a station owns in one file, and back from it into an empty home."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from diansuo.cli import office
from diansuo.cli.say import Failure, say, t

DATABASE = "database.sqlite3"
DUMP = "database.dump"
FOLDERS = ("lake", "imports", "rulebook")
FILES = ("secret.key", "settings.toml")

Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE.tar.gz", help=t("写到哪个文件", "the file to write")),
]
Restore = Annotated[
    Path | None,
    typer.Option(
        "--restore", metavar="FILE.tar.gz", help=t("恢复到（空的）DIANSUO_HOME", "restore into an empty home")
    ),
]


def backup(output: Output = None, restore: Restore = None) -> None:
    """Back up or restore the home."""
    if (output is None) == (restore is None):
        raise Failure(
            t("用 -o 指定备份文件，或用 --restore 恢复", "name a file with -o, or restore with --restore")
        )
    if restore is not None:
        _restore(restore)
    elif output is not None:
        _save(output)


backup.__doc__ = t(
    "备份数据库、数据湖与导入文件。例：diansuo backup -o 备份.tar.gz；恢复：diansuo backup --restore 备份.tar.gz",
    "Back up database, lake and imported files. Example: diansuo backup -o FILE.tar.gz; "
    "restore: diansuo backup --restore FILE.tar.gz",
)


def _save(output: Path) -> None:
    office.wake()
    from django.conf import settings
    from django.db import connection

    home = settings.HOME
    draft = output.with_name(output.name + ".part")
    with tempfile.TemporaryDirectory() as folder, tarfile.open(draft, "w:gz") as archive:
        if connection.vendor == "sqlite":
            copy = Path(folder) / DATABASE
            _copy_database(home.database, copy)
        else:
            copy = Path(folder) / DUMP
            _dump_postgres(settings.DATABASES["default"], copy)
        archive.add(copy, copy.name)
        for name in (*FOLDERS, *FILES):
            if (home.folder / name).exists():
                archive.add(home.folder / name, name)
    draft.replace(output)
    say(
        t(
            f"已备份到 {output}（{output.stat().st_size:,} 字节）",
            f"backed up to {output} ({output.stat().st_size:,} bytes)",
        )
    )


def _copy_database(source: Path, target: Path) -> None:
    """Copy a live SQLite database consistently."""
    with sqlite3.connect(source) as live, sqlite3.connect(target) as copy:
        live.backup(copy)


def _dump_postgres(database: dict[str, str], target: Path) -> None:
    command = ["pg_dump", "--format=custom", f"--file={target}", f"--dbname={database['NAME']}"]
    for option, key in (("--host", "HOST"), ("--port", "PORT"), ("--username", "USER")):
        if database.get(key):
            command.append(f"{option}={database[key]}")
    try:
        subprocess.run(command, check=True, env=os.environ | {"PGPASSWORD": database.get("PASSWORD", "")})
    except (FileNotFoundError, subprocess.CalledProcessError) as problem:
        raise Failure(
            t(
                f"pg_dump 失败：{problem}；请安装 postgresql-client",
                f"pg_dump failed: {problem}; install postgresql-client",
            )
        ) from problem


def _restore(source: Path) -> None:
    from diansuo.office.config.home import find_home

    if not source.is_file():
        raise Failure(t(f"找不到文件 {source}", f"no such file: {source}"))
    home = find_home()
    if home.database.exists():
        raise Failure(
            t(
                f"{home.folder} 里已有数据库；把 DIANSUO_HOME 指向一个空文件夹再恢复",
                f"{home.folder} has a database already; point DIANSUO_HOME at an empty folder and restore there",
            )
        )
    try:
        with tarfile.open(source) as archive:
            names = archive.getnames()
            if DUMP in names:
                raise Failure(
                    t(
                        "这是 PostgreSQL 备份；先用 pg_restore 恢复其中的 database.dump，再复制其余文件",
                        "this is a PostgreSQL backup; restore its database.dump with pg_restore, then copy the rest",
                    )
                )
            if DATABASE not in names:
                raise Failure(t(f"{source} 不是电所的备份", f"{source} is not a Diansuo backup"))
            _extract(archive, home.folder)
    except tarfile.TarError as problem:
        raise Failure(t(f"{source} 读不出来：{problem}", f"cannot read {source}: {problem}")) from problem
    (home.folder / DATABASE).replace(home.database)
    say(t(f"已恢复到 {home.folder}", f"restored into {home.folder}"))


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Write the archive's plain files below the folder; anything else, or anywhere else, is refused.

    (``extractall(filter=...)`` would do, but Python 3.11 has it only from 3.11.4 on.)
    """
    root = folder.resolve()
    for member in archive.getmembers():
        inside = (root / member.name).resolve().is_relative_to(root)
        if not inside or not (member.isfile() or member.isdir()):
            raise Failure(
                t(
                    f"备份里有不该有的条目 {member.name}",
                    f"the backup holds an entry that must not be there: {member.name}",
                )
            )
    for member in archive.getmembers():
        target = root / member.name
        if member.isdir():
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        content = archive.extractfile(member)
        if content is not None:
            with target.open("wb") as stream:
                shutil.copyfileobj(content, stream)
            target.chmod(member.mode & 0o700 | 0o600)
