"""A reader's round on the phone: what is walked today, and entries that arrive late, once, and never twice."""
