"""Commands of the base app for ``diansuo manage``."""
