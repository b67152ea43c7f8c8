"""Temporary supply without a meter (临时用电无表): agreed, charged before, extended, ended; no month's bill."""
