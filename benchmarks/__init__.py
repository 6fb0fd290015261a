"""Measurements; each prints ratios against a baseline that is run in the same call."""
