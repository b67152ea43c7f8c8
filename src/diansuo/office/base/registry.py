"""What higher apps publish so that lower ones never call up: navigation, panels, links of areas and months."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.functional import Promise

from diansuo.office.base.masks import Part, masked
from diansuo.office.base.models import User
from diansuo.office.base.rights import may_open
from diansuo.office.base.scope import Scope


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry of the side menu; ``group`` is its heading. Whoever may open the page sees it."""

    order: int
    title: Promise | str
    url_name: str
    group: Promise | str
    icon: str = ""

    def permits(self, user: User) -> bool:
        """Tell whether this user may open the page."""
        return may_open(user, self.url_name)


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of the 360° customer page: ``load(scope, customer_id, day)`` gives the template's variables.

    ``right`` names the right to look that opens it; without one, whoever may see the page sees the panel.
    """

    order: int
    title: Promise | str
    template: str
    load: Callable[[Scope, int, date], dict[str, Any]]
    anchor: str = ""
    right: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something whoever visits a customer must know; ``part`` says which kind of personal data it is, if any."""

    title: str
    text: str
    part: Part | None = None

    def pair(self, *, in_full: bool) -> tuple[str, str]:
        """Return title and text, masked where it is personal and not to be shown in full."""
        return self.title, masked(self.part, self.text) if self.part and not in_full else self.text


@dataclass(frozen=True, slots=True)
class Words:
    """What a finding says to a person: the rule's name, what is the matter, what to do now."""

    title: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class AreaLink:
    """A page about a transformer area; ``url_name`` takes the area's id."""

    title: Promise | str
    url_name: str


@dataclass(frozen=True, slots=True)
class MonthLink:
    """A page about the bills of a month; ``url_name`` takes the month."""

    title: Promise | str
    url_name: str


_navigation: list[NavigationItem] = []
_area_links: list[AreaLink] = []
_month_links: list[MonthLink] = []
_wordings: dict[str, Callable[[Any], Words]] = {}
_panels: list[Panel] = []
_customer_facts: list[Callable[[Scope, int, str], list[Fact]]] = []


def add_navigation(*items: NavigationItem) -> None:
    """Publish entries of the side menu (from an app's ``ready``)."""
    _navigation.extend(items)


def add_panel(panel: Panel) -> None:
    """Publish a panel of the customer page (from an app's ``ready``)."""
    _panels.append(panel)


def add_area_link(link: AreaLink) -> None:
    """Publish a page about a transformer area, to be linked from the area's own (from an app's ``ready``)."""
    _area_links.append(link)


def area_links(user: User) -> list[AreaLink]:
    """Return every page about a transformer area that this user may open."""
    return [link for link in _area_links if may_open(user, link.url_name)]


def add_month_link(link: MonthLink) -> None:
    """Publish a page about a month's bills, to be linked from their list (from an app's ``ready``)."""
    _month_links.append(link)


def month_links(user: User) -> list[MonthLink]:
    """Return every page about a month's bills that this user may open."""
    return [link for link in _month_links if may_open(user, link.url_name)]


def add_wording(prefix: str, words: Callable[[Any], Words]) -> None:
    """Publish how findings whose rule begins with ``prefix`` (R for readings, B for bills) are put into words."""
    _wordings[prefix] = words


def words_of(finding: Any) -> Words:
    """Put a finding into words (KeyError for a rule that no app has published)."""
    return _wordings[finding.rule.partition("-")[0]](finding)


def add_customer_facts(facts: Callable[[Scope, int, str], list[Fact]]) -> None:
    """Publish what whoever visits a customer must know, by station and customer number."""
    _customer_facts.append(facts)


def customer_facts(scope: Scope, station_id: int, number: str) -> list[Fact]:
    """Return what whoever visits a customer must know, such as the address."""
    return [fact for facts in _customer_facts for fact in facts(scope, station_id, number)] if number else []


def navigation() -> list[NavigationItem]:
    """Return every entry of the side menu, in order."""
    return sorted(_navigation, key=lambda item: item.order)


def panels(user: User) -> list[Panel]:
    """Return every panel of the customer page that this user may look at, in order."""
    shown = (panel for panel in _panels if not panel.right or user.has_perm(panel.right))
    return sorted(shown, key=lambda panel: panel.order)
