"""Template tags of the loss pages."""
