"""Walks every address and every command in the name of every post, and reads and writes the matrix of answers."""

from __future__ import annotations

import csv
import inspect
import logging
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer
from django.db import models, transaction
from django.test import Client
from django.urls import URLPattern, reverse

from diansuo.office.archive.models import Customer, Feeder, MeteringPoint, Route, TransformerArea
from diansuo.office.base import rights
from diansuo.office.base.models import ImportBatch, Job, Post, Staff, Station, User, WorkOrder
from diansuo.office.billing.models import Bill
from diansuo.office.billing.rebilling.models import Correction
from diansuo.office.collection.models import Payment
from diansuo.office.network.models import LossFinding
from tests.office.base import pages

MATRIX = Path(__file__).with_name("access.csv")
SUPERUSER = "superuser"
NONE = 999_999  # the number of no row
MODELS: dict[str, type[models.Model]] = {
    "station_id": Station,
    "customer_id": Customer,
    "area_id": TransformerArea,
    "feeder_id": Feeder,
    "bill_id": Bill,
    "batch_id": ImportBatch,
    "order_id": WorkOrder,
    "job_id": Job,
    "correction_id": Correction,
    "route_id": Route,
    "point_id": MeteringPoint,
    "payment_id": Payment,
    "user_id": User,
    "staff_id": Staff,
    "finding_id": LossFinding,
}
WORDS = {"period": 202408, "mode": "beside", "name": "readings", "slug": "x"}

Key = tuple[str, str]
Matrix = dict[Key, dict[str, str]]


def read() -> Matrix:
    """Return the committed matrix: (address or command, method) to the answer by post."""
    if not MATRIX.exists():
        return {}
    with MATRIX.open(encoding="utf-8", newline="") as stream:
        return {(row.pop("what"), row.pop("how")): row for row in csv.DictReader(stream)}


def write(matrix: Matrix) -> None:
    """Write the matrix anew, in order (DIANSUO_WRITE_ACCESS); a person looks at the difference."""
    posts = list(next(iter(matrix.values())))
    with MATRIX.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.writer(stream, lineterminator="\n")
        lines.writerow(["what", "how", *posts])
        lines.writerows([*key, *(matrix[key][post] for post in posts)] for key in sorted(matrix))


def named() -> Iterator[tuple[str, URLPattern]]:
    """Yield every address of ours, and of the back office its front page and its registers."""
    for name, pattern, app_name in rights.patterns():
        if not app_name or name == "admin:index" or name.endswith("_changelist"):
            yield name, pattern


def address(name: str, pattern: URLPattern, known: Mapping[str, int] | None = None) -> str:
    """Return where a page is, with the station's own things in it; the number of no row where it has none."""
    given: dict[str, Any] = {}
    for argument in pattern.pattern.converters:
        if argument in WORDS:
            given[argument] = WORDS[argument]
        elif known and argument in known:
            given[argument] = known[argument]
        else:
            model = MODELS.get(argument)
            given[argument] = (model and model._base_manager.values_list("pk", flat=True).first()) or NONE
    return reverse(name, kwargs=given)


def answers(method: str, only: Collection[str] = ()) -> Matrix:
    """Ask for every address in the name of every post and of a superuser; what an answer writes is taken back."""
    logging.disable(logging.WARNING)
    try:
        places = [
            (name, address(name, pattern))
            for name, pattern in named()
            if (method == "GET" or takes_posts(pattern.callback)) and (not only or name in only)
        ]
        found: Matrix = {(name, method): {} for name, _place in places}
        for post, client in clients():
            for name, place in places:
                found[name, method][post] = str(_status(client, method, place, post))
    finally:
        logging.disable(logging.NOTSET)
    return found


def takes_posts(view: Any) -> bool:
    """Tell whether a view does anything with a POST; the others answer one as they answer a GET."""
    bare = inspect.unwrap(view)
    return not inspect.isfunction(bare) or hasattr(view, "view_class") or "POST" in inspect.getsource(bare)


def clients() -> Iterator[tuple[str, Client]]:
    """Yield a browser for every post, and one for a superuser without any post."""
    for post in Post.objects.order_by("id"):
        yield post.code, pages.signed_in(post.code)
    User.objects.get_or_create(username=SUPERUSER, defaults={"is_superuser": True, "is_staff": True})
    yield SUPERUSER, pages.signed_in(SUPERUSER)


def _status(client: Client, method: str, place: str, post: str) -> int:
    point = transaction.savepoint()
    try:
        status = client.generic(method, place).status_code
    finally:
        transaction.savepoint_rollback(point)
    if place == reverse("logout"):
        client.force_login(User.objects.get(username=post), pages.BACKEND)
    return status


def commands(app: typer.Typer) -> dict[str, Any]:
    """Return every command there is, by the words one types."""
    found: dict[str, Any] = {}

    def below(command: Any, words: tuple[str, ...]) -> None:
        for name, each in getattr(command, "commands", {}).items():
            below(each, (*words, name))
        if not getattr(command, "commands", None):
            found[" ".join(words)] = command

    below(typer.main.get_command(app), ())
    return found
