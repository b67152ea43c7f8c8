"""What the line loss app publishes: menu entries, the files it imports, the link from an area's page to its losses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from diansuo.office.base.imports import kinds
from diansuo.office.base.registry import AreaLink, NavigationItem, add_area_link, add_navigation
from diansuo.office.metering.visits.ranking import add_ranking
from diansuo.office.network import months
from diansuo.office.network.lines.area_importing import LINES
from diansuo.office.network.lines.feeder_importing import FEEDER_LINES


def publish() -> None:
    """Publish the menu entry, the kind of file and the link (from the app's ``ready``)."""
    kinds.register(LINES)
    kinds.register(FEEDER_LINES)
    add_navigation(NavigationItem(25, _("统计线损"), "loss", _("线损")))
    add_navigation(NavigationItem(26, _("重过载、低电压"), "daily_loads", _("线损")))
    add_area_link(AreaLink(_("线损"), "loss_area"))
    add_ranking(months.by_loss)
