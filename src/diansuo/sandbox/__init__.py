"""Makes sample stations as the same files a user would import."""
