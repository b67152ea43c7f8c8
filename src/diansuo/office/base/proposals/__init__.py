"""Proposals (提议): a dangerous edit shows what it would do, and a second person lets it happen or not."""
