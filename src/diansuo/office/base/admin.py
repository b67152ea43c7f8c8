"""The back office of the base app, and the read-only register every other app's back office inherits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, ClassVar

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult
from unfold.admin import ModelAdmin

from diansuo.office.base import personal
from diansuo.office.base.masks import Part, masked
from diansuo.office.base.models import Company, ImportBatch, Job, Post, Staff, Station, Team, User
from diansuo.office.base.register_masks import masked_fields, parts_of, whole_searches
from diansuo.office.base.rights import REGISTERS
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.write import write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXPORT_CHUNK = 2000
# Registers show rows to whoever may look at that area of work; those of the base app come with the back office.
LOOKS = {
    "archive": "base.see_archive",
    "metering": "base.see_readings",
    "network": "base.see_losses",
    "billing": "base.see_bills",
    "collection": "base.see_arrears",
    "desk": "base.see_archive",
}


class BoundedPaginator(Paginator[Any]):
    """Pages that never count everything: beyond ``MOST`` rows one searches or filters instead of leafing."""

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        """Count up to ``MOST`` rows."""
        return min(len(self.object_list[: self.MOST].values_list("pk", flat=True)), self.MOST)  # type: ignore[union-attr]


class ReadOnlyAdmin(ModelAdmin[Any]):
    """A register one may look at, search, filter and export; every write is an action that calls operations.

    ``station_path`` leads from a row to its station, ``company_path`` to its company where it belongs to no single
    one: whoever is not a superuser sees the rows of their own. Without either, superusers alone see the register.
    """

    station_path: ClassVar[str] = ""
    company_path: ClassVar[str] = ""
    show_full_result_count = False
    paginator = BoundedPaginator
    list_per_page = 50
    list_select_related: bool | tuple[str, ...] = True
    actions: ClassVar[tuple[str, ...]] = ("export_xlsx",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: nothing is changed here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: nothing is deleted here."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let whoever has the right look at what belongs to their own station, and superusers at everything."""
        user = request.user
        if not user.is_active or not user.is_staff or not user.has_perm(REGISTERS):
            return False
        look = LOOKS.get(self.model._meta.app_label)
        if look and not user.has_perm(look):
            return False
        return user.is_superuser or bool(self.station_path or self.company_path)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to whoever may look at this register."""
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows within the viewer's scope."""
        rows = super().get_queryset(request)
        scope = Scope.of(request.user)
        if self.station_path:
            return rows.filter(scope.limit(self.station_path))
        if self.company_path and scope.station_ids is not None:
            companies = scope.stations().order_by().values("company")
            return rows.filter(Q(**{f"{self.company_path}__in": companies}))
        return rows

    def get_list_display(self, request: HttpRequest) -> Any:
        """Return the columns of the list, personal data masked for whoever does not need it."""
        names = super().get_list_display(request)
        return names if personal.may_see(request) else masked_fields(self.model, names)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return what the page of one row shows, personal data masked for whoever does not need it."""
        names = super().get_fields(request, obj)
        return names if personal.may_see(request) else masked_fields(self.model, names)

    def get_search_fields(self, request: HttpRequest) -> Any:
        """Return what is searched; what is masked is found by its whole text alone."""
        names = super().get_search_fields(request)
        return names if personal.may_see(request) else whole_searches(self.model, names)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse a filter in the address by what is masked: a part that finds would tell what the mask hides."""
        if lookup.partition("__")[0] in parts_of(self.model) and not personal.may_see(request):
            return False
        return super().lookup_allowed(lookup, value, request)

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **given: Any) -> HttpResponse:
        """Show one row; whoever sees personal data of it in full leaves an entry."""
        answer = super().change_view(request, object_id, *args, **given)
        if answer.status_code == HTTPStatus.OK:
            self._note_look(request, [object_id], self.model._meta.verbose_name)
        return answer

    def _note_look(self, request: HttpRequest, ids: list[Any], why: Any) -> None:
        parts = parts_of(self.model)
        if parts and personal.may_see(request):
            personal.note(request.user, parts.values(), ids, why, table=self.model._meta.db_table)

    @admin.action(description=_("导出所选为 xlsx"))
    def export_xlsx(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        """Answer with the chosen rows, the columns of the list, as a workbook."""
        fields = [field for field in self.model._meta.concrete_fields if field.name in self.list_display]
        title = str(self.model._meta.verbose_name)
        rows = queryset.select_related(*(f.name for f in fields if f.is_relation))
        parts = {} if personal.may_see(request) else parts_of(self.model)
        headings = [str(field.verbose_name) for field in fields]
        content = write_xlsx(title, headings, _cells(rows, fields, parts))
        if parts_of(self.model).keys() & {field.name for field in fields}:
            self._note_look(request, list(queryset.values_list("pk", flat=True)), _("导出所选为 xlsx"))
        response = HttpResponse(content, content_type=XLSX)
        response["Content-Disposition"] = f'attachment; filename="{self.model._meta.model_name}.xlsx"'
        return response


def _cells(
    rows: QuerySet[Any], fields: list[models.Field[Any, Any]], parts: Mapping[str, Part]
) -> Iterator[list[Any]]:
    for row in rows.iterator(chunk_size=EXPORT_CHUNK):
        yield [_cell(row, field, parts.get(field.name)) for field in fields]


def _cell(row: models.Model, field: models.Field[Any, Any], part: Part | None) -> Any:
    value = getattr(row, field.name)
    if part:
        return masked(part, value)
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if value is None or isinstance(value, int | str):
        return value
    return str(value)


# Libraries register their own tables as editable; here people and posts are the base app's business.
for stranger in (Group, AccessAttempt, AccessFailureLog, AccessLog, DBTaskResult):
    if admin.site.is_registered(stranger):
        admin.site.unregister(stranger)


@admin.register(Company)
class CompanyAdmin(ReadOnlyAdmin):
    """Companies."""

    company_path = "pk"
    list_display = ("name", "number")
    search_fields = ("name", "number")


@admin.register(Station)
class StationAdmin(ReadOnlyAdmin):
    """Stations."""

    station_path = "pk"
    list_display = ("name", "number", "company", "mode")
    search_fields = ("name", "number")


@admin.register(Team)
class TeamAdmin(ReadOnlyAdmin):
    """Teams of a station."""

    station_path = "station"
    list_display = ("name", "station")
    search_fields = ("name",)


@admin.register(Staff)
class StaffAdmin(ReadOnlyAdmin):
    """People of a station."""

    station_path = "station"
    list_display = ("name", "number", "station", "team")
    search_fields = ("name", "number")
    list_filter = ("posts",)


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    """Posts and what they may do."""

    list_display = ("name", "name_en", "code")


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """Accounts: who may sign in. The list only, without anything secret."""

    station_path = "staff__station"
    list_display = ("username", "first_name", "is_active", "is_superuser", "is_demo", "last_login")
    list_display_links = None
    search_fields = ("username", "first_name")
    fields = ("username", "first_name", "is_active", "is_superuser", "is_demo", "last_login")


@admin.register(ImportBatch)
class ImportBatchAdmin(ReadOnlyAdmin):
    """Import batches."""

    station_path = "station"
    list_display = ("file_name", "kind", "station", "state", "created_by", "created_at", "applied_at")
    list_filter = ("kind", "state")
    search_fields = ("file_name",)
    ordering = ("-pk",)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    """Long work and where it stands."""

    station_path = "station"
    list_display = ("key", "kind", "station", "state", "round", "created_by", "created_at", "finished_at")
    list_filter = ("kind", "state")
    ordering = ("-pk",)
