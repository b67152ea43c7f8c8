"""Files that bring readings: monthly reading lists into the database, daily freezes into the lake."""
