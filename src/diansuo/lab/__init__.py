"""The operator-mistake laboratory: the classical mistakes made on purpose in a copy of a sample station."""
