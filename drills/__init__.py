"""Faults on purpose, and what traffic noticed of them."""
