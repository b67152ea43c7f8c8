"""Runs the command line as ``python -m diansuo``."""

from __future__ import annotations

from diansuo.cli import main

main()
