"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.office.archive import views
from diansuo.office.archive.reaching import views as reaching

urlpatterns: list[URLPattern] = [
    path("customers/", views.customer_list, name="customers"),
    path("areas/", views.area_list, name="areas"),
    path("areas/<int:area_id>/", views.area_page, name="area"),
    path("reaches/", reaching.reach_list, name="reaches"),
    path("reaches/<int:staff_id>/", reaching.reach_page, name="reach"),
]
