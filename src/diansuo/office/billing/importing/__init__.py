"""Files that another system's billing hands over: the bills it issued."""
