"""This app's tables in the back office, to look at only."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin

from diansuo.office.base.admin import ReadOnlyAdmin

admin.site.register(apps.get_app_config("archive").get_models(), ReadOnlyAdmin)
