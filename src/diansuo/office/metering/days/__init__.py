"""Checks over the lake, day by day: what the meters of a station did, found by a job, listed for people to work off."""
