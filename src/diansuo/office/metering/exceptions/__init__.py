"""The worklist of exceptions of reading: findings of registers by month, of freezes and curves by day, worked off here.

What the audit before issue finds in bills (``A-…``) is not here: that is the auditor's desk.
"""
