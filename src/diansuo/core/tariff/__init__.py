"""Prices on energy: from settled consumption to bill lines, exact to the fen."""
