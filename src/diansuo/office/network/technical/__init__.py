"""What the lines of an area must lose at the load they carried (技术线损), day by day, with the band it is known to."""
