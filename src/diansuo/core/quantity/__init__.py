"""The bottom floor: exact money, energy, periods and the guard at every entry to core."""
