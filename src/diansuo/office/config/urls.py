"""The addresses of all pages."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("diansuo.office.desk.urls")),
    path("", include("diansuo.office.base.urls")),
    path("", include("diansuo.office.archive.urls")),
    path("", include("diansuo.office.metering.urls")),
    path("", include("diansuo.office.network.urls")),
    path("", include("diansuo.office.billing.urls")),
    path("", include("diansuo.office.collection.urls")),
    path("", include("diansuo.lab.urls")),
    path("admin/", admin.site.urls),
]
