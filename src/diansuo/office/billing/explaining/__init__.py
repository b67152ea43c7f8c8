"""Why a bill is what it is, and why it differs from an earlier one: from what is stored with the bills, on demand."""
