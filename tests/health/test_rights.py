"""Every address declares its right, and the matrix of answers names every address; no post breaks the floor."""

from __future__ import annotations

import csv

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from diansuo.office.base import access, floor, rights
from diansuo.office.base.models import Post
from tests.health.source import ROOT, report

MATRIX = ROOT / "tests" / "office" / "base" / "access.csv"


def test_every_address_declares_its_right() -> None:
    silent = [
        name for name, pattern, app in rights.patterns() if rights.rights_of(pattern.callback, app) is None
    ]

    assert not silent, report(silent, "Put @allowed(...) of office/base/rights.py before the view:")


def test_every_right_that_an_address_declares_exists() -> None:
    known = {f"base.{codename}" for codename, _words in Post._meta.permissions}
    known |= {rights.EVERYONE, rights.PUBLIC}
    unknown = [
        f"{name}: {right}"
        for name, pattern, app in rights.patterns()
        for right in rights.rights_of(pattern.callback, app) or ()
        if right not in known
    ]

    assert not unknown, report(unknown, "A right is a permission of base.Post, and stands in posts.yaml:")


def test_the_matrix_names_every_address_of_ours() -> None:
    with MATRIX.open(encoding="utf-8", newline="") as stream:
        named = {row["what"] for row in csv.DictReader(stream) if row["how"] == "GET"}
    missing = [name for name, _pattern, app in rights.patterns() if not app and name not in named]

    assert not missing, report(
        missing, "DIANSUO_WRITE_ACCESS=1 pytest tests/office/base/test_access.py, then read what it wrote:"
    )


def test_only_sign_in_and_language_are_open_to_the_world() -> None:
    public = {
        name
        for name, pattern, app in rights.patterns()
        if not app and rights.PUBLIC in (rights.rights_of(pattern.callback) or ())
    }

    # The second step of signing in, and the way from the library's sign-in page to ours.
    assert public == {"login", "login_second", "library_sign_in", "set_language"}


def test_no_post_breaks_the_floor_and_every_right_belongs_to_a_post() -> None:
    posts = {code: access.rights_as_shipped(post) for code, post in access.posts_as_shipped().items()}
    known = {codename for codename, _words in Post._meta.permissions}

    assert not [code for code, held in posts.items() if floor.broken_by(held)]
    assert set().union(*posts.values()) == known
    assert floor.parted_rights() <= known


def test_a_view_that_declares_nothing_is_refused() -> None:
    def forgotten(_request: HttpRequest) -> HttpResponse:
        raise AssertionError("the view ran")

    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    request.resolver_match = type("Match", (), {"app_name": "", "view_name": "forgotten"})()
    guard = rights.declared_rights_only(lambda _request: HttpResponse())

    with pytest.raises(PermissionDenied):
        guard.process_view(request, forgotten, (), {})
