"""The ``diansuo`` command: files in, files out, or against the station's database."""

from __future__ import annotations

from diansuo.cli.app import main

__all__ = ["main"]
