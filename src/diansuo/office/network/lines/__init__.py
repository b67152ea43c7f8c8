"""Lists of low-voltage lines: how they are imported, and the lines of an area that stand."""
