"""Settings, addresses of pages, and where a station keeps its data."""
