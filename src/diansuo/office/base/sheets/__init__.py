"""Spreadsheets and csv files: read without harm, cleaned, judged cell by cell, and written back."""
