"""Home pages, the monthly cycle and the 360° page: the one app that may look into all others."""
