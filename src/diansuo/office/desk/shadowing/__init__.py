"""The shadow engine over a book of bills: every bill of a month once more from readings and archive, to the fen."""
