"""What-if (试算): other prices, classes, periods and methods over a population, before anything is decided."""
