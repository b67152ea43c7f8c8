"""Receivables, payments and arrears."""
