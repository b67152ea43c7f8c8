"""Imports that can be trusted: a preview with a verdict per row, applied as one batch, taken back in one click."""
