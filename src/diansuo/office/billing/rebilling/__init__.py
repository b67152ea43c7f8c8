"""Months that were issued wrong, put right by a bill of their own (退补、冲正): docs/guide/corrections.md."""
