"""Assessment of reading: rates by reader, route, area and month, each figure one click from its readings."""
