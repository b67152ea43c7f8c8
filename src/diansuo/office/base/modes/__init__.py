"""The two ways a station runs: alone, or beside a marketing system that issues the bills (旁运行)."""
