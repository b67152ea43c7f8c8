"""The summer's daily lists: loads of transformers, phases out of balance, low voltage, from the curves in the lake."""
