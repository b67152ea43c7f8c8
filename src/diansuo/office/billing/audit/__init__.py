"""Audit before issue (发行前审核): what stands out in the drafts of a month, and what people decided about it."""
