"""Paper to hand out (通知单) and messages to send: notices of bills, reminders of arrears."""
