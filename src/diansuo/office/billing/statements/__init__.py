"""Statements over several bills: of a customer with many metering points, and of what is owed for feed-in."""
