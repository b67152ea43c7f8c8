"""Closing a supply (销户): the last registers, and the last bill at once instead of with the month's."""
