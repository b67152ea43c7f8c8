"""What the base app publishes: tasks, the import pages and the trail in the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from diansuo.office.base.registry import NavigationItem, add_navigation


def publish() -> None:
    """Publish the menu entries (from the app's ``ready``)."""
    add_navigation(
        NavigationItem(5, _("我的任务"), "my_work", _("任务")),
        NavigationItem(6, _("派工单"), "work_orders", _("任务")),
        NavigationItem(40, _("导入"), "imports", _("数据")),
        NavigationItem(80, _("供电所设置"), "station", _("数据")),
        NavigationItem(82, _("账号"), "accounts", _("数据")),
        NavigationItem(85, _("操作留痕"), "trail", _("数据")),
        NavigationItem(90, _("后台"), "admin:index", _("数据")),
    )
