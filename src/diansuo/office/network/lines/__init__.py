"""Lists of lines, of areas and of 10 kV feeders: how they are imported, and the lines that stand."""
