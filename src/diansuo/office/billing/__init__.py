"""Bills as evidence: lines that name quantity, price, step, rule and source."""
