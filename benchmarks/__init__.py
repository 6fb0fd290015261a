"""Benchmarks. Each prints ratios to a baseline that runs in the same call."""
