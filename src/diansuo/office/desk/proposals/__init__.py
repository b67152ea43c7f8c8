"""Pages of proposals (变更提议): what waits, a new one, its effect, and who may let it happen."""
