"""The trail in words: what was done, and to which table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base.masks import TITLES

WHAT: Final[Mapping[str, Promise]] = {
    "insert": gettext_lazy("新增"),
    "update": gettext_lazy("修改"),
    "delete": gettext_lazy("删除"),
    "look": gettext_lazy("查看个人信息"),
    "export": gettext_lazy("导出"),
}
TONES: Final[Mapping[str, str]] = {
    "insert": "ok",
    "update": "info",
    "delete": "bad",
    "look": "warn",
    "export": "warn",
}
TRAIL: Final = "base_trailentry"


def tables() -> dict[str, str]:
    """Return the tables in words, in their order."""
    named = {
        model._meta.db_table: str(model._meta.verbose_name)
        for model in apps.get_models(include_auto_created=True)
    }
    return dict(sorted(named.items(), key=lambda pair: pair[1]))


def column(table: str, name: str) -> str:
    """Return a column in words."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            for field in model._meta.concrete_fields:
                if field.column == name:
                    return str(field.verbose_name)
    return name


def value(given: Any) -> str:
    """Return a value as the page shows it."""
    return "—" if given is None or given == "" else str(given)


def _looked_at(what: str) -> str:
    """Return what was looked at in words: ``table.part+part``."""
    parts = what.partition(".")[2].split("+")
    return "、".join(str(TITLES.get(part, part)) for part in parts) or what


def rest(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what an entry tells beside its rows: digests of a batch, what was looked at or taken out."""
    said: list[tuple[str, str]] = []
    if "keys" in details and "columns" in details:
        said.append((_("主键"), f"{details['keys'][0]} – {details['keys'][1]}"))
    elif "keys" in details:
        said.append((_("对象"), "、".join(map(str, details["keys"]))))
    if "looked_at" in details:
        said.append((_("查看的内容"), _looked_at(str(details["looked_at"]))))
    if "changes" in details:
        said.append((_("修改的列"), "、".join(details["changes"]) or "—"))
    if "statement" in details:
        said.append((_("语句"), str(details["statement"])))
    if "given" in details:
        said.append((_("参数摘要"), str(details["given"])))
    if "sha256" in details:
        said.append((_("文件 SHA-256"), str(details["sha256"])))
    for name, asked in details.get("asked", {}).items():
        said.append((_("条件 %(name)s") % {"name": name}, str(asked)))
    return said
