"""The morning board (早会一屏): one row an area manager, what is wrong since yesterday, and what to do about it."""
