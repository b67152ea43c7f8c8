"""Register readings, the interval lake, settled consumption and what the checks found."""
