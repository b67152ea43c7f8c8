"""The page of a 10 kV feeder: thirty days of its loss with the technical one, and what stands on it."""
