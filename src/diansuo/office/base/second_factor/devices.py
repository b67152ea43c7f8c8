"""A browser in a person's words: "Chrome · Windows" for what it calls itself."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# In this order: later ones also call themselves by the names of earlier ones.
BROWSERS = (
    ("MicroMessenger", gettext_noop("微信")),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("HuaweiBrowser", gettext_noop("华为浏览器")),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("OpenHarmony", gettext_noop("鸿蒙")),
    ("HarmonyOS", gettext_noop("鸿蒙")),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def in_words(agent: str) -> str:
    """Return browser and system, as far as they are known."""
    names = [next((_(name) for mark, name in table if mark in agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(filter(None, names)) or _("不认识的浏览器")
