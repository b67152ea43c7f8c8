"""Audit before issue (电费核算审核): columns of a month in, findings as columns out."""
