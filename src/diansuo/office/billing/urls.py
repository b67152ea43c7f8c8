"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.office.base import converters
from diansuo.office.billing import external_views, views

urlpatterns: list[URLPattern] = [
    path("bills/", views.month_list, name="bills"),
    path(f"bills/<{converters.PERIOD}:period>/", views.bill_list, name="bill_month"),
    path("issued/", external_views.issued_list, name="issued"),
    path("bills/<int:bill_id>/", views.bill_page, name="bill"),
]
