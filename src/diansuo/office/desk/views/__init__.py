"""Pages of the desk: what is waiting today, the monthly cycle, the 360° customer page."""
