"""Addresses of the laboratory's pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from diansuo.lab import views

urlpatterns: list[URLPattern] = [
    path("lab/", views.table, name="lab"),
    path("lab/practice/", views.practice_page, name="lab_practice"),
]
