"""Migrations of the line loss app."""
