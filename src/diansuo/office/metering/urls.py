"""Addresses of this app's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.office.metering import views

urlpatterns: list[URLPattern] = [
    path("readings/", views.route_list, name="reading_routes"),
]
