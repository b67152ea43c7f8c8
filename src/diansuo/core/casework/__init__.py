"""Worked examples: any problem of the textbooks as a file, computed exactly and held against its answer."""

from diansuo.core.casework.run import CaseResult, run_case

__all__ = ["CaseResult", "run_case"]
