"""Daily collection: which meters failed, which have no freeze, since when and whose they are."""
