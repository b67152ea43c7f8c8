"""Template tags of collection."""
