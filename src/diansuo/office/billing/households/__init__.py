"""Households' bills: what they have on top, years that begin or end within the year, classes that change."""
