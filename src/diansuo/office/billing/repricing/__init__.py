"""Bills priced again (试算): what other prices, classes or methods would have brought. Nothing is ever written here."""
