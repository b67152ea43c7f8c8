"""Pages of the base app: signing in, imports, headings, the progress of long work."""
