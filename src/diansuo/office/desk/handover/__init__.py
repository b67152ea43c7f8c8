"""Areas that change hands (交接单): what is handed over, who signs, and from which day somebody else answers for it."""
