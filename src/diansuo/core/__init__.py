"""Pure computation on columns: no Django, no clock, no files, no network, no global random state."""
