"""One area on one page (台区一页): thirty days of supply, sold and loss, its missing meters, and what changed on it."""
