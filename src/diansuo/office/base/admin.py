"""The back office: the system administrator may look at every table; only accounts and people are edited here."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.paginator import InfinitePaginator

from diansuo.office.base.models import (
    ColumnAlias,
    Company,
    ImportBatch,
    Job,
    Post,
    Staff,
    Station,
    Team,
    User,
)

COLUMNS_SHOWN = 8

admin.site.unregister(Group)
admin.site.unregister(DBTaskResult)  # the queue only wakes jobs; the truth about them stands in Job
apps.get_app_config("axes").verbose_name = _("登录安全")


class ReadOnlyAdmin(ModelAdmin):
    """A table to look at: no adding, changing or deleting; every write goes through an app's operations."""

    list_per_page = 50
    list_select_related = True
    show_full_result_count = False
    paginator = InfinitePaginator

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Show the table's first columns."""
        return [field.name for field in self.model._meta.concrete_fields[:COLUMNS_SHOWN]]

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody adds rows by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes rows by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody deletes rows by hand."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only the system administrator sees the tables, which are of all stations."""
        return bool(request.user.is_superuser)


@admin.register(User)
class StationUserAdmin(UserAdmin, ModelAdmin):
    """Accounts: who signs in, and with which permission groups."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "is_active", "is_demo", "last_login")


@admin.register(Staff)
class StaffAdmin(ModelAdmin):
    """People of a station, their posts and their account."""

    list_display = ("name", "number", "station", "team", "user")
    list_select_related = ("station", "team", "user")
    search_fields: ClassVar[Any] = ("name", "number")
    autocomplete_fields = ("user",)


@admin.register(Post)
class PostAdmin(ModelAdmin):
    """Posts: their names and the permission group behind each."""

    list_display = ("code", "name", "name_en")


@admin.register(Team)
class TeamAdmin(ModelAdmin):
    """Teams of a station."""

    list_display = ("name", "station")


@admin.register(Group)
class GroupAdmin(ModelAdmin):
    """Permission groups, one a post."""

    filter_horizontal = ("permissions",)


@admin.register(Company, Station, ColumnAlias, ImportBatch, Job)
class BaseTablesAdmin(ReadOnlyAdmin):
    """The base app's other tables."""
