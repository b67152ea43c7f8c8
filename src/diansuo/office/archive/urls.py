"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.office.archive import views

urlpatterns: list[URLPattern] = [
    path("customers/", views.customer_list, name="customers"),
    path("areas/", views.area_list, name="areas"),
    path("areas/<int:area_id>/", views.area_page, name="area"),
]
