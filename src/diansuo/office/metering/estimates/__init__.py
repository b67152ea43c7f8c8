"""Estimates for losses, checks and gaps in curves; nothing that settles or bills may import this room."""
