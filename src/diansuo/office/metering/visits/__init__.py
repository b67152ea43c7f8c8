"""Checks on site: drawn by rule once a month, made tasks, and written down with what was found."""
