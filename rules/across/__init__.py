"""Rules that join several parts of the stack."""
