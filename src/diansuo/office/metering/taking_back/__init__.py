"""Readings of another day than the fixed one (例日): taken back to it by freeze, kept beside what was read."""
