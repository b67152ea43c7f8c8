"""Which right opens which page: declared on the view, enforced for every address, read by menus and links."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import cache, wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

View = Callable[..., HttpResponse]

EVERYONE = "everyone"
"""The right of whoever is signed in: their own tasks, their own password."""
PUBLIC = "public"
"""No sign-in is needed: the sign-in page itself, the language."""
REGISTERS = "base.use_registers"
"""The right to the registers of the back office, whose views are the library's and declare nothing."""
BACK_OFFICE = "admin"

logger = logging.getLogger(__name__)


def allowed(*rights: str) -> Callable[[View], View]:
    """Return a decorator that declares a view's rights: holding any one of them opens it (403 for the rest).

    Every view of ours carries it; :func:`declared_rights_only` refuses one that does not.
    """
    if not rights:
        raise TypeError("name a permission, EVERYONE or PUBLIC")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not holds(request.user, rights):
                raise PermissionDenied(" ".join(rights))
            return view(request, *args, **kwargs)

        guarded.rights = rights  # type: ignore[attr-defined]
        return login_not_required(guarded) if PUBLIC in rights else guarded

    return decorate


def holds(user: Any, rights: Iterable[str]) -> bool:
    """Tell whether somebody holds any one of these rights."""
    return any(
        right == PUBLIC or (user.is_authenticated if right == EVERYONE else user.has_perm(right))
        for right in rights
    )


def rights_of(view: Any, app_name: str = "") -> tuple[str, ...] | None:
    """Return the rights a view declares; None where it declares nothing."""
    if app_name == BACK_OFFICE and not hasattr(view, "rights"):
        return (REGISTERS,)
    return getattr(view, "rights", None)


def declared_rights_only(get_response: View) -> View:
    """Return the middleware that refuses a view which declares no right, and the back office without its right."""
    return DeclaredRightsOnly(get_response)


class DeclaredRightsOnly:
    """A page nobody thought about is nobody's page: 403, and a line in the log that names it."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; the decision falls once the view is known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any) -> None:
        """Refuse before the view runs."""
        rights = rights_of(view, request.resolver_match.app_name)
        if rights is None:
            logger.error("%s declares no right; put @allowed before it", request.resolver_match.view_name)
            raise PermissionDenied(request.resolver_match.view_name)
        if not request.user.is_authenticated:
            return  # signing in comes first, and is another middleware's business
        if not holds(request.user, rights):
            raise PermissionDenied(" ".join(rights))


def patterns() -> Iterator[tuple[str, URLPattern, str]]:
    """Yield every address with a name: the name as ``reverse`` takes it, its pattern, the app of the library."""
    yield from _below(get_resolver(), "", "")


def _below(resolver: URLResolver, prefix: str, app_name: str) -> Iterator[tuple[str, URLPattern, str]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            inside = f"{prefix}{each.namespace}:" if each.namespace else prefix
            yield from _below(each, inside, each.app_name or app_name)
        else:
            yield f"{prefix}{each.name or ''}", each, app_name


@cache
def _rights_by_name() -> dict[str, tuple[str, ...] | None]:
    return {name: rights_of(each.callback, app_name) for name, each, app_name in patterns()}


def may_open(user: Any, url_name: str) -> bool:
    """Tell whether somebody may open a page, by the right its own view declares."""
    rights = _rights_by_name().get(url_name)
    return rights is not None and holds(user, rights)
