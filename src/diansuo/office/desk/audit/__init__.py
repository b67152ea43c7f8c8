"""The auditor's desk (发行前审核台): the month, what stands out, what it stands on, and deciding."""
