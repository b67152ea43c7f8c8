"""Importing an archive list: from the rows of a file to customers, points, meters and the grid they hang on."""
